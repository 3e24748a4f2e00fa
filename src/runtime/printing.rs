//! A slip's way to the printer: set for its paper, kept on the disk, delivered; what an earlier run left is delivered at
//! the start. Blocking work is done on threads that may block; a jam holds no key up.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::app::Resent;
use crate::slip::deliver::{Courier, Delivered};
use crate::slip::job::path_safe;
use crate::slip::spool::Ticket;
use crate::slip::{Form, Job, PrintError, Profile, Spool};
use crate::strings::{Lang, Strings};

/// How long what never arrived is kept.
const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

/// Printers and the spool.
pub struct Printing {
    profiles: Vec<Profile>,
    spool: Spool,
    courier: Courier,
    strings: Arc<Strings>,
    /// What an earlier run left.
    left: Vec<Ticket>,
}

impl Printing {
    /// With these printers, the first being the one that is used, and this folder for the spool. **Blocking.**
    ///
    /// # Errors
    /// Where the folder can't be made.
    pub fn new(profiles: Vec<Profile>, spool: &Path, lang: Lang) -> Result<Printing, PrintError> {
        let spool = Spool::new(spool)?;
        if let Err(error) = SystemTime::now().checked_sub(KEPT_FOR).map_or(Ok(0), |before| spool.purge(before)) {
            tracing::warn!(%error, "old slips were not given up");
        }
        let left = spool.pending()?;
        Ok(Printing { profiles, spool, courier: Courier::default(), strings: Arc::new(Strings::new(lang)), left })
    }

    /// Whether an earlier run left slips that never arrived.
    pub fn has_left(&self) -> bool {
        !self.left.is_empty()
    }

    /// Delivers what an earlier run left, to the printers that it was meant for.
    pub async fn resend(&self) -> Resent {
        let mut resent = Resent::default();
        for ticket in &self.left {
            let profile = self.profiles.iter().find(|profile| path_safe(&profile.name) == ticket.profile);
            let delivered = match profile {
                Some(profile) => self.spool.resend(&self.courier, profile, ticket.clone()).await,
                None => {
                    resent.failed(self.strings.get("print-no-printer"));
                    continue;
                }
            };
            match delivered {
                Ok(_) => resent.sent += 1,
                Err(error) => resent.failed(error.sentence(&self.strings)),
            }
        }
        resent
    }

    /// The printers, the one that is used first.
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The member has the slip: one that did not arrive before is not sent again at the next start.
    async fn drop_copies(&self, name: String) {
        let spool = self.spool.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || spool.drop_copies(&name)).await {
            tracing::warn!(%error, "copies of a slip were not given up");
        }
    }

    /// Prints: where it went, or why not, in words.
    pub async fn print(&self, form: Arc<dyn Form>, printer: Option<String>) -> Result<String, String> {
        let profile = match &printer {
            Some(name) => self.profiles.iter().find(|profile| profile.name == *name),
            None => self.profiles.first(),
        };
        let Some(profile) = profile.cloned() else {
            return Err(self.strings.get("print-no-printer"));
        };
        let (strings, wanted) = (Arc::clone(&self.strings), profile.clone());
        let made = tokio::task::spawn_blocking(move || Job::make(form.as_ref(), &wanted, &strings)).await;
        let delivered = match made {
            Ok(Ok(job)) => {
                let name = job.name.clone();
                let delivered = self.spool.send(&self.courier, &profile, job).await;
                if delivered.is_ok() {
                    self.drop_copies(name).await;
                }
                delivered
            }
            Ok(Err(error)) => Err(error),
            Err(error) => Err(PrintError::Pdf(error.to_string())),
        };
        match delivered {
            Ok(Delivered::File(path)) => Ok(path.display().to_string()),
            Ok(Delivered::Queued(_) | Delivered::Taken | Delivered::Handed) => Ok(profile.name),
            Err(error) => Err(error.sentence(&self.strings)),
        }
    }
}
