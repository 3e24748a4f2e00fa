//! What a connection has to show before anybody works on it: the centre's newest checkpoint, and that what this terminal has
//! seen is its beginning (`store/witness.rs`). It is asked on the connection itself, so that an answer never comes from
//! another server than the one that is worked with.

use async_trait::async_trait;
use chrono::Utc;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use tokio::sync::Mutex;

use super::error::{database, ends_the_session, is_outdated, said};
use super::line::call;
use super::seal::{NODES, NOTE, columns, hash};
use crate::domain::canonical::Hash;
use crate::domain::merkle::NodeId;
use crate::store::StoreError;
use crate::store::witness::{Alarm, FollowError, Tree, Verdict, Witness};

/// Holds what a connection shows against what this terminal remembers.
///
/// # Errors
/// [`StoreError::Alarm`] where the centre shows another history or none; `Unreachable` where it did not answer.
pub(super) async fn prove(witness: &Mutex<Witness>, connection: &mut PgConnection) -> Result<(), StoreError> {
    let followed = witness.lock().await.follow(&mut Shown(connection), Utc::now()).await;
    match followed {
        Ok(Verdict::Alarm(alarm)) => Err(StoreError::Alarm(alarm)),
        Ok(_) => Ok(()),
        Err(FollowError::Store(error)) => Err(error),
        Err(FollowError::Witness(error)) => {
            tracing::error!(%error, "what is known of the centre was not kept");
            Err(StoreError::Refused("witness-file".into()))
        }
    }
}

/// The tree as a connection shows it.
struct Shown<'a>(&'a mut PgConnection);

impl Shown<'_> {
    async fn one(&mut self, text: &'static str, arguments: sqlx::postgres::PgArguments) -> Result<PgRow, StoreError> {
        sqlx::query_with(text, arguments).fetch_one(&mut *self.0).await.map_err(unproved)
    }
}

#[async_trait]
impl Tree for Shown<'_> {
    async fn note(&mut self) -> Result<Option<String>, StoreError> {
        self.one(NOTE, call!()).await?.try_get(0).map_err(unproved)
    }

    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError> {
        let (levels, indexes) = columns(ids.iter().copied());
        let row = self.one(NODES, call!(levels, indexes)).await?;
        let hashes: Vec<Option<Vec<u8>>> = row.try_get(0).map_err(unproved)?;
        let hash = |bytes: Vec<u8>| hash(&bytes).map_err(|_| NO_PROOF);
        hashes.into_iter().map(|bytes| bytes.map(hash).transpose()).collect()
    }
}

const NO_PROOF: StoreError = StoreError::Alarm(Alarm::NoProof);

/// Whoever tampered with the centre would rather have an error than a proof: only what says by itself that it passes, or
/// that this person may not ask, is no alarm. Either way nobody works on.
fn unproved(error: sqlx::Error) -> StoreError {
    let Some(answer) = database(&error) else {
        return match error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => NO_PROOF,
            lost => StoreError::Unreachable(lost.to_string()),
        };
    };
    if ends_the_session(answer) || is_outdated(answer) {
        return StoreError::Unreachable(answer.message().to_owned());
    }
    match said(answer) {
        passes @ (StoreError::Unreachable(_) | StoreError::NotAllowed) => passes,
        other if other == StoreError::terminal_certificate() => other,
        _ => NO_PROOF,
    }
}
