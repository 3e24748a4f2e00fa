//! Keys change without code: actions have names, keymap files bind keys to them (`keymaps/default.toml` is the real
//! default, embedded), and the bottom line, the help and the palette are made from what is bound.
//!
//! - `key.rs` a key and its name
//! - `action.rs` what can be done, and where

pub mod action;
pub mod key;

pub use action::{Action, Layer};
pub use key::{Code, Key};

/// The keys that are bound.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<(Layer, Key, Action)>,
}

impl Keymap {
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
