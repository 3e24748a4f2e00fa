//! Styles: 16 colours or mono. Colour never says something alone: a bold, a mark or a word says it too.

use ratatui::style::{Color, Modifier, Style};

/// How things look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are used.
    pub colours: bool,
    /// Whether borders are drawn with `+-|` only.
    pub ascii: bool,
}

impl Default for Theme {
    fn default() -> Theme {
        Theme { colours: true, ascii: false }
    }
}

impl Theme {
    fn colour(self, colour: Color) -> Style {
        if self.colours { Style::new().fg(colour) } else { Style::new() }
    }

    /// Plain text.
    pub fn text(self) -> Style {
        Style::new()
    }

    /// Labels of fields.
    pub fn label(self) -> Style {
        self.colour(Color::Cyan)
    }

    /// The first line.
    pub fn title(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The bottom line.
    pub fn hints(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What has the focus.
    pub fn focus(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }

    /// The mark of the chosen row of a list.
    pub fn chosen(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The part of a row that matched.
    pub fn matched(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }

    /// An offer that was not changed.
    pub fn offer(self) -> Style {
        self.colour(Color::Green)
    }

    /// An error.
    pub fn error(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// What nobody must overlook: stop working.
    pub fn alarm(self) -> Style {
        self.error().add_modifier(Modifier::REVERSED)
    }

    /// A warning.
    pub fn warning(self) -> Style {
        self.colour(Color::Yellow)
    }

    /// Something that is right.
    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    /// An amount that matters.
    pub fn total(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Notes.
    pub fn note(self) -> Style {
        Style::new()
    }

    /// The vertical bar between panels: `|` or a line, which is two columns wide on some terminals.
    pub fn bar(self) -> &'static str {
        if self.ascii { "|" } else { "\u{2502}" }
    }

    /// What a horizontal rule is made of. Underlined blanks are a third of the bytes of a line of box drawing, and one
    /// column wide everywhere.
    pub fn rule(self) -> (&'static str, Style) {
        if self.ascii { ("-", self.label()) } else { (" ", Style::new().add_modifier(Modifier::UNDERLINED)) }
    }
}
