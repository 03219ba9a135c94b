//! Challenges that a provider sends before or between its deliveries, and their answers.
//!
//! A challenge reaches neither the store nor the handler. At most 1 KiB of visible ASCII is echoed,
//! with `X-Content-Type-Options: nosniff`, so that a browser does not run attacker-chosen text.
//!
//! Some values have one provider: `UnsignedWithout` (Melhor Envio), `Has` (Twitch), `Json`
//! (Discord), `Header` (Asana), `Digest` (eBay), `FieldAndTag` (Zoom), `Tag` (X), `UnsignedForm`
//! (WooCommerce), `Encrypted` (Feishu), the probe (Slack), and the two conditions on the query
//! (Meta). They are not custom code: a scheme knows neither the verify token nor whether a
//! challenge was verified, and each is a few lines. Only two are more: the tags, in `crypto`, which
//! keeps answers and signatures apart for every provider that a user writes; and decryption, which
//! is custom code.

#![allow(
    clippy::exhaustive_enums,
    reason = "closed on purpose: each variant is a way to answer unauthenticated requests"
)]

use crate::provider::{assert_header_name, assert_pointer};

/// A challenge and its answer, as part of a [`Provider`](crate::Provider).
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
    pub(crate) probe: Option<(&'static str, &'static str)>,
}

/// What a challenge looks like, and whether it is verified first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A delivery that is verified like any other, and whose body says that it is a challenge.
    Signed {
        /// What distinguishes it from an event.
        when: When,
        /// The JSON pointer of its value. A challenge without a value repeats the pointer of
        /// `when`.
        value: &'static str,
    },
    /// An unsigned request with a text at this JSON pointer of its body. The body is at most 4 KiB.
    /// A request with a signature is a delivery.
    UnsignedField(&'static str),
    /// An unsigned request whose body is a form with this field.
    UnsignedForm(&'static str),
    /// An unsigned request that cannot be an event: no member of any JSON object in its body has
    /// this name. The body is at most 4 KiB. There is no value.
    UnsignedWithout(&'static str),
    /// An unsigned body that the scheme's custom code decrypts, of at most 4 KiB. Anyone can send
    /// such a body, so the decrypted text has to contain the verify token. Every request that is
    /// not such a challenge is refused like one without a signature, whatever is wrong with it.
    /// A signed challenge is a verified delivery, and is answered too.
    Encrypted {
        /// What distinguishes it from an event.
        when: When,
        /// The JSON pointer of its value.
        value: &'static str,
        /// The JSON pointer of the text that must equal the configured verify token. Without a
        /// configured token, no unsigned challenge is answered.
        token: &'static str,
    },
    /// A request with this method and this query parameter.
    Query(&'static str, &'static str),
    /// A request with this method and this header, without a signature.
    Header(&'static str, &'static str),
    /// Any request with this method. There is no value.
    Method(&'static str),
}

/// What distinguishes a challenge from an event, in a verified body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// This text is at this JSON pointer.
    Text(&'static str, &'static str),
    /// This integer is at this JSON pointer.
    Number(&'static str, i64),
    /// Any text is at this JSON pointer.
    Has(&'static str),
}

/// How the answer is made from the value of the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This status and an empty body.
    Status(u16),
    /// 200 and this JSON.
    Json(&'static str),
    /// 200 and the value as `text/plain`.
    Text,
    /// 200 and a JSON object with the value under this name.
    Field(&'static str),
    /// Like [`Field`](Self::Field), plus the hexadecimal tag of the value under the second name.
    /// The tag is made with the scheme and key that verified the challenge.
    ///
    /// The same key signs deliveries, so the two are kept apart. Only a value of
    /// `A–Z a–z 0–9 + / = - _` is answered. A delivery is refused if its whole signed message
    /// consists of these characters.
    FieldAndTag(&'static str, &'static str),
    /// 200 and a JSON object with the tag of the value under this name, written like the signature
    /// of a delivery. The tag is made with the first secret.
    ///
    /// Anyone can ask for it, so the rules of [`FieldAndTag`](Self::FieldAndTag) hold: only a value
    /// of the same characters is answered, and a delivery of such a message is refused.
    Tag(&'static str),
    /// 200 and the value in this header.
    Header(&'static str),
    /// 200 and a JSON object with this name and the hexadecimal SHA-256 of value, verify token and
    /// public URL.
    Digest(&'static str),
    /// 200 and, as `text/plain`, the text that the scheme's custom code makes of the value. If the
    /// code signs it, as Braintree's does, it knows which values are safe to sign, and refuses them
    /// in deliveries.
    Code,
}

impl Handshake {
    /// Creates a handshake from a challenge and its reply.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if the reply does not fit the challenge.
    #[must_use]
    pub const fn new(challenge: Challenge, reply: Reply) -> Self {
        let signed = matches!(challenge, Challenge::Signed { .. });
        match challenge {
            Challenge::Signed { when, value } => {
                assert_pointer(when.pointer());
                assert_pointer(value);
            }
            Challenge::Encrypted { when, value, token } => {
                assert_pointer(when.pointer());
                assert_pointer(value);
                assert_pointer(token);
            }
            Challenge::UnsignedField(pointer) => assert_pointer(pointer),
            Challenge::Header(_, name) => assert_header_name(name),
            Challenge::Method(_) => assert!(
                matches!(reply, Reply::Status(_)),
                "this challenge has no value: answer it with `Reply::Status`"
            ),
            Challenge::UnsignedWithout(name) => {
                assert!(!name.is_empty(), "the member of a challenge needs a name");
                assert!(
                    matches!(reply, Reply::Status(_)),
                    "this challenge has no value: answer it with `Reply::Status`"
                );
            }
            Challenge::UnsignedForm(_) | Challenge::Query(..) => {}
        }
        match reply {
            Reply::FieldAndTag(..) => {
                assert!(signed, "only a signed challenge can be answered with a tag");
            }
            Reply::Header(name) => assert_header_name(name),
            Reply::Tag(_) => assert!(
                matches!(challenge, Challenge::Query(..)),
                "`Reply::Tag` needs `Challenge::Query`"
            ),
            Reply::Code => assert!(
                matches!(challenge, Challenge::Query(..)),
                "`Reply::Code` needs `Challenge::Query`"
            ),
            _ => {}
        }
        Self {
            challenge,
            reply,
            condition: None,
            token: None,
            offers_secret: false,
            probe: None,
        }
    }

    /// Also answers an unsigned form that has this field with this value: 200 and an empty body.
    /// Its content type is `application/x-www-form-urlencoded`. The form is at most 4 KiB, and its
    /// other fields are ignored.
    #[must_use]
    pub const fn or_probe(mut self, field: &'static str, value: &'static str) -> Self {
        self.probe = Some((field, value));
        self
    }

    /// Requires this query parameter with this value. Without it, the request is not a challenge.
    #[must_use]
    pub const fn if_query(mut self, name: &'static str, value: &'static str) -> Self {
        self.condition = Some((name, value));
        self
    }

    /// Answers only if this query parameter equals the configured verify token. Without a
    /// configured token, no challenge is answered.
    #[must_use]
    pub const fn with_token_in(mut self, name: &'static str) -> Self {
        self.token = Some(name);
        self
    }

    /// Declares that the value is a secret that the sender offers. It is answered only if a hook
    /// accepts it.
    #[must_use]
    pub const fn offering_secret(mut self) -> Self {
        self.offers_secret = true;
        self
    }

    /// What the challenge looks like.
    #[must_use]
    pub const fn challenge(&self) -> Challenge {
        self.challenge
    }

    /// How the challenge is answered.
    #[must_use]
    pub const fn reply(&self) -> Reply {
        self.reply
    }

    /// Whether an answer requires
    /// [`EndpointBuilder::verify_token`](crate::EndpointBuilder::verify_token).
    #[must_use]
    pub const fn needs_token(&self) -> bool {
        self.token.is_some() || self.is_encrypted() || matches!(self.reply, Reply::Digest(_))
    }

    /// Whether an answer requires
    /// [`EndpointBuilder::on_offered_secret`](crate::EndpointBuilder::on_offered_secret).
    #[must_use]
    pub const fn offers_secret(&self) -> bool {
        self.offers_secret
    }

    /// Whether a verified delivery may be a challenge.
    pub(crate) const fn may_be_signed(&self) -> bool {
        matches!(self.challenge, Challenge::Signed { .. }) || self.is_encrypted()
    }

    /// Whether a challenge is an encrypted body.
    pub(crate) const fn is_encrypted(&self) -> bool {
        matches!(self.challenge, Challenge::Encrypted { .. })
    }

    /// The field and the value of the unsigned form that is answered as well, if there is one.
    #[must_use]
    pub const fn probe(&self) -> Option<(&'static str, &'static str)> {
        self.probe
    }

    /// The JSON pointers of the condition, of the value and of the token, as far as there are any.
    pub(crate) fn pointers(&self) -> Vec<&'static str> {
        match self.challenge {
            Challenge::Signed { when, value } => vec![when.pointer(), value],
            Challenge::Encrypted { when, value, token } => vec![when.pointer(), value, token],
            Challenge::UnsignedField(pointer) => vec![pointer],
            _ => Vec::new(),
        }
    }

    /// The method of a challenge that is recognised by its head.
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
    /// Whether the challenge must have a value.
    pub(crate) const fn needs_value(self) -> bool {
        !matches!(self, Self::Status(_) | Self::Json(_))
    }
}
