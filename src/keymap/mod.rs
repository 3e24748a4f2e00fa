//! Keys change without code: actions have names, keymap files bind keys to them (`keymaps/default.toml` is the real
//! default, embedded), and the bottom line, the help and the palette are made from what is bound.
//!
//! - `key.rs` a key and its name
//! - `action.rs` what can be done, and where
//! - `load.rs` keymap files: read, laid over each other, checked
//!
//! To add a keymap that ships: its file in `keymaps/` and a line in [`SHIPPED`].

pub mod action;
pub mod key;
mod load;

pub use action::{Action, Layer};
pub use key::{Code, Key};
pub use load::{KeymapError, Problem};

/// The keymaps that ship, by name.
pub const SHIPPED: [(&str, &str); 3] = [
    ("default", include_str!("../../keymaps/default.toml")),
    ("laptop", include_str!("../../keymaps/laptop.toml")),
    ("vim", include_str!("../../keymaps/vim.toml")),
];

/// The layers that act together on some screen; [`Layer::Everywhere`] acts on all.
pub const TOGETHER: [&[Layer]; 6] = [
    &[Layer::Desk],
    &[Layer::Member, Layer::Desk],
    &[Layer::Sheet],
    &[Layer::Confirm],
    &[Layer::Slip],
    &[Layer::Doubt],
];

/// The keys that are bound.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Layer, Key, Action)>,
}

impl Keymap {
    /// A keymap that ships, and over it single bindings of a file (its path and its text), whose own `base` goes before
    /// the one given.
    ///
    /// # Errors
    /// All that is wrong with the file, at once.
    pub fn load(base: &str, file: Option<(&str, &str)>) -> Result<Keymap, Vec<KeymapError>> {
        load::load(base, file)
    }

    /// What a key does where these layers act; the first layer that binds it decides.
    pub fn action(&self, layers: &[Layer], key: Key) -> Option<Action> {
        layers
            .iter()
            .find_map(|layer| self.bindings.iter().find(|(bound, k, _)| bound == layer && *k == key))
            .map(|(_, _, action)| *action)
    }

    /// The keys of an action, the first bound first.
    pub fn keys(&self, action: Action) -> impl Iterator<Item = Key> + '_ {
        self.bindings.iter().filter(move |(_, _, bound)| *bound == action).map(|(_, key, _)| *key)
    }

    /// The key that the bottom line shows for an action.
    pub fn hint(&self, action: Action) -> Option<String> {
        self.keys(action).next().map(|key| key.to_string())
    }
}
