use serde::Deserialize;

/// Bytes, as data says them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
#[allow(clippy::exhaustive_enums, reason = "data")]
pub enum Text {
    /// As UTF-8.
    Plain(String),
    /// In hexadecimal.
    Hex {
        /// The digits.
        hex: String,
    },
    /// Over and over.
    Repeat {
        /// What, and how often.
        repeat: (Box<Self>, usize),
    },
    /// One behind the other.
    All(Vec<Self>),
}

impl Text {
    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(text) => text.clone().into_bytes(),
            Self::Hex { hex } => (0..hex.len() / 2)
                .map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).expect("hexadecimal"))
                .collect(),
            Self::Repeat {
                repeat: (text, times),
            } => text.bytes().repeat(*times),
            Self::All(texts) => texts.iter().flat_map(Self::bytes).collect(),
        }
    }

    /// The bytes, where they are UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("UTF-8")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}
