//! The PDF as a reader sees it: its words come out again (pdftotext), rare characters are named.

use std::io::Write;
use std::process::{Command, Stdio};

use huzhu::slip::paper::Paper;
use huzhu::slip::{Device, Job, Language, PrintError, Profile};
use huzhu::strings::{Lang, Strings};

use crate::claims::{acknowledgement, longest};
use huzhu::slip::p1::Acknowledgement;

fn pdf(slip: Acknowledgement, lang: Lang) -> Vec<u8> {
    let profile = Profile::new("a5", Paper::A5, Language::Pdf, Device::Lp(None));
    Job::make(&slip, &profile, &Strings::new(lang)).unwrap().bytes
}

/// The words of a PDF, as they stand, through pdftotext of poppler-utils.
pub fn words(pdf: &[u8]) -> String {
    let mut child = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs pdftotext: apt-get install poppler-utils (tests/run does it)");
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

#[test]
fn a_pdf_has_every_word_of_the_slip() {
    for (lang, tag) in crate::LANGUAGES {
        for slip in [acknowledgement("accepted"), acknowledgement("outpatient"), longest()] {
            let strings = Strings::new(lang);
            let expected = crate::printed(&slip, Paper::A5, &strings);
            let bytes = pdf(slip, lang);
            assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 120_000, "{} bytes", bytes.len());
            let found = bare(&words(&bytes));
            for line in expected.lines() {
                for word in line.split_whitespace() {
                    assert!(found.contains(&bare(word)), "{tag}: {word} is missing in\n{}", words(&bytes));
                }
            }
        }
    }
}

#[test]
fn the_same_slip_gives_the_same_bytes() {
    assert_eq!(pdf(acknowledgement("accepted"), Lang::Chinese), pdf(acknowledgement("accepted"), Lang::Chinese));
}

#[test]
fn a_rare_character_is_named_and_no_name_is_dropped() {
    let mut slip = acknowledgement("accepted");
    slip.name = "王\u{2cb7c}英".into();
    let text = words(&pdf(slip, Lang::Chinese));
    assert!(text.contains("王〓英"), "{text}");
    assert!(text.contains("生僻字：U+2CB7C"), "{text}");
}

#[test]
fn a_font_that_is_none_is_an_error() {
    let mut profile = Profile::new("a5", Paper::A5, Language::Pdf, Device::Lp(None));
    for path in ["/nonexistent/font.ttf", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")] {
        profile.font = Some(path.into());
        let made = Job::make(&acknowledgement("accepted"), &profile, &Strings::new(Lang::Chinese));
        assert!(matches!(made, Err(PrintError::Font(_))));
    }
    profile.font = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/src/data/wqy-microhei-gb2312.ttf").into());
    assert!(Job::make(&acknowledgement("accepted"), &profile, &Strings::new(Lang::Chinese)).is_ok());
}
