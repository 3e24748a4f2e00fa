//! Values that a closure takes in while a deserializer runs: nothing is built in between, and what is wrong is noted by the
//! closure, typed, beside the deserializer's own error.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

/// Stops the deserializer; why was noted by the closure.
pub(super) type Failed = serde::de::value::Error;

/// A value that a closure takes in: a text, a whole number, a flag.
pub(super) struct Text<F>(pub F);
pub(super) struct Count<F>(pub F);
pub(super) struct Flag<F>(pub F);

impl<'de, T, F: FnOnce(&str) -> Result<T, Failed>> DeserializeSeed<'de> for Text<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, T, F: FnOnce(&str) -> Result<T, Failed>> Visitor<'de> for Text<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

impl<'de, T, F: FnOnce(i64) -> Result<T, Failed>> DeserializeSeed<'de> for Count<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_i64(self)
    }
}

impl<'de, T, F: FnOnce(i64) -> Result<T, Failed>> Visitor<'de> for Count<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        (self.0)(number).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        (self.0)(i64::try_from(number).unwrap_or(i64::MAX)).map_err(E::custom)
    }
}

impl<'de, T, F: FnOnce(bool) -> Result<T, Failed>> DeserializeSeed<'de> for Flag<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_bool(self)
    }
}

impl<'de, T, F: FnOnce(bool) -> Result<T, Failed>> Visitor<'de> for Flag<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true or false")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        (self.0)(flag).map_err(E::custom)
    }
}
