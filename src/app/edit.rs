//! One line of typing: what is in a field, and where its cursor stands.

use tui_input::{Input, InputRequest};

use super::Edit;

/// One line of typing with its cursor.
#[derive(Clone, Default)]
pub struct Line {
    input: Input,
}

/// What people typed is not for logs.
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line(***)")
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        self.text() == other.text()
    }
}

impl Line {
    /// A line that holds a text, the cursor at its end.
    pub fn new(text: &str) -> Line {
        Line { input: Input::new(text.to_owned()) }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// Puts another text in, the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Types a text at the cursor, up to `max` characters in all.
    pub fn insert(&mut self, text: &str, max: usize) {
        let free = max.saturating_sub(self.text().chars().count());
        for c in crate::domain::text::entry(text, free).chars() {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    /// Carries an editing key out; says whether it did anything.
    pub fn edit(&mut self, edit: Edit) -> bool {
        let before = (self.text().len(), self.input.cursor());
        self.input.handle(match edit {
            Edit::Backspace => InputRequest::DeletePrevChar,
            Edit::Delete => InputRequest::DeleteNextChar,
            Edit::Left => InputRequest::GoToPrevChar,
            Edit::Right => InputRequest::GoToNextChar,
            Edit::Home => InputRequest::GoToStart,
            Edit::End => InputRequest::GoToEnd,
        });
        before != (self.text().len(), self.input.cursor())
    }

    /// Columns before the cursor.
    pub fn cursor(&self) -> u16 {
        self.input.visual_cursor() as u16
    }

    /// Whether the cursor stands before the first character.
    pub fn at_start(&self) -> bool {
        self.input.cursor() == 0
    }
}
