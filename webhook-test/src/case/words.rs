use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Protocol, Text};
use crate::KeyState;

/// An answer that is expected: a word, or the answer itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Expected {
    /// A word of `words.json`. The suffix ` unread` also closes the connection, since the body was
    /// not read to its end.
    Word(String),
    /// Spelled out.
    Answer(Answer),
}

/// An answer to the letter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers but for those that servers add; see [`suite::strip`](crate::suite::strip).
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default = "nothing")]
    pub body: Text,
}

/// What came of a step. What is not said is not looked at.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Handlers that ran.
    pub runs: usize,
    /// Claims asked of the store.
    #[serde(default)]
    pub claims: Option<usize>,
    /// Commits asked of it.
    #[serde(default)]
    pub commits: Option<usize>,
    /// Releases asked of it.
    #[serde(default)]
    pub releases: Option<usize>,
    /// What has become of the key that was claimed last.
    #[serde(default)]
    pub state: Option<KeyState>,
}

/// The words rows use.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What they are, for the reader.
    pub about: String,
    /// Answers of ours.
    pub answers: BTreeMap<String, Answer>,
    /// What may come of a step.
    pub effects: BTreeMap<String, Effect>,
}

const UNREAD: &str = " unread";

impl Words {
    /// As in `cases/words.json`.
    pub fn load() -> Self {
        let text = include_str!("../../cases/words.json");
        serde_json::from_str(text).expect("words.json")
    }

    /// The answer that is expected over this protocol.
    pub fn answer(&self, expected: &Expected, protocol: Protocol) -> Answer {
        let word = match expected {
            Expected::Answer(answer) => return answer.clone(),
            Expected::Word(word) => word,
        };
        let name = word.strip_suffix(UNREAD).unwrap_or(word);
        let answer = self.answers.get(name);
        let mut answer = answer
            .unwrap_or_else(|| panic!("no answer {word:?} in words.json"))
            .clone();
        // RFC 9113 §8.2.2: there is no such header in HTTP/2.
        if name != word && protocol == Protocol::H1 {
            answer.headers.insert("connection".into(), "close".into());
        }
        answer
    }

    /// The effect of this name.
    pub fn effect(&self, word: &str) -> Effect {
        *self
            .effects
            .get(word)
            .unwrap_or_else(|| panic!("no effect {word:?} in words.json"))
    }
}

fn nothing() -> Text {
    Text::from("")
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}
