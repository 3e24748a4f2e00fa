//! A story of keys, for `replay`. A line is keys, a check or a comment:
//!
//! ```text
//! # what is typed is typed character by character
//! wangxiu<idle><down><enter><f3>
//! <paste:0012345678><c-s>
//! expect 2,427.70
//! expect-not error
//! screen
//! ```
//!
//! In keys: `<enter>`, `<f3>`, `<s-tab>`, `<c-s>`, `<a-1>`, `<bs>`, `<space>`, `<lt>` and every other name of a key ·
//! `<paste:TEXT>` (`\n` is a line break in it) · `<idle>` waits until nothing is under way · `<kill>` ends the program
//! without a chance to save and starts it again · `<cut>` and `<mend>` take the centre away and give it back, `<lose>`
//! lets the next request through and loses its answer, then cuts · `<size:40x10>` another size.
//!
//! To add a step: its variant, its name in `step`, what it does in `replay`.

use crate::keymap::{Code, Key};

/// A step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// Wait until nothing is under way.
    Idle,
    /// End without saving, and start again on the same data.
    Kill,
    /// The centre can't be reached from now on.
    Cut,
    /// The next request is carried out, its answer is lost; then as [`Step::Cut`].
    Lose,
    /// The centre is back.
    Mend,
    /// The terminal has another size.
    Size(u16, u16),
    /// The screen must show this.
    Expect(String),
    /// The screen must not show this.
    ExpectNot(String),
    /// Keep the screen for the outcome.
    Screen,
}

/// What is wrong with a story.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: no step is called <{name}>")]
pub struct StoryError {
    /// The line, from 1.
    pub line: usize,
    /// What stood between the brackets.
    pub name: String,
}

/// Reads a story: its steps with their lines.
///
/// # Errors
/// A step that is unknown.
pub fn parse(text: &str) -> Result<Vec<(usize, Step)>, StoryError> {
    let mut steps = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let number = n + 1;
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" => {}
            _ if line.starts_with('#') => {}
            "expect" => steps.push((number, Step::Expect(rest.trim().to_owned()))),
            "expect-not" => steps.push((number, Step::ExpectNot(rest.trim().to_owned()))),
            "screen" if rest.is_empty() => steps.push((number, Step::Screen)),
            _ => keys(line, number, &mut steps)?,
        }
    }
    Ok(steps)
}

fn keys(line: &str, number: usize, steps: &mut Vec<(usize, Step)>) -> Result<(), StoryError> {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let end = if c == '<' { rest.find('>') } else { None };
        let Some(end) = end else {
            steps.push((number, Step::Key(Key::char(c))));
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let name = &rest[1..end];
        let found = step(name).ok_or_else(|| StoryError { line: number, name: name.to_owned() })?;
        steps.push((number, found));
        rest = &rest[end + 1..];
    }
    Ok(())
}

fn step(name: &str) -> Option<Step> {
    if let Some(text) = name.strip_prefix("paste:") {
        return Some(Step::Paste(text.replace("\\n", "\n")));
    }
    if let Some(size) = name.strip_prefix("size:") {
        let (columns, rows) = size.split_once('x')?;
        return Some(Step::Size(columns.parse().ok()?, rows.parse().ok()?));
    }
    Some(match name {
        "idle" => Step::Idle,
        "kill" => Step::Kill,
        "cut" => Step::Cut,
        "lose" => Step::Lose,
        "mend" => Step::Mend,
        "bs" => Step::Key(Key::plain(Code::Backspace)),
        "lt" => Step::Key(Key::char('<')),
        name => {
            let key: Key = name.parse().ok()?;
            // A single character between brackets would be no name.
            if key.text().is_some_and(|c| c != ' ') {
                return None;
            }
            Step::Key(key)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        parse(text).unwrap().into_iter().map(|(_, step)| step).collect()
    }

    #[test]
    fn a_story_is_read() {
        let key = |name: &str| Step::Key(name.parse().unwrap());
        assert_eq!(
            steps("# x\n\nb <f3><s-tab><c-s><a-1><bs><space><lt>王"),
            [
                key("b"),
                key("space"),
                key("f3"),
                key("shift-tab"),
                key("ctrl-s"),
                key("alt-1"),
                key("backspace"),
                key("space"),
                key("<"),
                key("王"),
            ]
        );
        assert_eq!(
            steps("<paste:1\\n2><idle><kill><cut><lose><mend><size:40x10>"),
            [Step::Paste("1\n2".into()), Step::Idle, Step::Kill, Step::Cut, Step::Lose, Step::Mend, Step::Size(40, 10)]
        );
        assert_eq!(
            steps("  expect  a b \nexpect-not c\nscreen"),
            [Step::Expect("a b".into()), Step::ExpectNot("c".into()), Step::Screen]
        );
        assert_eq!(parse("a\n<nonsense>"), Err(StoryError { line: 2, name: "nonsense".into() }));
        assert_eq!(parse("<x>"), Err(StoryError { line: 1, name: "x".into() }));
    }
}
