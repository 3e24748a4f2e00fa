//! Records whose texts want to steer the printer.

use huzhu::slip::glyph::Glyphs;
use huzhu::slip::layout::Block;
use huzhu::slip::paper::Paper;
use huzhu::slip::{Encoding, p1::Acknowledgement};
use huzhu::strings::Lang;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Words, code, compare, printed, set};
use crate::claims;

/// Open the drawer, cut, ask, power off, initialise, leave Chinese mode, define a character, a code, an image.
const COMMANDS: [&str; 12] = [
    "\u{1b}p\u{0}\u{19}\u{fa}",
    "\u{1d}V\u{0}",
    "\u{1d}VB\u{0}",
    "\u{10}\u{4}\u{1}",
    "\u{10}\u{14}\u{1}\u{0}\u{1}",
    "\u{10}\u{5}\u{2}",
    "\u{1b}@",
    "\u{1c}.",
    "\u{1c}2\u{fe}\u{a1}",
    "\u{1d}(k\u{3}\u{0}1Q0",
    "\u{1b}*!\u{ff}\u{3}",
    "\r\n\u{c}\u{9}\u{7f}\u{9b}2J",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(COMMANDS.to_vec()).prop_map(str::to_owned),
        // Bytes as somebody who took them for Latin-1 would have stored them.
        vec(0u8..=255, 0..6).prop_map(|bytes| bytes.into_iter().map(char::from).collect()),
        "[王秀英阿拉坦·㛃\u{2cb7c}\u{182e}e\u{302}①—a-z0-9 ]{0,8}",
        any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    vec(piece(), 1..6).prop_map(|pieces| pieces.concat())
}

fn hostile(text: &str) -> Acknowledgement {
    let mut record = claims::record("accepted");
    record.member_name = text.into();
    record.unit = text.into();
    record.hospital_name = text.into();
    record.clerk = text.into();
    record.claim.bill.number = text.into();
    record.claim.documents.iter_mut().for_each(|document| document.title = text.into());
    let mut slip = claims::slip_of(&record, 1);
    (slip.office, slip.phone, slip.policy, slip.code) = (text.into(), text.into(), text.into(), Some(code()));
    slip.explanation.iter_mut().for_each(|line| (line.text, line.clause) = (text.into(), text.into()));
    slip
}

/// Read back, everything is text where it was laid out, and there is one code and one cut: no command came from a record.
fn check(text: &str) {
    let glyphs = Glyphs::embedded().unwrap();
    let slip = hostile(text);
    let every = vec![
        Block::Title(text.into()),
        Block::Framed(vec![Block::Strong(text.into())]),
        Block::Signatures(vec![text.into()]),
    ];
    for (encoding, paper) in [(Encoding::Gb18030, Paper::Thermal58), (Encoding::Gbk, Paper::Thermal80)] {
        let layout = set(&slip, paper, Lang::Chinese, encoding, &glyphs);
        let pieces = printed(&layout, encoding, &glyphs);
        compare(&layout, &pieces);
        assert_eq!(pieces.len(), 1);
        let layout = set(&Words(every.clone()), paper, Lang::English, encoding, &glyphs);
        compare(&layout, &printed(&layout, encoding, &glyphs));
    }
}

#[test]
fn commands_in_names_are_text() {
    COMMANDS.iter().for_each(|command| check(command));
    check(&COMMANDS.concat());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_becomes_a_command(text in text()) {
        check(&text);
    }
}
