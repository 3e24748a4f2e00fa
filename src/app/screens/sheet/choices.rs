//! Fields that choose from a list: what matches what was typed, the best first.

use super::entries::is_known_hospital_code;
use super::field::Field;
use crate::app::Context;
use crate::domain::claim::{ClaimKind, SettlementMode};
use crate::domain::text::half_width;

/// How many are shown beneath the field.
pub const SHOWN: usize = 5;

/// The relation that opens the heirs' documents in place of the agents'.
pub const HEIR: &str = "heir";

/// The relations of an agent.
pub const RELATIONS: [&str; 6] = ["spouse", "child", "parent", "colleague", "other", HEIR];

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is recorded.
    pub code: String,
    /// What is shown.
    pub label: String,
}

/// The choices for what was typed, at most [`SHOWN`] (all of a short list).
pub fn choices(field: Field, typed: &str, cx: &Context) -> Vec<Choice> {
    let typed = half_width(typed.trim()).to_lowercase();
    match field {
        Field::Kind => short(ClaimKind::ALL.map(ClaimKind::code), "kind", &typed, cx),
        Field::Mode => short(SettlementMode::ALL.map(SettlementMode::code), "mode", &typed, cx),
        Field::AgentRelation => short(RELATIONS, "relation", &typed, cx),
        Field::Hospital => hospitals(&typed, cx),
        Field::Diagnosis => diagnoses(&typed, cx),
        _ => Vec::new(),
    }
}

/// The label of a chosen code.
pub fn label(field: Field, code: &str, cx: &Context) -> String {
    match field {
        Field::Kind => cx.t(&format!("kind-{code}")),
        Field::Mode => cx.t(&format!("mode-{code}")),
        Field::AgentRelation => cx.t(&format!("relation-{code}")),
        Field::Hospital => match cx.lookup.hospital(code) {
            Some(hospital) => hospital_label(&hospital.name, hospital.level, cx),
            None => code.to_owned(),
        },
        Field::Diagnosis => match cx.lookup.diagnosis(code) {
            Some(diagnosis) => format!("{} {}", diagnosis.code, diagnosis.name),
            None => code.to_owned(),
        },
        _ => code.to_owned(),
    }
}

fn hospital_label(name: &str, level: u8, cx: &Context) -> String {
    format!("{name} {}", cx.t(&format!("level-{level}")))
}

/// A short fixed list: by a digit, by the beginning of the label or of the code.
fn short<const N: usize>(codes: [&str; N], prefix: &str, typed: &str, cx: &Context) -> Vec<Choice> {
    codes
        .iter()
        .enumerate()
        .map(|(at, code)| (at, Choice { code: (*code).to_owned(), label: cx.t(&format!("{prefix}-{code}")) }))
        .filter(|(at, choice)| {
            typed.is_empty()
                || typed == (at + 1).to_string()
                || choice.label.to_lowercase().contains(typed)
                || choice.code.starts_with(typed)
        })
        .map(|(_, choice)| choice)
        .collect()
}

/// Ranks what matches: used last here first, then by how it matches, then what lies near, then by its place in the list.
fn ranked<'a, T>(
    all: &'a [T],
    used: &[String],
    code: impl Fn(&T) -> &str,
    rank: impl Fn(&T) -> Option<u8>,
    far: impl Fn(&T) -> u8,
) -> Vec<&'a T> {
    let mut found: Vec<(usize, u8, u8, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(at, item)| {
            let rank = rank(item)?;
            let recency = used.iter().position(|used| used == code(item)).unwrap_or(usize::MAX);
            Some((recency, rank, far(item), at))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().take(SHOWN).map(|(.., at)| &all[at]).collect()
}

/// How a key matches an entry: 0 its initials exactly, 1 their beginning, 2 the code's, 3 the name's, 4 inside the name.
fn rank(typed: &str, initials: &str, code: &str, name: &str) -> Option<u8> {
    if typed.is_empty() {
        None
    } else if initials == typed {
        Some(0)
    } else if initials.starts_with(typed) {
        Some(1)
    } else if code.to_lowercase().starts_with(typed) {
        Some(2)
    } else if name.starts_with(typed) {
        Some(3)
    } else if name.contains(typed) {
        Some(4)
    } else {
        None
    }
}

fn hospitals(typed: &str, cx: &Context) -> Vec<Choice> {
    let used = cx.hello.as_ref().map(|hello| hello.last_used.hospitals.as_slice()).unwrap_or_default();
    let office = cx.hello.as_ref().map(|hello| &hello.office);
    let all = cx.lookup.hospitals();
    let mut found: Vec<Choice> = ranked(
        all,
        used,
        |hospital| &hospital.code,
        |hospital| match typed {
            "" => used.contains(&hospital.code).then_some(0),
            typed => rank(typed, &hospital.initials, &hospital.code, &hospital.name),
        },
        |hospital| match office {
            Some(office) if office.area == hospital.area => 0,
            Some(office) if office.league == hospital.area.league() => 1,
            _ => 2,
        },
    )
    .into_iter()
    .map(|hospital| Choice { code: hospital.code.clone(), label: hospital_label(&hospital.name, hospital.level, cx) })
    .collect();
    let code = typed.to_uppercase();
    if found.is_empty() && is_known_hospital_code(&code) {
        found.push(Choice { label: code.clone(), code });
    }
    found
}

fn diagnoses(typed: &str, cx: &Context) -> Vec<Choice> {
    let used = cx.hello.as_ref().map(|hello| hello.last_used.diagnoses.as_slice()).unwrap_or_default();
    let dotless: String = typed.chars().filter(|c| *c != '.').collect();
    ranked(
        cx.lookup.diagnoses(),
        used,
        |diagnosis| &diagnosis.code,
        |diagnosis| match typed {
            "" => used.contains(&diagnosis.code).then_some(0),
            typed => rank(typed, &diagnosis.initials, &diagnosis.code, &diagnosis.name).or_else(|| {
                let code: String = diagnosis.code.chars().filter(|c| *c != '.').collect();
                code.to_lowercase().starts_with(&dotless).then_some(2)
            }),
        },
        |_| 0,
    )
    .into_iter()
    .map(|diagnosis| Choice { code: diagnosis.code.clone(), label: format!("{} {}", diagnosis.code, diagnosis.name) })
    .collect()
}
