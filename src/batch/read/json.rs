//! Lines of JSON: the keys, the profile, and the values of a row.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::encoding::TextEncoding;
use crate::batch::chunk::Cell;
use crate::error::{Error, Result};

/// Lines looked at for their keys.
const LINES_FOR_KEYS: usize = 1000;

/// The keys of the first lines, in the order in which they first occur.
pub(crate) fn columns(sample: &[u8], encoding: TextEncoding) -> Result<Vec<String>> {
    if sample.trim_ascii_start().starts_with(b"[") {
        return Err(Error::data("the file is a JSON array, not one object a line")
            .with_hint("turn it into lines first, for example with `jq -c '.[]'`"));
    }
    let mut keys: Vec<String> = Vec::new();
    let mut objects = 0;
    for line in sample.split(|byte| *byte == b'\n').take(LINES_FOR_KEYS) {
        let Ok(line) = encoding.decode(line) else { continue };
        if let Ok(Keys(found)) = serde_json::from_str(&line) {
            objects += 1;
            for key in found {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
    }
    if objects == 0 {
        return Err(
            Error::data("there is no JSON object in its first lines").with_hint("one object a line is expected")
        );
    }
    Ok(keys)
}

/// The keys of an object in their order.
struct Keys(Vec<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}

/// Reads the values of some keys from a line, and passes over the others.
pub(crate) struct Wanted<'k> {
    /// The keys of the profile.
    pub(crate) keys: &'k [String],
    /// Keys that the row may not have, since they are ours.
    pub(crate) reserved: &'k [String],
}

impl Wanted<'_> {
    /// The values in the order of `keys`; `None` where the object has no such key.
    ///
    /// # Errors
    /// If the line is no JSON object, or has a key of ours.
    pub(crate) fn read(&self, line: &str) -> Result<Vec<Option<Value>>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let values = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(values)
    }
}

impl<'de> DeserializeSeed<'de> for &Wanted<'_> {
    type Value = Vec<Option<Value>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Wanted<'_> {
    type Value = Vec<Option<Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.keys.len()];
        while let Some(key) = map.next_key::<String>()? {
            if self.reserved.contains(&key) {
                return Err(A::Error::custom(format!("the key `{key}` is one of ours; use --prefix")));
            }
            match self.keys.iter().position(|wanted| *wanted == key) {
                Some(place) => values[place] = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// All values of a line by column, and a key that is no column, if there is one.
pub(crate) fn cells(line: &str, columns: &[String]) -> Result<(Vec<Cell>, Option<String>), serde_json::Error> {
    let mut values: BTreeMap<String, &RawValue> = serde_json::from_str(line)?;
    let cells = columns.iter().map(|column| values.remove(column).map_or(Cell::Empty, |value| cell(value.get())));
    Ok((cells.collect(), values.into_keys().next()))
}

fn cell(raw: &str) -> Cell {
    match serde_json::from_str(raw) {
        Ok(Value::Null) => Cell::Empty,
        Ok(Value::String(text)) => Cell::Text(text),
        Ok(Value::Bool(value)) => Cell::Bool(value),
        Ok(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) if integer.to_string() == raw => Cell::Integer(integer),
            (_, Some(float)) if float.to_string() == raw => Cell::Number(float),
            _ => Cell::Json(raw.to_owned()),
        },
        _ => Cell::Json(raw.to_owned()),
    }
}
