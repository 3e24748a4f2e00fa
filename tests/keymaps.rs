//! Keymap files: what ships loads; what can't work is refused with file, line and the fix, all of it at once.

mod refusals;

use huzhu::keymap::{Action, Key, Keymap, KeymapError, Layer, SHIPPED};
use huzhu::strings::{Lang, Strings};

fn refused(text: &str) -> Vec<String> {
    let errors: Vec<KeymapError> = Keymap::load("default", Some(("my.toml", text))).expect_err(text);
    let strings = Strings::new(Lang::English);
    errors.iter().map(|error| error.sentence(&strings)).collect()
}

/// Each file with the beginnings of what must be said about it.
const BAD: &[(&str, &[&str])] = &[
    (
        "[desk]\nnew_clam = 'f3'\n",
        &["my.toml:2: [desk] has no action \"new_clam\"; there are: quit, search, new_claim"],
    ),
    ("[desk]\nsubmit = 'f3'\n", &["my.toml:2: the action \"submit\" belongs under [sheet]"]),
    ("[dsk]\nquit = 'ctrl-q'\n", &["my.toml:1: no layer is called \"dsk\"; there are: everywhere, desk"]),
    ("colour = 'red'\n", &["my.toml:1: no layer is called \"colour\""]),
    ("base = 'emacs'\n", &["my.toml:1: no keymap is called \"emacs\"; there are: default, laptop, vim"]),
    ("base = 3\n", &["my.toml:1: no keymap is called \"\""]),
    ("[desk]\nsearch = 'f13'\n", &["my.toml:2: no key is called \"f13\""]),
    ("[desk]\nsearch = [\n  'f2',\n  'hyper-x',\n]\n", &["my.toml:4: no key is called \"hyper-x\""]),
    ("[desk]\nsearch = 3\n", &["my.toml:2: \"search\" takes a key's name or a list of them"]),
    ("[desk]\nsearch = ['f2', true]\n", &["my.toml:2: \"search\" takes a key's name"]),
    // What terminals send as something else.
    ("[desk]\nsearch = 'ctrl-i'\n", &["my.toml:2: a terminal can't send Ctrl-I"]),
    ("[desk]\nsearch = 'ctrl-m'\n", &["my.toml:2: a terminal can't send Ctrl-M"]),
    ("[desk]\nsearch = 'ctrl-1'\n", &["my.toml:2: a terminal can't send Ctrl-1"]),
    ("[desk]\nsearch = 'ctrl-enter'\n", &["my.toml:2: a terminal can't send Ctrl-Enter"]),
    ("[desk]\nsearch = 'alt-esc'\n", &["my.toml:2: a terminal can't send Alt-Esc"]),
    ("[desk]\nsearch = 'alt-['\n", &["my.toml:2: a terminal can't send Alt-["]),
    // Text is typed on the desk and on the sheet, and anywhere `everywhere` acts.
    ("[desk]\nsearch = '/'\n", &["my.toml:2: / is text where text is typed"]),
    ("[sheet]\nsubmit = 's'\n", &["my.toml:2: s is text where text is typed"]),
    ("[everywhere]\nhelp = '?'\n", &["my.toml:2: ? is text where text is typed"]),
    ("[member]\nreveal = 'space'\n", &["my.toml:2: Space is text where text is typed"]),
    // One key, two meanings on one screen.
    (
        "[desk]\nsearch = 'f3'\n",
        &["my.toml:2: F3 means \"new_claim\" on the same screen; take another key for \"search\""],
    ),
    ("[sheet]\nundo = 'f1'\n", &["my.toml:2: F1 means \"help\" on the same screen"]),
    ("[member]\nreveal = 'f6'\n", &["my.toml:2: F6 means \"history\" on the same screen"]),
    (
        "[desk]\nsearch = 'f8'\n\n[member]\nreveal = 'f8'\n",
        &["my.toml:5: F8 means \"search\" on the same screen (line 2); take another key for \"reveal\""],
    ),
    ("[confirm]\naccept = '1'\n", &["my.toml:2: 1 means \"toggle_document_1\" on the same screen"]),
    ("[desk]\nquit = [\n", &["my.toml:"]),
    // All at once.
    (
        "[desk]\nnew_clam = 'f3'\nsearch = 'x'\n[sheet]\nundo = 'f99'\nsubmit = 'enter'\n",
        &[
            "my.toml:2: [desk] has no action \"new_clam\"",
            "my.toml:3: x is text where text is typed",
            "my.toml:5: no key is called \"f99\"",
            "my.toml:6: Enter means \"next\" on the same screen",
        ],
    ),
];

#[test]
fn bad_files_are_refused_with_line_and_fix() {
    refusals::each_is_said(BAD, refused);
}

#[test]
fn the_errors_are_told_in_chinese_too() {
    let strings = Strings::new(Lang::Chinese);
    for (text, _) in BAD {
        let errors = Keymap::load("default", Some(("my.toml", text))).expect_err(text);
        for error in errors {
            let said = error.sentence(&strings);
            assert!(!said.contains("keymap-") && said.contains(|c: char| c > '\u{4dff}'), "{said}");
        }
    }
}

#[test]
fn single_bindings_change() {
    let text = "[desk]\nnew_claim = ['alt-n', 'f3']\n[confirm]\naccept = ['enter', 'y']\n[slip]\nprint = 'p'\n";
    let keymap = Keymap::load("default", Some(("my.toml", text))).unwrap();
    let alt_n: Key = "alt-n".parse().unwrap();
    assert_eq!(keymap.action(&[Layer::Desk, Layer::Everywhere], alt_n), Some(Action::NewClaim));
    assert_eq!(keymap.action(&[Layer::Confirm], Key::char('y')), Some(Action::Accept));
    assert_eq!(keymap.hint(Action::Print).as_deref(), Some("p"));
    assert_eq!(keymap.hint(Action::Search).as_deref(), Some("F2"), "the rest stays");
    // A key that was freed can be taken.
    let text = "[desk]\nsearch = 'f3'\nnew_claim = 'f2'\n";
    assert!(Keymap::load("default", Some(("my.toml", text))).is_ok());
}

#[test]
fn every_shipped_keymap_binds_what_the_default_binds() {
    let default = Keymap::load("default", None).unwrap();
    for (name, _) in SHIPPED {
        let keymap = Keymap::load(name, None).unwrap();
        for (_, action_name, action) in huzhu::keymap::action::ACTIONS {
            assert!(
                default.keys(action).next().is_some() == keymap.keys(action).next().is_some(),
                "{name}: {action_name}"
            );
        }
    }
}
