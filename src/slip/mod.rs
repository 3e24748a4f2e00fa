//! What is printed. A form is data; it becomes a [`layout::Sheet`], set into a [`layout::Layout`] for a paper; devices draw
//! that and nothing else.
//!
//! - `layout` the language of forms and how it is set: pure
//! - `paper` columns and pages
//! - `p1` 受理回执
//! - `text`, `pdf` devices
//! - `job` a form for a printer's profile, made into bytes
//! - `printer`, `deliver`, `line`, `spool` where the bytes go, and what is left when they don't
//! - `state`, `outcome` what the printer says, what became of a print
//! - `error` what can go wrong, in words
//!
//! To add a form: a file with its data and its `sheet(&Strings) -> Sheet`; a variant of [`Form`] with its lines in the
//! three `match`es here; its words in both message files under "Slips"; its golden files in `tests/slips.rs`.

pub mod deliver;
pub mod error;
pub mod job;
pub mod layout;
mod line;
pub mod outcome;
pub mod p1;
pub mod paper;
pub mod pdf;
pub mod printer;
pub mod spool;
pub mod state;
pub mod text;

pub use error::PrintError;
pub use job::Job;
pub use outcome::{Doubt, PrintId, PrintOutcome};
pub use printer::{Device, Language, Profile};
pub use spool::Spool;
pub use state::PrinterState;

use layout::{Block, Layout, Sheet};
use p1::Acknowledgement;
use paper::Paper;

use crate::strings::Strings;

/// Everything that can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// P1 受理回执
    Acknowledgement(Box<Acknowledgement>),
}

impl Form {
    /// The form's number in the list of forms.
    pub fn code(&self) -> &'static str {
        match self {
            Form::Acknowledgement(_) => "P1",
        }
    }

    /// A name for files and print queues: form, number and copy, without a word about a person.
    pub fn file_stem(&self) -> String {
        match self {
            Form::Acknowledgement(form) => {
                let number = form.number.map_or_else(|| "preview".to_owned(), |number| number.to_string());
                format!("{}-{number}-c{}", self.code(), form.copy.as_ref().map_or(0, |copy| copy.number))
            }
        }
    }

    /// The form on a paper, before it is set.
    pub fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet {
        let sheet = match self {
            Form::Acknowledgement(form) => form.sheet(paper.explains(), strings),
        };
        Sheet { page: paper.page(), ..sheet }
    }

    /// The form set for a paper. Characters that the device lacks (`has` says which it has) are printed as 〓, and a
    /// last line names them.
    pub fn layout(&self, paper: Paper, columns: usize, strings: &Strings, has: &dyn Fn(char) -> bool) -> Layout {
        let mut sheet = self.sheet(paper, strings);
        let rare = replace_rare(&mut sheet, has);
        if !rare.is_empty() {
            sheet.blocks.push(Block::Text(strings.with("slip-rare", &[("codes", &rare.join(" "))])));
        }
        sheet.set(columns)
    }
}

/// Puts 〓 (U+3013) where the device has no glyph, and gives the code points that it stands for, each once.
fn replace_rare(sheet: &mut Sheet, has: &dyn Fn(char) -> bool) -> Vec<String> {
    let mut rare = Vec::new();
    sheet.each_text(&mut |text| {
        *text = layout::paper_text(text)
            .chars()
            .map(|c| {
                if c == ' ' || has(c) {
                    return c;
                }
                let code = format!("U+{:04X}", u32::from(c));
                if !rare.contains(&code) {
                    rare.push(code);
                }
                '\u{3013}'
            })
            .collect();
    });
    rare
}
