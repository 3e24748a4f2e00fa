//! What a terminal can show, from its environment: colours or not, lines or `+-|`, the language's encoding. `NO_COLOR` is
//! read here: a library that reads it too would switch off reverse video with the colours.

use crate::ui::theme::Theme;

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `TERM`
    pub term: String,
    /// `NO_COLOR`
    pub no_color: String,
    /// The first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set.
    pub locale: String,
}

impl Environment {
    /// This process's.
    pub fn read() -> Environment {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(var).into_iter().find(|value| !value.is_empty());
        Environment { term: var("TERM"), no_color: var("NO_COLOR"), locale: locale.unwrap_or_default() }
    }

    /// Whether colours are wanted and there.
    pub fn colours(&self) -> bool {
        self.no_color.is_empty() && !matches!(self.term.as_str(), "dumb" | "vt100" | "vt102" | "vt220" | "vt320")
    }

    /// Whether borders can be lines: the console font and other encodings have none to rely on.
    pub fn lines(&self) -> bool {
        let locale = self.locale.to_ascii_lowercase();
        self.term != "linux" && (locale.contains("utf-8") || locale.contains("utf8"))
    }

    /// The theme: what is configured, else what the terminal can show. `mono` and `ascii` are the configuration's wishes.
    pub fn theme(&self, mono: Option<bool>, ascii: Option<bool>) -> Theme {
        Theme {
            colours: self.no_color.is_empty() && !mono.unwrap_or(!self.colours()),
            ascii: ascii.unwrap_or(!self.lines()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        let environment = |term: &str, no_color: &str, locale: &str| Environment {
            term: term.into(),
            no_color: no_color.into(),
            locale: locale.into(),
        };
        let theme = |colours, ascii| Theme { colours, ascii };
        let utf8 = environment("xterm", "", "zh_CN.UTF-8");
        assert_eq!(utf8.theme(None, None), theme(true, false));
        assert_eq!(utf8.theme(Some(true), Some(true)), theme(false, true));
        assert_eq!(environment("linux", "", "zh_CN.utf8").theme(None, None), theme(true, true));
        assert_eq!(environment("xterm", "1", "C").theme(Some(false), None), theme(false, true));
        assert_eq!(environment("vt220", "", "").theme(None, Some(false)), theme(false, false));
    }
}
