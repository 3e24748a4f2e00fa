//! What is printed. A form is data; it becomes a [`layout::Sheet`], set into a [`layout::Layout`] for a paper; devices draw
//! that and nothing else.
//!
//! - `layout` the language of forms and how it is set: pure · `paper` columns and pages
//! - `p1` … the forms · `parts` what they have in common, `case` those about one claim, `office` the office's own,
//!   `of_claim` those of a recorded claim · `samples` forms to look at
//! - `test_page` what shows whether a printer is set up well
//! - `text`, `pdf`, `escpos`, `escp` devices · `encode` code pages · `glyph` dots of rare characters · `qr` codes
//! - `job` a form for a printer's profile, made into bytes
//! - `printer`, `deliver`, `line`, `folder`, `spool` where the bytes go, and what is left when they don't
//! - `state`, `outcome` what the printer says, what became of a print
//! - `error` what can go wrong, in words
//!
//! To add a form: a file with its data, which implements [`Form`]; its words in both message files under "Slips"; its
//! sample in `samples`; its golden files in `tests/slips.rs`.

pub mod case;
pub mod deliver;
pub mod encode;
pub mod error;
pub mod escp;
pub mod escpos;
mod folder;
pub mod glyph;
pub mod job;
pub mod layout;
mod line;
pub mod of_claim;
pub mod office;
pub mod outcome;
pub mod p1;
pub mod p10;
pub mod p2;
pub mod p3;
pub mod p4;
pub mod p5;
pub mod p6;
pub mod p7;
pub mod p8;
pub mod p9;
pub mod paper;
pub mod parts;
pub mod pdf;
pub mod printer;
pub mod qr;
pub mod samples;
pub mod spool;
pub mod state;
pub mod test_page;
pub mod text;

use std::fmt::Debug;

pub use error::PrintError;
pub use job::Job;
pub use outcome::{Doubt, PrintId, PrintOutcome};
pub use printer::{Device, Encoding, Language, Profile};
pub use spool::Spool;
pub use state::PrinterState;

use case::Head;
use layout::{Block, Layout, Medium, Sheet};
use paper::Paper;
use parts::CopyMark;

use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;
use crate::strings::Strings;

/// What can be printed: a form with its data.
pub trait Form: Debug + Send + Sync {
    /// Which form it is.
    fn id(&self) -> FormId;

    /// The head that the forms share; none where a form has one of its own.
    fn head(&self) -> Option<&Head> {
        None
    }

    /// The number that it carries, its head's if it has that; none on a preview.
    fn number(&self) -> Option<String> {
        self.head()?.number.clone()
    }

    /// The claim that it is about; none where it is about no single one, and on a preview.
    fn claim(&self) -> Option<ClaimNumber> {
        None
    }

    /// The mark of a reprint, its head's if it has that; none on the original.
    fn copy(&self) -> Option<&CopyMark> {
        self.head()?.copy.as_ref()
    }

    /// The form for a paper, before it is set; its page is the paper's.
    fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet;
}

/// Two forms are the same where everything in them is.
impl PartialEq for dyn Form {
    fn eq(&self, other: &dyn Form) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

/// A name for files and print queues: form, number and copy, without a word about a person.
pub fn file_stem(form: &dyn Form) -> String {
    PrintId::of(form).to_string()
}

/// A form set for a paper, as [`set_sheet`] sets its sheet.
pub fn set(form: &dyn Form, paper: Paper, medium: Medium, strings: &Strings, has: &dyn Fn(char) -> bool) -> Layout {
    set_sheet(form.sheet(paper, strings), paper, medium, strings, has)
}

/// A sheet set for a paper. Characters that the device lacks (`has` says which it has) are printed as 〓, and a last line
/// names them. On paper of several parts the copies are printed at once, and their names in one line.
pub fn set_sheet(sheet: Sheet, paper: Paper, medium: Medium, strings: &Strings, has: &dyn Fn(char) -> bool) -> Layout {
    let mut sheet = Sheet { page: paper.page(), ..sheet };
    if paper.parts() && sheet.copies.len() > 1 {
        let copies = std::mem::take(&mut sheet.copies);
        sheet.blocks.push(Block::Centre(copies.join("  ")));
    }
    let rare = replace_rare(&mut sheet, has);
    if !rare.is_empty() {
        sheet.blocks.push(Block::Text(strings.with("slip-rare", &[("codes", &rare.join(" "))])));
    }
    sheet.set(medium)
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
