//! Words whose stem is not the stemmer's.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Stems by word, where Snowball's rules join what does not belong together (`hav` and `haver`, sea and gardens;
/// `build` and `buildings`) or part what does (`byg` and `byggeri`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StemExceptions {
    /// Danish words.
    pub danish: Stems,
    /// English words.
    pub english: Stems,
}

/// Stems by word. All letters stand in one string, since every start of the program reads them.
///
/// ```
/// let mut stems = matcher::text::Stems::default();
/// stems.insert("haver", "have");
/// assert_eq!((stems.get("haver"), stems.get("hav")), (Some("have"), None));
/// ```
#[derive(Clone, Default)]
pub struct Stems {
    letters: String,
    /// Where in `letters` a word begins, where its stem begins, and where that ends; in the order of the words.
    places: Vec<[usize; 3]>,
}

impl Stems {
    /// The stem of a word, if it is among these.
    pub fn get(&self, word: &str) -> Option<&str> {
        let place = self.place(word).ok()?;
        Some(self.pair(&self.places[place]).1)
    }

    /// Puts in a word, or gives it another stem.
    pub fn insert(&mut self, word: &str, stem: &str) {
        let begin = self.letters.len();
        self.letters.extend([word, stem]);
        let pair = [begin, begin + word.len(), self.letters.len()];
        match self.place(word) {
            Ok(place) => self.places[place] = pair,
            Err(place) => self.places.insert(place, pair),
        }
    }

    fn pair(&self, [word, stem, end]: &[usize; 3]) -> (&str, &str) {
        (&self.letters[*word..*stem], &self.letters[*stem..*end])
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.places.iter().map(|place| self.pair(place))
    }

    /// Where the word is, or would be.
    fn place(&self, word: &str) -> Result<usize, usize> {
        // Files have them in order.
        match self.places.last() {
            Some(last) if self.pair(last).0 < word => Err(self.places.len()),
            _ => self.places.binary_search_by(|place| self.pair(place).0.cmp(word)),
        }
    }
}

impl PartialEq for Stems {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Stems {}

impl fmt::Debug for Stems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Stems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Stems {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Letters where they stand in the file, unless they have escapes.
        #[derive(Deserialize)]
        struct Letters<'a>(#[serde(borrow)] Cow<'a, str>);

        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Stems;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("stems by word")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stems, A::Error> {
                let mut stems = Stems::default();
                while let Some((word, stem)) = map.next_entry::<Letters<'de>, Letters<'de>>()? {
                    stems.insert(&word.0, &stem.0);
                }
                Ok(stems)
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_in_order_with_their_last_stem() {
        let mut stems = Stems::default();
        for (word, stem) in [("skibe", "skib"), ("haver", "hav"), ("åer", "å"), ("haver", "have"), ("", "")] {
            stems.insert(word, stem);
        }
        let json = serde_json::to_string(&stems).expect("JSON");
        assert_eq!(json, r#"{"":"","haver":"have","skibe":"skib","åer":"å"}"#);
        assert_eq!(serde_json::from_str::<Stems>(&json).expect("read back"), stems);
        let escaped: Stems = serde_json::from_str(r#"{"\u00e5er":"\u00e5"}"#).expect("escapes are letters too");
        assert_eq!(escaped.get("åer"), Some("å"));
    }
}
