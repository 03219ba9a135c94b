//! Descriptions of a scheme, for tables and tools.

use crate::provider::{Authentication, Location, Part, Provider, Scheme, TimeLocation};

impl Scheme {
    /// Where the signed time is, in words, with names in backquotes. `None` if no time is signed.
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
            TimeLocation::Custom if self.own_time.is_empty() => "see its docs".to_owned(),
            TimeLocation::Custom => self.own_time.to_owned(),
        })
    }

    /// The header with the signed id of a delivery, if there is one.
    #[must_use]
    pub fn id_header(&self) -> Option<&'static str> {
        self.id
    }

    /// Whether the value at this JSON pointer of the body is signed, with the whole body or by
    /// itself.
    #[must_use]
    pub fn signs_field(&self, pointer: &str) -> bool {
        let by_itself = |part: &Part| matches!(part, Part::Field(field) if *field == pointer);
        self.coverage().body
            || self.parts().iter().any(by_itself)
            || self.own_fields.contains(&pointer)
    }

    /// What is signed, in words. `None` unless the scheme has custom code.
    #[must_use]
    pub const fn words(&self) -> Option<&'static str> {
        match self.authentication {
            Authentication::Custom(_) => Some(self.own.1),
            _ => None,
        }
    }
}

impl Provider {
    /// The JSON pointer of the boolean that distinguishes live events from test events, if any.
    #[must_use]
    pub fn mode_locator(&self) -> Option<&'static str> {
        self.mode.map(|mode| mode.pointer)
    }
}
