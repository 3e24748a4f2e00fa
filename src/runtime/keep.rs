//! What this terminal keeps for itself, written in the order of the commands by one task, so that the counter never waits
//! for the disk and a draft is never overtaken by its own dropping.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::machine::Ended;
use crate::app::Msg;
use crate::domain::claim::ClaimId;
use crate::store::Reference;
use crate::store::journal::Draft;

/// What was kept at the last end.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Drafts, newest first.
    pub drafts: Vec<Draft>,
    /// The last reference snapshot.
    pub reference: Option<Box<Reference>>,
    /// What was wrong with the files and what was done about it, in words.
    pub damage: Option<String>,
}

/// A place where drafts and the reference snapshot are kept. Errors are sentences.
#[async_trait]
pub trait Keep: Send + Sync {
    /// What is there.
    async fn load(&self) -> Kept;
    /// Keeps a draft; when it returns, the draft outlives a power cut.
    async fn save_draft(&self, draft: &Draft) -> Result<(), String>;
    /// Forgets a draft.
    async fn drop_draft(&self, id: ClaimId) -> Result<(), String>;
    /// Keeps the reference snapshot.
    async fn save_reference(&self, reference: &Reference) -> Result<(), String>;
    /// Keeps the keys that slips' codes are checked with.
    async fn save_slip_keys(&self, keys: &[String]) -> Result<(), String>;
}

/// Keeps nothing.
pub struct Nothing;

#[async_trait]
impl Keep for Nothing {
    async fn load(&self) -> Kept {
        Kept::default()
    }
    async fn save_draft(&self, _: &Draft) -> Result<(), String> {
        Ok(())
    }
    async fn drop_draft(&self, _: ClaimId) -> Result<(), String> {
        Ok(())
    }
    async fn save_reference(&self, _: &Reference) -> Result<(), String> {
        Ok(())
    }
    async fn save_slip_keys(&self, _: &[String]) -> Result<(), String> {
        Ok(())
    }
}

/// What the task is to do.
pub(super) enum Job {
    Load,
    Save(Box<Draft>),
    Drop(ClaimId),
    SaveReference(Box<Reference>),
    SaveSlipKeys(Vec<String>),
}

/// Starts the task. It ends, with everything written, after the sender was dropped: who waits for its handle waits for
/// that.
pub(super) fn start(keep: Arc<dyn Keep>, done: UnboundedSender<Ended>) -> (UnboundedSender<Job>, JoinHandle<()>) {
    let (jobs, queue) = unbounded_channel();
    (jobs, tokio::spawn(work(keep, queue, done)))
}

async fn work(keep: Arc<dyn Keep>, mut queue: UnboundedReceiver<Job>, done: UnboundedSender<Ended>) {
    while let Some(job) = queue.recv().await {
        let msg = match job {
            Job::Load => {
                let Kept { drafts, reference, damage } = keep.load().await;
                Some(Msg::Journal { drafts, reference, damage })
            }
            Job::Save(draft) => Some(Msg::DraftSaved(draft.id, keep.save_draft(&draft).await)),
            // A draft or a snapshot that stays where it should go does no harm: it is offered once more, or read anew.
            Job::Drop(id) => keep.drop_draft(id).await.err().map(|why| Msg::DraftSaved(id, Err(why))),
            Job::SaveReference(reference) => {
                if let Err(why) = keep.save_reference(&reference).await {
                    tracing::warn!(why, "the reference snapshot was not kept");
                }
                None
            }
            Job::SaveSlipKeys(keys) => {
                if let Err(why) = keep.save_slip_keys(&keys).await {
                    tracing::warn!(why, "the keys of slips were not kept");
                }
                None
            }
        };
        // After the end nobody listens, and the rest is still written.
        let _ = done.send(msg.map_or(Ended::Silent, |msg| Ended::With(Box::new(msg))));
    }
}
