//! What a scheme says of itself, for tables and tools.

use crate::provider::{Authentication, Location, Part, Provider, Scheme, TimeLocation};

impl Scheme {
    /// Where the signed time is, in words with names in back quotes; `None` where no time is signed.
    #[must_use]
    pub fn time_in_words(&self) -> Option<String> {
        let beside = match self.location() {
            Location::Header(name) => name,
            _ => "",
        };
        Some(match self.time?.at {
            TimeLocation::Header(name) => format!("`{name}`"),
            TimeLocation::Pair(key) => format!("`{key}` of `{beside}`"),
            TimeLocation::First => format!("first of `{beside}`"),
            TimeLocation::Body(pointer) => format!("`{pointer}`"),
            TimeLocation::Custom if self.own_time.is_empty() => "as its docs say".to_owned(),
            TimeLocation::Custom => self.own_time.to_owned(),
        })
    }

    /// The header with the signed id of a delivery, where there is one.
    #[must_use]
    pub fn id_header(&self) -> Option<&'static str> {
        self.id.map(|id| id.header)
    }

    /// Whether what is at this JSON pointer of the body is signed: with all of the body, or by itself.
    #[must_use]
    pub fn signs_field(&self, pointer: &str) -> bool {
        let by_itself = |part: &Part| matches!(part, Part::Field(field) if *field == pointer);
        self.coverage().body
            || self.parts().iter().any(by_itself)
            || self.own_fields.contains(&pointer)
    }

    /// What is signed, in words, where it takes code of its own to say it; `None` for all others.
    #[must_use]
    pub const fn words(&self) -> Option<&'static str> {
        match self.authentication {
            Authentication::Custom(_) => Some(self.own.1),
            _ => None,
        }
    }
}

impl Provider {
    /// The JSON pointer of the boolean that tells real things from test data, if there is one.
    #[must_use]
    pub fn mode_locator(&self) -> Option<&'static str> {
        self.mode.map(|mode| mode.pointer)
    }
}
