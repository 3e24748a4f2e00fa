//! Rows of one table on their way into one statement.

use sqlx::sqlite::SqliteArguments;
use sqlx::{Encode, Sqlite, Type};
use tokio::sync::mpsc;

use crate::store::sqlite::row;

/// Rows in one statement.
pub const ROWS: usize = 512;

/// One statement with its rows.
pub struct Batch {
    /// The statement.
    pub text: String,
    /// Its values.
    pub arguments: SqliteArguments,
    /// Which rows they are.
    pub rows: Rows,
}

/// Rows that progress counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    /// Members.
    pub members: u64,
    /// Claims.
    pub claims: u64,
}

/// The other side is gone: its error is the one to report.
pub struct Gone;

/// Rows of one table, handed over when there are enough of them.
pub struct Table<'a> {
    sender: &'a mpsc::Sender<Batch>,
    head: &'static str,
    columns: usize,
    most: usize,
    waiting: usize,
    arguments: SqliteArguments,
    count: fn(u64) -> Rows,
}

impl<'a> Table<'a> {
    /// A table by the beginning of its statement and the number of columns that it names.
    pub fn new(sender: &'a mpsc::Sender<Batch>, head: &'static str, columns: usize) -> Table<'a> {
        let count = |_| Rows::default();
        Table { sender, head, columns, most: ROWS, waiting: 0, arguments: SqliteArguments::default(), count }
    }

    /// Hands over `most` rows at once.
    pub fn at_most(self, most: usize) -> Table<'a> {
        Table { most, ..self }
    }

    /// Progress counts its rows.
    pub fn counted(self, count: fn(u64) -> Rows) -> Table<'a> {
        Table { count, ..self }
    }

    /// A column's value; columns come in their order, row by row.
    pub fn add<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, value: T) {
        row::add(&mut self.arguments, value);
    }

    /// Where a row's values go.
    pub fn arguments(&mut self) -> &mut SqliteArguments {
        &mut self.arguments
    }

    /// All values of a row are there.
    pub fn end_row(&mut self) -> Result<(), Gone> {
        self.waiting += 1;
        if self.waiting == self.most { self.flush() } else { Ok(()) }
    }

    /// Hands over what waits.
    pub fn flush(&mut self) -> Result<(), Gone> {
        if self.waiting == 0 {
            return Ok(());
        }
        let row = format!("({})", vec!["?"; self.columns].join(","));
        let text = format!("{} VALUES {}", self.head, vec![row.as_str(); self.waiting].join(","));
        let arguments = std::mem::take(&mut self.arguments);
        let rows = (self.count)(self.waiting as u64);
        self.waiting = 0;
        self.sender.blocking_send(Batch { text, arguments, rows }).map_err(|_| Gone)
    }
}
