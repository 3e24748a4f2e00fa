//! Keymap files: read, laid over the one that they build on, checked. Everything that is wrong is told at once, with file,
//! line and the fix.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::action::ACTIONS;
use super::{Action, Code, Key, Keymap, Layer, SHIPPED, TOGETHER};
use crate::strings::Strings;

/// What is wrong with a keymap file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapError {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No TOML (the parser's words).
    Syntax(String),
    /// No keymap of this name ships.
    UnknownBase(String),
    /// No layer is called so.
    UnknownLayer(String),
    /// The layer has no such action; where it is known, the layer that has it.
    UnknownAction {
        /// The name that was written.
        name: String,
        /// The layer where it was written.
        layer: Layer,
        /// The layer that it belongs to.
        belongs: Option<Layer>,
    },
    /// Neither a key's name nor a list of them.
    NotKeys(String),
    /// No key is called so.
    UnknownKey(String),
    /// A terminal can't send the key.
    CantSend(Key),
    /// A single character where text is typed.
    TakesText(Key),
    /// The key does something else where both act: that action, and its line where it stands in the same file.
    Taken {
        /// The key.
        key: Key,
        /// The action that was written here.
        action: Action,
        /// The other action.
        other: Action,
        /// The other's line in the same file.
        other_line: Option<usize>,
    },
}

impl KeymapError {
    /// `file:line: what is wrong and the fix`, in words.
    pub fn sentence(&self, strings: &Strings) -> String {
        let layer = |layer: Layer| Layer::ALL.iter().find(|(l, _)| *l == layer).map_or("", |(_, name)| *name);
        let what = match &self.problem {
            Problem::Syntax(why) => strings.with("keymap-syntax", &[("why", why)]),
            Problem::UnknownBase(name) => strings
                .with("keymap-unknown-base", &[("name", name), ("names", &SHIPPED.map(|(name, _)| name).join(", "))]),
            Problem::UnknownLayer(name) => {
                let names = Layer::ALL.map(|(_, name)| name).join(", ");
                strings.with("keymap-unknown-layer", &[("name", name), ("names", &names)])
            }
            Problem::UnknownAction { name, belongs: Some(right), .. } => {
                strings.with("keymap-wrong-layer", &[("name", name), ("layer", &layer(*right))])
            }
            Problem::UnknownAction { name, layer: here, belongs: None } => {
                let names: Vec<&str> = ACTIONS.iter().filter(|(l, ..)| l == here).map(|(_, name, _)| *name).collect();
                strings.with(
                    "keymap-unknown-action",
                    &[("name", name), ("layer", &layer(*here)), ("names", &names.join(", "))],
                )
            }
            Problem::NotKeys(name) => strings.with("keymap-not-keys", &[("name", name)]),
            Problem::UnknownKey(name) => strings.with("keymap-unknown-key", &[("name", name)]),
            Problem::CantSend(key) => strings.with("keymap-cant-send", &[("key", key)]),
            Problem::TakesText(key) => strings.with("keymap-takes-text", &[("key", key)]),
            Problem::Taken { key, action, other, other_line: Some(line) } => strings.with(
                "keymap-taken-line",
                &[("key", key), ("action", &action.name()), ("other", &other.name()), ("line", line)],
            ),
            Problem::Taken { key, action, other, other_line: None } => {
                strings.with("keymap-taken", &[("key", key), ("action", &action.name()), ("other", &other.name())])
            }
        };
        format!("{}:{}: {what}", self.path, self.line)
    }
}

/// One action's keys, and the line that says so.
struct Binding {
    layer: Layer,
    action: Action,
    keys: Vec<Key>,
    line: usize,
    /// Whether the line stands in the user's file.
    own: bool,
}

/// Reads a file's tables into bindings.
struct Reader<'a> {
    path: &'a str,
    text: &'a str,
    errors: Vec<KeymapError>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|c| **c == b'\n').count() + 1
    }

    fn wrong(&mut self, at: usize, problem: Problem) {
        let line = self.line(at);
        self.errors.push(KeymapError { path: self.path.to_owned(), line, problem });
    }

    /// The base that the file names, and its bindings.
    fn read(&mut self) -> (Option<String>, Vec<Binding>) {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.wrong(at, Problem::Syntax(error.message().to_owned()));
        }
        let mut base = None;
        let mut bindings = Vec::new();
        for (name, value) in table.into_inner() {
            let at = name.span().start;
            match (name.get_ref().as_ref(), value.get_ref()) {
                ("base", DeValue::String(given)) if SHIPPED.iter().any(|(shipped, _)| shipped == given) => {
                    base = Some(given.to_string());
                }
                ("base", given) => {
                    self.wrong(value.span().start, Problem::UnknownBase(given.as_str().unwrap_or("").to_owned()));
                }
                (name, DeValue::Table(table)) if let Some((layer, _)) = Layer::ALL.iter().find(|(_, n)| *n == name) => {
                    self.layer(*layer, table, &mut bindings);
                }
                (name, _) => self.wrong(at, Problem::UnknownLayer(name.to_owned())),
            }
        }
        (base, bindings)
    }

    fn layer(&mut self, layer: Layer, table: &DeTable, bindings: &mut Vec<Binding>) {
        for (name, value) in table {
            let at = name.span().start;
            let name = name.get_ref().as_ref();
            let Some((_, _, action)) = ACTIONS.iter().find(|(l, n, _)| *l == layer && *n == name) else {
                let belongs = ACTIONS.iter().find(|(_, n, _)| *n == name).map(|(l, ..)| *l);
                self.wrong(at, Problem::UnknownAction { name: name.to_owned(), layer, belongs });
                continue;
            };
            let one = std::slice::from_ref(value);
            let names: &[Spanned<DeValue>] = match value.get_ref() {
                DeValue::Array(names) => names,
                _ => one,
            };
            let keys = names.iter().filter_map(|key| self.key(layer, name, key)).collect();
            bindings.push(Binding { layer, action: *action, keys, line: self.line(at), own: true });
        }
    }

    fn key(&mut self, layer: Layer, action: &str, value: &Spanned<DeValue>) -> Option<Key> {
        let at = value.span().start;
        let Some(name) = value.get_ref().as_str() else {
            self.wrong(at, Problem::NotKeys(action.to_owned()));
            return None;
        };
        let Ok(key) = name.parse::<Key>() else {
            self.wrong(at, Problem::UnknownKey(name.to_owned()));
            return None;
        };
        if !can_send(key) {
            self.wrong(at, Problem::CantSend(key));
            return None;
        }
        if key.text().is_some() && !matches!(layer, Layer::Confirm | Layer::Slip) {
            self.wrong(at, Problem::TakesText(key));
            return None;
        }
        Some(key)
    }
}

/// Whether terminals send this key as itself, not as another one or not at all.
fn can_send(key: Key) -> bool {
    match key.code {
        Code::Char(c) if key.ctrl && key.alt => c.is_ascii_lowercase() && !matches!(c, 'h' | 'i' | 'm'),
        // Ctrl with h, i, m and [ are Backspace, Tab, Enter and Esc; digits and most signs have no Ctrl.
        Code::Char(c) if key.ctrl => {
            (c.is_ascii_lowercase() && !matches!(c, 'h' | 'i' | 'm')) || matches!(c, ' ' | '\\' | ']' | '^' | '_')
        }
        // Alt is an Escape before the character: Alt-[ and Alt-O begin the sequences of other keys.
        Code::Char(c) if key.alt => c.is_ascii_graphic() && !matches!(c, '[' | 'o'),
        Code::Char(c) => !c.is_control(),
        Code::Enter | Code::Backspace => !key.ctrl && !key.shift,
        Code::Tab => !key.ctrl && !key.alt,
        Code::Esc => key == Key::plain(Code::Esc),
        _ => true,
    }
}

pub(super) fn load(base: &str, file: Option<(&str, &str)>) -> Result<Keymap, Vec<KeymapError>> {
    let mut errors = Vec::new();
    let mut own = Vec::new();
    let mut own_base = None;
    if let Some((path, text)) = file {
        let mut reader = Reader { path, text, errors: Vec::new() };
        (own_base, own) = reader.read();
        errors = reader.errors;
    }
    let base = own_base.unwrap_or_else(|| base.to_owned());
    let mut bindings = shipped(&base, &mut errors);
    lay_over(&mut bindings, own);
    let path = file.map_or("", |(path, _)| path);
    errors.extend(conflicts(&bindings, path));
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.line);
        return Err(errors);
    }
    let keys = |binding: &Binding| {
        let (layer, action) = (binding.layer, binding.action);
        binding.keys.iter().map(move |key| (layer, *key, action)).collect::<Vec<_>>()
    };
    Ok(Keymap { bindings: bindings.iter().flat_map(keys).collect() })
}

/// A keymap that ships, with what it builds on.
fn shipped(name: &str, errors: &mut Vec<KeymapError>) -> Vec<Binding> {
    let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) else {
        errors.push(KeymapError {
            path: String::from("ui.keymap"),
            line: 1,
            problem: Problem::UnknownBase(name.to_owned()),
        });
        return Vec::new();
    };
    let path = format!("keymaps/{name}.toml");
    let mut reader = Reader { path: &path, text, errors: Vec::new() };
    let (base, own) = reader.read();
    errors.append(&mut reader.errors);
    let mut bindings = match base {
        Some(base) if base != name => shipped(&base, errors),
        _ => Vec::new(),
    };
    lay_over(&mut bindings, own);
    bindings.iter_mut().for_each(|binding| binding.own = false);
    bindings
}

fn lay_over(bindings: &mut Vec<Binding>, own: Vec<Binding>) {
    for binding in own {
        bindings.retain(|other| (other.layer, other.action) != (binding.layer, binding.action));
        bindings.push(binding);
    }
}

/// Keys that mean two things on one screen. The user's line is the one to change.
fn conflicts(bindings: &[Binding], path: &str) -> Vec<KeymapError> {
    let acts_together = |a: Layer, b: Layer| {
        let on = |layers: &[Layer], layer| layer == Layer::Everywhere || layers.contains(&layer);
        TOGETHER.iter().any(|layers| on(layers, a) && on(layers, b))
    };
    let mut errors = Vec::new();
    for (n, one) in bindings.iter().enumerate() {
        for other in &bindings[..n] {
            if !acts_together(one.layer, other.layer) {
                continue;
            }
            // Where both lines are the user's, the later one is told; where one is, that one.
            let (here, there) =
                if one.own && (!other.own || one.line > other.line) { (one, other) } else { (other, one) };
            errors.extend(one.keys.iter().filter(|key| other.keys.contains(key)).map(|key| KeymapError {
                path: path.to_owned(),
                line: here.line,
                problem: Problem::Taken {
                    key: *key,
                    action: here.action,
                    other: there.action,
                    other_line: there.own.then_some(there.line),
                },
            }));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keymaps_that_ship_load() {
        for (name, _) in SHIPPED {
            let keymap = Keymap::load(name, None).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
            for (_, action_name, action) in ACTIONS {
                let plain = |key: Key| {
                    let far = matches!(key.code, Code::F(11 | 12)) || (key.shift && matches!(key.code, Code::F(_)));
                    !far && !key.shift
                };
                assert!(keymap.keys(action).any(plain), "{name}: {action_name} has no key of a VT220");
                assert!(keymap.hint(action).is_some());
            }
        }
        let laptop = Keymap::load("laptop", None).unwrap();
        for (_, name, action) in ACTIONS {
            assert!(laptop.keys(action).any(|key| !matches!(key.code, Code::F(_))), "{name} needs a function key");
        }
    }

    #[test]
    fn layers_decide() {
        let keymap = Keymap::load("default", None).unwrap();
        let enter = Key::plain(Code::Enter);
        assert_eq!(keymap.action(&[Layer::Desk, Layer::Everywhere], enter), Some(Action::Open));
        assert_eq!(keymap.action(&[Layer::Sheet, Layer::Everywhere], enter), Some(Action::Next));
        assert_eq!(keymap.action(&[Layer::Sheet, Layer::Everywhere], Key::plain(Code::F(1))), Some(Action::Help));
        assert_eq!(keymap.action(&[Layer::Sheet, Layer::Everywhere], Key::plain(Code::F(3))), None);
        assert_eq!(keymap.hint(Action::Previous).as_deref(), Some("Shift-Tab"));
        let own = Keymap::load("default", Some(("k", "base = 'vim'\n[desk]\nnew_claim = 'alt-n'"))).unwrap();
        assert_eq!(own.hint(Action::NewClaim).as_deref(), Some("Alt-N"));
        assert_eq!(own.hint(Action::ChooseDown).as_deref(), Some("Ctrl-J"));
    }
}
