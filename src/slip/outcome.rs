//! Which print a job is, and what became of it: what the counter is told.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;

use super::Form;
use crate::domain::form::FormId;
use crate::domain::number::ClaimNumber;

/// One print of a slip: `P1-HZ150802-2021-0000412-95-c0`, and with the claim where the slip's number is another:
/// `P2-150802-2021-02-0000001-73-HZ150802-2021-0000412-95-c0`. It is the name of its job, and says nothing about a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrintId {
    /// The form.
    pub form: FormId,
    /// The slip's number, as it is printed.
    pub number: String,
    /// The claim that it is about; none where it is about no single one.
    pub claim: Option<ClaimNumber>,
    /// 0 is the original.
    pub copy: u32,
}

/// A text that names no print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a print")]
pub struct NoPrint;

impl PrintId {
    /// The print that a form is for.
    pub fn of(form: &dyn Form) -> PrintId {
        let number = form.number().unwrap_or_else(|| "preview".to_owned());
        PrintId { form: form.id(), number, claim: form.claim(), copy: form.copy().map_or(0, |copy| copy.number) }
    }

    /// Whether it is the same slip, printed earlier.
    pub fn is_before(&self, other: &PrintId) -> bool {
        self.form == other.form && self.number == other.number && self.copy < other.copy
    }
}

impl fmt::Display for PrintId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.form, self.number)?;
        if let Some(claim) = self.claim.map(|claim| claim.to_string()).filter(|claim| *claim != self.number) {
            write!(f, "-{claim}")?;
        }
        write!(f, "-c{}", self.copy)
    }
}

impl FromStr for PrintId {
    type Err = NoPrint;

    fn from_str(text: &str) -> Result<PrintId, NoPrint> {
        let (form, rest) = text.split_once('-').ok_or(NoPrint)?;
        let (number, copy) = rest.rsplit_once("-c").filter(|(number, _)| !number.is_empty()).ok_or(NoPrint)?;
        let copy = copy.parse().ok().filter(|_| copy.bytes().all(|byte| byte.is_ascii_digit())).ok_or(NoPrint)?;
        let claim = number.rfind("HZ").and_then(|at| number[at..].parse().ok());
        let number = match number.rfind("-HZ") {
            Some(at) if claim.is_some() => &number[..at],
            _ => number,
        };
        Ok(PrintId { form: form.parse().map_err(|_| NoPrint)?, number: number.to_owned(), claim, copy })
    }
}

/// What became of a print. A later one takes the place of an earlier: `Waiting` is followed by another by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrintOutcome {
    /// It left; where to, in words.
    Done(String),
    /// It is on its way, and the printer holds it up; why, in words.
    Waiting(String),
    /// Bytes went out, and nobody knows whether paper came: somebody is asked who can see the printer.
    Unknown(Doubt),
    /// A later copy of the slip was printed in its place.
    Superseded,
    /// It will not be printed; why, in words.
    Failed(String),
}

/// A print of which nobody knows whether it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Which print.
    pub print: PrintId,
    /// The printer's name.
    pub printer: String,
    /// When it was to be printed, in Asia/Shanghai.
    pub at: NaiveDateTime,
    /// What is known, in words; empty where an earlier run left it.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let print: PrintId = "P1-HZ150802-2021-0000412-95-c12".parse().unwrap();
        assert_eq!((print.form, print.copy), (FormId::P1, 12));
        assert_eq!(print.claim.unwrap().to_string(), "HZ150802-2021-0000412-95");
        assert_eq!(print.to_string(), "P1-HZ150802-2021-0000412-95-c12");
        let slip: PrintId = "P10-150802-2021-10-0000001-42-c0".parse().unwrap();
        assert_eq!((slip.claim, slip.number.as_str()), (None, "150802-2021-10-0000001-42"));
        let notice: PrintId = "P2-150802-2021-02-0000001-73-HZ150802-2021-0000412-95-c1".parse().unwrap();
        assert_eq!((notice.claim, notice.number.as_str()), (print.claim, "150802-2021-02-0000001-73"));
        assert_eq!(notice.to_string(), "P2-150802-2021-02-0000001-73-HZ150802-2021-0000412-95-c1");
        for bad in ["", "P1", "P1-c0", "P1--c0", "P11-1-c0", "P1-1-c", "P1-1-c+1", "P1-1-cx", "x-1-c0"] {
            assert!(bad.parse::<PrintId>().is_err(), "{bad}");
        }
        assert!(PrintId { copy: 0, ..print.clone() }.is_before(&print) && !print.is_before(&print));
    }
}
