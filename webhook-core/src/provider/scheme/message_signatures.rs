//! What an HTTP Message Signature (RFC 9421) of a sender has to cover.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use crate::crypto::Algorithm;
use crate::provider::{Coverage, Scheme, assert_header_name, same};
use crate::time::TimeUnit;

/// What an HTTP Message Signature (RFC 9421) of a sender has to cover, and with which keys.
///
/// The standard lets a signature cover anything, so what makes it a proof is what the receiver
/// requires. A signature that covers more than is required is accepted, and so are other signatures
/// next to it.
///
/// ```
/// use webhook_core::{
///     Algorithm, Endpoint, Head, KeyFormat, MessageSignatures, Provider, Scheme, Signer,
/// };
///
/// const SIGNATURES: MessageSignatures = MessageSignatures::new(
///     &[Algorithm::HmacSha256],
///     &["@method", "@target-uri", "content-digest"],
/// )
/// .with_parameters(&["created"])
/// .with_tag("acme/webhooks");
///
/// const ACME: Provider = Provider::new("acme", &[Scheme::message_signatures(&SIGNATURES)])
///     .with_key_format(KeyFormat::Base64)
///     .id_at(&["/id"]);
///
/// let (secret, url) = ("YWNtZS1zZWNyZXQtMDEyMzQ1Njc4OQ==", "https://example.com/hooks");
/// let endpoint = Endpoint::builder(ACME, secret)
///     .public_url(url)
///     .without_replay_protection()
///     .build()?;
/// let signer = Signer::new(ACME, secret)?.public_url(url).path_and_query("/hooks");
/// let signed = signer.sign_now(r#"{"id":"evt_1"}"#);
/// assert!(signed.headers[1].1.starts_with(r#"sig1=("@method" "@target-uri" "content-digest")"#));
///
/// let head = Head::new(signed.method, &signed.path_and_query, &signed.headers);
/// assert_eq!(endpoint.verify(&head, signed.body.clone())?.id(), Some("evt_1"));
/// assert!(endpoint.verify(&head, "{}".into()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MessageSignatures {
    pub(crate) algorithms: &'static [Algorithm],
    pub(crate) components: &'static [&'static str],
    pub(crate) if_present: &'static [&'static str],
    pub(crate) parameters: &'static [&'static str],
    pub(crate) label: Option<&'static str>,
    pub(crate) tag: Option<&'static str>,
    pub(crate) most_secs: Option<u32>,
    pub(crate) is_per_attempt: bool,
    pub(crate) has_base64url: bool,
    pub(crate) normalizes_path: bool,
    pub(crate) key_set: Option<KeySet>,
    words: &'static str,
}

/// The setting with the address of the sender's keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeySet {
    pub(crate) setting: &'static str,
    /// The header whose dictionary names the address, and the member with it.
    pub(crate) named_in: Option<(&'static str, &'static str)>,
    /// The member that every JSON Web Key of the set must have.
    pub(crate) key_member: Option<&'static str>,
}

impl MessageSignatures {
    /// Signatures by keys of one of these algorithms that cover at least these components.
    ///
    /// The key decides the algorithm. If a signature names one, it has to be that of the key.
    /// [`Signer`](crate::Signer) signs the components in this order. Their values are:
    ///
    /// * `@method`: the method of the request.
    /// * `@authority`, `@scheme`, `@target-uri`: those of the configured public URL. If that URL is
    ///   an origin, such as `https://example.com`, the target URI has the path of the request.
    /// * `@path`, `@query`, `@request-target`: those of the target URI.
    /// * A lower-case name: the header. Several lines of one name are joined by a comma.
    /// * `content-digest`: that header (RFC 9530), which must have the SHA-256 or SHA-512 of the
    ///   body. If it has both, both must be right.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if `content-digest` is missing, a component is unknown or repeated,
    /// or an algorithm is not `Ed25519`, `EcdsaP256Sha256Fixed`, `RsaPssSha512`, `RsaSha256` or
    /// `HmacSha256`. HMAC cannot be combined with others, nor the two of RSA with each other:
    /// the key has to decide.
    #[must_use]
    pub const fn new(
        algorithms: &'static [Algorithm],
        components: &'static [&'static str],
    ) -> Self {
        check_algorithms(algorithms);
        check_names(components);
        assert!(
            contains(components, "content-digest"),
            "a signature that does not cover `content-digest` does not cover the body"
        );
        Self {
            algorithms,
            components,
            if_present: &[],
            parameters: &[],
            label: None,
            tag: None,
            most_secs: None,
            is_per_attempt: false,
            has_base64url: false,
            normalizes_path: false,
            key_set: None,
            words: "the components that `signature-input` lists (RFC 9421)",
        }
    }

    /// Components that have to be covered if the request has them: headers, and `@query`.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a name is repeated, or neither a header nor `@query`.
    #[must_use]
    pub const fn covering_if_present(mut self, components: &'static [&'static str]) -> Self {
        check_names(components);
        let mut i = 0;
        while i < components.len() {
            assert!(
                components[i].as_bytes()[0] != b'@' || same(components[i], "@query"),
                "only headers and `@query` may be absent"
            );
            i += 1;
        }
        self.if_present = components;
        self
    }

    /// Parameters that a signature must have, out of `created`, `expires`, `nonce`, `keyid` and
    /// `alg`.
    ///
    /// With `created`, the time has to be within the [tolerance](Scheme::tolerance_secs), which is
    /// 300 s in both directions by default. A signature that has `expires` is refused after it,
    /// whether it is required or not. With a signed `created`, the clocks may differ by the
    /// tolerance for the future.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, if a name is not one of the five.
    #[must_use]
    pub const fn with_parameters(mut self, names: &'static [&'static str]) -> Self {
        let mut i = 0;
        while i < names.len() {
            assert!(
                contains(&["created", "expires", "nonce", "keyid", "alg"], names[i]),
                "a required parameter is `created`, `expires`, `nonce`, `keyid` or `alg`"
            );
            i += 1;
        }
        self.parameters = names;
        self
    }

    /// Accepts only a signature with this label. Without a label or a tag, the first signature that
    /// covers the required components counts.
    #[must_use]
    pub const fn with_label(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// Accepts only a signature with this `tag`.
    #[must_use]
    pub const fn with_tag(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Refuses a signature whose `expires` is more than this many seconds after its `created`.
    ///
    /// # Panics
    ///
    /// In `const` evaluation, unless both parameters are required.
    #[must_use]
    pub const fn valid_for_secs(mut self, secs: u32) -> Self {
        assert!(
            contains(self.parameters, "created") && contains(self.parameters, "expires"),
            "a longest validity needs `created` and `expires`"
        );
        self.most_secs = Some(secs);
        self
    }

    /// Declares that each signature is an event of its own: its nonce and its times are part of the
    /// [content](crate::Identity::Content) that a delivery is remembered by. For a sender whose
    /// equal bodies report different events. A retry that is signed again runs again.
    #[must_use]
    pub const fn distinct_per_attempt(mut self) -> Self {
        self.is_per_attempt = true;
        self
    }

    /// Accepts binary values in base64url without padding too, and writes signatures that way.
    #[must_use]
    pub(crate) const fn with_base64url(mut self) -> Self {
        self.has_base64url = true;
        self
    }

    /// Normalizes the path of the target URI (RFC 3986 §6.2.2) before it is signed.
    #[must_use]
    pub(crate) const fn normalizing_path(mut self) -> Self {
        self.normalizes_path = true;
        self
    }

    /// Sets where the keys of the sender are.
    #[must_use]
    pub(crate) const fn with_keys(mut self, set: KeySet) -> Self {
        self.key_set = Some(set);
        self
    }

    /// Describes in words what is signed.
    #[must_use]
    pub(crate) const fn in_words(mut self, words: &'static str) -> Self {
        self.words = words;
        self
    }

    /// Whether the keys are key pairs.
    pub(crate) const fn is_public(&self) -> bool {
        self.algorithms[0].is_public()
    }

    const fn coverage(&self) -> Coverage {
        let whole = contains(self.components, "@target-uri");
        let target = contains(self.components, "@request-target")
            || (contains(self.components, "@path")
                && (contains(self.components, "@query") || contains(self.if_present, "@query")));
        let mut coverage = Coverage::NONE.with_body();
        coverage.url = whole || (target && contains(self.components, "@authority"));
        coverage.method = contains(self.components, "@method");
        coverage.time = contains(self.parameters, "created");
        let mut i = 0;
        while i < self.components.len() {
            let name = self.components[i];
            coverage.values |= name.as_bytes()[0] != b'@' && !same(name, "content-digest");
            i += 1;
        }
        coverage
    }
}

impl Scheme {
    /// HTTP Message Signatures (RFC 9421) in the headers `signature-input` and `signature`.
    ///
    /// If the keys are key pairs, the provider needs
    /// [`KeyFormat::PublicKey`](crate::KeyFormat::PublicKey).
    #[must_use]
    pub const fn message_signatures(signatures: &'static MessageSignatures) -> Self {
        let coverage = signatures.coverage();
        let mut scheme = Self::with_code(signatures, coverage, signatures.words);
        if contains(signatures.components, "@authority")
            || contains(signatures.components, "@scheme")
        {
            scheme = scheme.signing_address();
        }
        if coverage.time {
            scheme = scheme
                .timed(TimeUnit::Seconds)
                .time_is("`created` of `signature-input`");
        }
        scheme.in_header("signature")
    }
}

const fn check_algorithms(algorithms: &[Algorithm]) {
    assert!(!algorithms.is_empty(), "a signature needs an algorithm");
    let (mut i, mut rsa) = (0, 0);
    while i < algorithms.len() {
        let is_known = matches!(
            algorithms[i],
            Algorithm::Ed25519
                | Algorithm::EcdsaP256Sha256Fixed
                | Algorithm::RsaPssSha512
                | Algorithm::RsaSha256
                | Algorithm::HmacSha256
        );
        assert!(is_known, "RFC 9421 has no name for this algorithm");
        rsa += matches!(
            algorithms[i],
            Algorithm::RsaPssSha512 | Algorithm::RsaSha256
        ) as usize;
        assert!(
            rsa < 2,
            "a key of RSA does not say which of two algorithms it is for"
        );
        assert!(
            algorithms[i].is_public() || algorithms.len() == 1,
            "a shared secret cannot be combined with public keys"
        );
        i += 1;
    }
}

const fn check_names(names: &[&str]) {
    let mut i = 0;
    while i < names.len() {
        let name = names[i].as_bytes();
        assert!(!name.is_empty(), "the name of a component is empty");
        if name[0] == b'@' {
            assert!(
                contains(
                    &[
                        "@method",
                        "@target-uri",
                        "@authority",
                        "@scheme",
                        "@path",
                        "@query",
                        "@request-target"
                    ],
                    names[i]
                ),
                "this derived component is unknown or needs a parameter"
            );
        } else {
            assert_header_name(names[i]);
        }
        let mut j = i + 1;
        while j < names.len() {
            assert!(!same(names[i], names[j]), "a component is repeated");
            j += 1;
        }
        i += 1;
    }
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut i = 0;
    while i < names.len() {
        if same(names[i], name) {
            return true;
        }
        i += 1;
    }
    false
}
