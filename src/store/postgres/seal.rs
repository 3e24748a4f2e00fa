//! The ledger's functions (`migrations/postgres/0008_ledger.sql`): what a sealer calls, the stored nodes that anybody may
//! ask for, and the walk of who verifies.

use std::collections::VecDeque;

use async_trait::async_trait;
use serde::Deserialize;
use sqlx::postgres::PgRow;

use super::PostgresStore;
use super::answers::get;
use super::line::{Again, call};
use crate::domain::canonical::{Hash, unhex};
use crate::domain::merkle::NodeId;
use crate::domain::note::{Checkpoint, VerifierKey};
use crate::store::StoreError;
use crate::store::sealer::{Batch, Ledger, SealEvent, TreeState};
use crate::store::tree_walk::{TreeFound, TreeWalk, WalkedLeaf};
use crate::store::verifying::name_of;

/// The newest checkpoint's note.
pub(super) const NOTE: &str = "SELECT api_v1.checkpoint()";
/// Stored nodes of the tree.
pub(super) const NODES: &str = "SELECT api_v1.tree_nodes($1, $2)";

/// The answer of `seal_state`.
#[derive(Deserialize)]
struct StateAnswer {
    size: u64,
    waiting: u64,
    note: Option<String>,
    frontier: Vec<String>,
}

fn damaged() -> StoreError {
    StoreError::Damaged("tree".to_owned())
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes.try_into().map_err(|_| damaged())
}

/// Levels and indexes as the functions take them; sizes stop far below where an index would not fit.
pub(super) fn columns(ids: impl Iterator<Item = NodeId>) -> (Vec<i16>, Vec<i64>) {
    ids.map(|id| (i16::from(id.level), id.index as i64)).unzip()
}

impl PostgresStore {
    /// Stored nodes of the tree, in the order asked for, at most 200; `None` where one is not there.
    async fn nodes_of_tree(&self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError> {
        let (levels, indexes) = columns(ids.iter().copied());
        let row = self.line.one(Again::Yes, NODES, call!(levels, indexes)).await?;
        let hashes: Vec<Option<Vec<u8>>> = get(&row, 0)?;
        if hashes.len() != ids.len() {
            return Err(damaged());
        }
        hashes.into_iter().map(|bytes| bytes.map(|bytes| hash(&bytes)).transpose()).collect()
    }

    /// The newest checkpoint's note.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn checkpoint(&self) -> Result<Option<String>, StoreError> {
        let row = self.line.one(Again::Yes, NOTE, call!()).await?;
        get(&row, 0)
    }
}

/// Rows of one page.
const PAGE: i32 = 5000;

impl PostgresStore {
    /// Walks the whole tree (`store/tree_walk.rs`): for an auditor, with the key that checkpoints are checked with and the
    /// checkpoint that he kept himself, where there are such.
    ///
    /// # Errors
    /// Where the centre does not answer. What is wrong with the tree is no error.
    pub async fn verify_tree(
        &self,
        key: Option<VerifierKey>,
        held: Option<Checkpoint>,
    ) -> Result<TreeFound, StoreError> {
        let mut walk = TreeWalk::new(key, held);
        let mut checkpoints = VecDeque::new();
        let mut above = 0;
        loop {
            // What was signed before these leaves were asked for has all its leaves among them.
            let is_due = !checkpoints.is_empty();
            let text = "SELECT * FROM api_v1.tree_leaves($1, $2)";
            let leaves = self.line.all(Again::Yes, text, call!(walk.size() as i64, PAGE)).await?;
            // A sealer may be at work: its checkpoint is there as soon as the leaves are, so ask after them.
            while above <= walk.size() + leaves.len() as u64 {
                let page = self.checkpoints(above).await?;
                let Some((last, ..)) = page.back() else { break };
                above = *last;
                checkpoints.extend(page);
            }
            for row in &leaves {
                let office: Option<i32> = get(row, 6)?;
                let part = |at| get::<i32>(row, at).ok().map(i64::from);
                walk.leaf(&WalkedLeaf {
                    seq: get::<i64>(row, 0)? as u64,
                    name: office.map(|office| name_of(Some(office.into()), part(7), part(8))),
                    office: get::<i32>(row, 1)?.into(),
                    place: get(row, 2)?,
                    hash: get(row, 3)?,
                    event: get(row, 4)?,
                    seen: get(row, 5)?,
                });
                while let Some((size, root, note)) = checkpoints.pop_front_if(|(size, ..)| *size <= walk.size()) {
                    walk.checkpoint(size, &root, &note);
                }
            }
            if leaves.len() < PAGE as usize && (checkpoints.is_empty() || (is_due && leaves.is_empty())) {
                break;
            }
        }
        // Signed, with no leaves.
        while let Some((size, root, note)) = checkpoints.pop_front() {
            walk.checkpoint(size, &root, &note);
            if checkpoints.is_empty() {
                checkpoints.extend(self.checkpoints(size).await?);
            }
        }
        Ok(walk.end())
    }

    /// A page of the checkpoints above a size.
    async fn checkpoints(&self, above: u64) -> Result<VecDeque<(u64, Vec<u8>, String)>, StoreError> {
        let text = "SELECT * FROM api_v1.tree_checkpoints($1, $2)";
        let rows = self.line.all(Again::Yes, text, call!(above as i64, PAGE)).await?;
        rows.iter().map(|row| Ok((get::<i64>(row, 0)? as u64, get(row, 1)?, get(row, 2)?))).collect()
    }
}

#[async_trait]
impl Ledger for PostgresStore {
    async fn state(&mut self) -> Result<TreeState, StoreError> {
        let answer: StateAnswer = self.must(Again::Yes, "SELECT api_v1.seal_state()::text", call!()).await?;
        let node = |hex: &String| unhex(hex).ok_or_else(damaged);
        let frontier = answer.frontier.iter().map(node).collect::<Result<_, _>>()?;
        Ok(TreeState { size: answer.size, waiting: answer.waiting, note: answer.note, frontier })
    }

    async fn events(&mut self, most: usize) -> Result<Vec<SealEvent>, StoreError> {
        let text = "SELECT office, place, event FROM api_v1.seal_leaves($1)";
        let rows = self.line.all(Again::Yes, text, call!(most as i32)).await?;
        let event =
            |row: &PgRow| Ok(SealEvent { office: get(row, 0)?, place: get(row, 1)?, hash: hash(get(row, 2)?)? });
        rows.iter().map(event).collect()
    }

    async fn append(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let offices: Vec<i32> = batch.events.iter().map(|event| event.office).collect();
        let places: Vec<i64> = batch.events.iter().map(|event| event.place).collect();
        let events: Vec<&[u8]> = batch.events.iter().map(|event| event.hash.as_slice()).collect();
        let (levels, indexes) = columns(batch.nodes.iter().map(|(id, _)| *id));
        let nodes: Vec<&[u8]> = batch.nodes.iter().map(|(_, hash)| hash.as_slice()).collect();
        let first = batch.first as i64;
        let note = batch.note.as_str();
        let arguments = call!(first, offices, places, events, levels, indexes, nodes, note);
        // What became of it the tree itself tells.
        let text = "SELECT api_v1.seal_append($1, $2, $3, $4, $5, $6, $7, $8)";
        self.line.one(Again::No, text, arguments).await.map(drop)
    }

    async fn nodes(&mut self, ids: &[NodeId]) -> Result<Vec<Option<Hash>>, StoreError> {
        self.nodes_of_tree(ids).await
    }
}
