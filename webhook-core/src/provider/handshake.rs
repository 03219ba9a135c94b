//! Challenges that a provider sends before or between its deliveries, and the answers that it wants.
//!
//! A challenge reaches neither store nor handler. What is echoed is at most 1 KiB of visible ASCII, and goes out with
//! `X-Content-Type-Options: nosniff`, so that nobody can make us say anything that a browser would run.

#![allow(
    clippy::exhaustive_enums,
    reason = "closed on purpose: each is a way to answer what was not asked for"
)]

use crate::provider::{assert_header_name, assert_pointer};

/// A challenge and its answer, as part of a [`Provider`](crate::Provider)'s value.
///
/// ```
/// use webhook_core::{Algorithm, Challenge, Handshake, Part, Provider, Reply, Scheme, When};
///
/// const ACME: Provider = Provider::new(
///     "acme",
///     &[Scheme::hmac(Algorithm::HmacSha256, &[Part::Body]).in_header("acme-signature")],
/// )
/// .answers(Handshake::new(
///     Challenge::Signed { when: When::Text("/type", "ping"), value: "/token" },
///     Reply::Field("token"),
/// ));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake {
    pub(crate) challenge: Challenge,
    pub(crate) reply: Reply,
    pub(crate) condition: Option<(&'static str, &'static str)>,
    pub(crate) token: Option<&'static str>,
    pub(crate) offers_secret: bool,
}

/// What a challenge looks like, and so whether it is verified first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A delivery, verified as any other, whose body says that it is a challenge. The value is at this JSON pointer; one without
    /// a value names the pointer of `when` once more.
    Signed {
        /// What tells it from a delivery.
        when: When,
        /// Where its value is.
        value: &'static str,
    },
    /// An unsigned delivery with a text at this JSON pointer of its body, which is at most 4 KiB. One with a signature is a
    /// delivery.
    UnsignedField(&'static str),
    /// An unsigned delivery whose body is a form with this field.
    UnsignedForm(&'static str),
    /// An unsigned delivery that cannot be an event: in its body, which is at most 4 KiB, no member of a JSON object has this name. There is no
    /// value.
    UnsignedWithout(&'static str),
    /// A request of this method with this query parameter.
    Query(&'static str, &'static str),
    /// A request of this method with this header, without a signature.
    Header(&'static str, &'static str),
    /// Any request of this method. There is no value.
    Method(&'static str),
}

/// What tells a challenge from a delivery, in a body that is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// This text is at this JSON pointer.
    Text(&'static str, &'static str),
    /// This integer is at this JSON pointer.
    Number(&'static str, i64),
    /// Any text is at this JSON pointer.
    Has(&'static str),
}

/// How the answer is made of the value of the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This status, and no body.
    Status(u16),
    /// 200 and this JSON.
    Json(&'static str),
    /// 200 and the value as `text/plain`.
    Text,
    /// As [`Text`](Self::Text); the value may have single spaces inside.
    Words,
    /// 200 and a JSON object with the value under this name.
    Field(&'static str),
    /// As [`Field`](Self::Field), and under the second name the hexadecimal tag of the value, by the code and key that verified the challenge.
    ///
    /// The same key signs deliveries, so the two are kept apart: only a value of `A–Z a–z 0–9 + / = - _` is answered, and a
    /// delivery is refused if all that it signs is of these characters.
    FieldAndTag(&'static str, &'static str),
    /// 200 and the value in this header.
    Header(&'static str),
    /// 200 and a JSON object with, under this name, the hexadecimal SHA-256 of value, verify token and public URL.
    Digest(&'static str),
    /// 200 and, as `text/plain`, the value under the tag of the endpoint's first key. For a provider whose scheme has code of its own that knows
    /// which values are harmless to sign, as Braintree's does: it refuses them in deliveries.
    Proof,
}

impl Handshake {
    /// A handshake of this challenge and this reply.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the two do not fit.
    #[must_use]
    pub const fn new(challenge: Challenge, reply: Reply) -> Self {
        let signed = matches!(challenge, Challenge::Signed { .. });
        match challenge {
            Challenge::Signed { when, value } => {
                assert_pointer(when.pointer());
                assert_pointer(value);
            }
            Challenge::UnsignedField(pointer) => assert_pointer(pointer),
            Challenge::Header(_, name) => assert_header_name(name),
            Challenge::Method(_) => assert!(
                matches!(reply, Reply::Status(_)),
                "there is no value to answer"
            ),
            Challenge::UnsignedWithout(name) => {
                assert!(!name.is_empty(), "a member has a name");
                assert!(
                    matches!(reply, Reply::Status(_)),
                    "there is no value to answer"
                );
            }
            Challenge::UnsignedForm(_) | Challenge::Query(..) => {}
        }
        match reply {
            Reply::FieldAndTag(..) => assert!(signed, "no tag for a value that nobody vouches for"),
            Reply::Header(name) => assert_header_name(name),
            Reply::Proof => assert!(
                matches!(challenge, Challenge::Query(..)),
                "a value that is signed is one of a query"
            ),
            _ => {}
        }
        Self {
            challenge,
            reply,
            condition: None,
            token: None,
            offers_secret: false,
        }
    }

    /// Only a challenge if this query parameter is there too, with this value.
    #[must_use]
    pub const fn if_query(mut self, name: &'static str, value: &'static str) -> Self {
        self.condition = Some((name, value));
        self
    }

    /// Only answered if this query parameter is the configured verify token. Without one, nothing is answered.
    #[must_use]
    pub const fn with_token_in(mut self, name: &'static str) -> Self {
        self.token = Some(name);
        self
    }

    /// The value is a secret that the sender offers. Only answered if a hook takes it.
    #[must_use]
    pub const fn offering_secret(mut self) -> Self {
        self.offers_secret = true;
        self
    }

    /// What a challenge looks like.
    #[must_use]
    pub const fn challenge(&self) -> Challenge {
        self.challenge
    }

    /// How it is answered.
    #[must_use]
    pub const fn reply(&self) -> Reply {
        self.reply
    }

    /// Whether [`EndpointBuilder::verify_token`](crate::EndpointBuilder::verify_token) has to be configured for an answer.
    #[must_use]
    pub const fn needs_token(&self) -> bool {
        self.token.is_some() || matches!(self.reply, Reply::Digest(_))
    }

    /// Whether [`EndpointBuilder::on_offered_secret`](crate::EndpointBuilder::on_offered_secret) has to be configured for an
    /// answer.
    #[must_use]
    pub const fn offers_secret(&self) -> bool {
        self.offers_secret
    }

    pub(crate) const fn is_signed(&self) -> bool {
        matches!(self.challenge, Challenge::Signed { .. })
    }

    /// The JSON pointers to what tells it from a delivery and to its value.
    pub(crate) fn pointers(&self) -> Vec<&'static str> {
        match self.challenge {
            Challenge::Signed { when, value } => vec![when.pointer(), value],
            Challenge::UnsignedField(pointer) => vec![pointer],
            _ => Vec::new(),
        }
    }

    /// The method of a challenge that is told by its head.
    pub(crate) const fn method(&self) -> Option<&'static str> {
        match self.challenge {
            Challenge::Query(method, _)
            | Challenge::Header(method, _)
            | Challenge::Method(method) => Some(method),
            _ => None,
        }
    }
}

impl When {
    const fn pointer(self) -> &'static str {
        match self {
            Self::Text(pointer, _) | Self::Number(pointer, _) | Self::Has(pointer) => pointer,
        }
    }
}

impl Reply {
    /// Whether there has to be a value.
    pub(crate) const fn needs_value(self) -> bool {
        !matches!(self, Self::Status(_) | Self::Json(_))
    }
}
