//! Every visible word: one message file a language (`zh-CN.ftl`, `en.ftl`, Fluent), and the sentences made from codes.
//!
//! To add a text: one key in both files. A test fails where one lacks a key of the other, and where the source uses a key
//! that neither has. Keys are written as literals in calls of [`Strings::get`] and [`Strings::with`].

pub mod errors;
pub mod explain;
pub mod policy;

use std::fmt;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentValue};

/// A language of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 简体中文, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Lang {
    /// From `zh`, `zh-CN`, `en`, `en_GB.UTF-8` and the like.
    pub fn parse(text: &str) -> Option<Lang> {
        match text.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Lang::Chinese),
            "en" => Some(Lang::English),
            _ => None,
        }
    }

    /// The message file.
    pub const fn source(self) -> &'static str {
        match self {
            Lang::Chinese => include_str!("zh-CN.ftl"),
            Lang::English => include_str!("en.ftl"),
        }
    }
}

/// The texts of one language.
pub struct Strings {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Strings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Strings({:?})", self.lang)
    }
}

impl Strings {
    /// Reads the language's message file.
    pub fn new(lang: Lang) -> Strings {
        let tag: unic_langid::LanguageIdentifier = match lang {
            Lang::Chinese => "zh-CN",
            Lang::English => "en",
        }
        .parse()
        .unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks (U+2068, U+2069) would land in the terminal's cells.
        bundle.set_use_isolating(false);
        // A file with an error still gives what can be read of it; the test reads both files whole.
        let resource = match FluentResource::try_new(lang.source().to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
        Strings { lang, bundle }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A text without arguments. A missing key shows itself, so that it is seen.
    pub fn get(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with arguments; numbers and words alike go in as text.
    pub fn with(&self, key: &str, args: &[(&str, &dyn fmt::Display)]) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            values.set(name.to_string(), FluentValue::from(value.to_string()));
        }
        self.format(key, Some(&values))
    }

    /// Whether the key exists.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    fn format(&self, key: &str, args: Option<&FluentArgs>) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, args, &mut errors).into_owned()
    }
}
