//! Forms to look at before there is a claim: one of each, of people who don't exist, headed 样张 on every page. What they say stands in
//! `src/data/slips/`.
//!
//! To add a form: its JSON there and an arm in [`sample`].

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Form;
use super::layout::Sheet;
use super::p1::Acknowledgement;
use super::p2::P2;
use super::p3::P3;
use super::p4::P4;
use super::p5::P5;
use super::p6::PaymentSlip;
use super::p7::DayClose;
use super::p8::HandOver;
use super::p9::BatchSheet;
use super::p10::P10;
use super::paper::Paper;
use super::parts::CopyMark;
use crate::domain::form::FormId;
use crate::strings::Strings;

/// A form that is marked as a sample.
#[derive(Debug)]
struct Sample<F>(F);

impl<F: Form> Form for Sample<F> {
    fn id(&self) -> FormId {
        self.0.id()
    }

    fn number(&self) -> Option<String> {
        self.0.number()
    }

    fn copy(&self) -> Option<&CopyMark> {
        self.0.copy()
    }

    fn sheet(&self, paper: Paper, strings: &Strings) -> Sheet {
        Sheet { head: Some(strings.get("slip-sample")), ..self.0.sheet(paper, strings) }
    }
}

/// A form with made-up data; there is one of each.
pub fn sample(id: FormId) -> Option<Arc<dyn Form>> {
    match id {
        FormId::P1 => marked::<Acknowledgement>(include_str!("../data/slips/p1.json")),
        FormId::P2 => marked::<P2>(include_str!("../data/slips/p2.json")),
        FormId::P3 => marked::<P3>(include_str!("../data/slips/p3.json")),
        FormId::P4 => marked::<P4>(include_str!("../data/slips/p4.json")),
        FormId::P5 => marked::<P5>(include_str!("../data/slips/p5.json")),
        FormId::P6 => marked::<PaymentSlip>(include_str!("../data/slips/p6.json")),
        FormId::P7 => marked::<DayClose>(include_str!("../data/slips/p7.json")),
        FormId::P8 => marked::<HandOver>(include_str!("../data/slips/p8.json")),
        FormId::P9 => marked::<BatchSheet>(include_str!("../data/slips/p9.json")),
        FormId::P10 => marked::<P10>(include_str!("../data/slips/p10.json")),
    }
}

/// The tests read every file: it is there and can be read.
fn marked<F: Form + DeserializeOwned + 'static>(json: &str) -> Option<Arc<dyn Form>> {
    let form: F = serde_json::from_str(json).ok()?;
    Some(Arc::new(Sample(form)))
}
