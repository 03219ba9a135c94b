//! Fails compilation if a scheme contradicts itself.

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "const evaluation has no iterators, and a wrong index there is a compile error"
)]

use crate::parse::Grammar;
use crate::provider::{
    Authentication, Location, Part, Scheme, TimeLocation, assert_header_name, assert_pointer,
    assert_top_level,
};

impl Scheme {
    /// Fails compilation if the scheme contradicts itself. Runs in `const` evaluation only.
    pub(crate) const fn check(&self) {
        self.check_location();
        self.check_time();
        if let Some(header) = self.id {
            assert_header_name(header);
        }
        if let Some(name) = self.key_name {
            name.check(self);
        }
        assert!(
            self.coverage().id == self.id.is_some(),
            "`Part::Id` and `.id_in_header(…)` need each other"
        );
        if let Authentication::Mac { algorithm, parts } = self.authentication {
            check_parts(parts, self.needs_full_body(), algorithm.is_plain());
            if algorithm.is_public() {
                assert!(
                    !self.needs_full_body(),
                    "a signature with a private key, and its time, have to be in headers"
                );
                check_public(parts);
            }
        }
    }

    const fn check_location(&self) {
        match self.location {
            Location::Header(name) if name.is_empty() => {
                panic!("the scheme does not say where the signature is: call `.in_header(…)`")
            }
            Location::Header(name) => assert_header_name(name),
            Location::AnyHeader(names) => {
                assert!(
                    matches!(self.authentication, Authentication::Mac { .. }),
                    "a token is in one header: call `.in_header(…)`"
                );
                assert!(
                    !names.is_empty(),
                    "`in_any_header` needs at least one header"
                );
                let mut i = 0;
                while i < names.len() {
                    assert_header_name(names[i]);
                    i += 1;
                }
            }
            Location::Query(name) => assert!(
                !name.is_empty(),
                "the query parameter of a token needs a name"
            ),
            Location::Code => {}
            Location::BodyField(pointer) => self.assert_place(pointer),
            Location::FormField(name) => assert!(
                !name.is_empty(),
                "the form field of a signature needs a name"
            ),
        }
        if let Grammar::Pairs { label, .. }
        | Grammar::PairSets { label, .. }
        | Grammar::ColonPairs { label, .. }
        | Grammar::Versions { label, .. }
        | Grammar::Keyed { label } = self.grammar
        {
            assert!(!label.is_empty(), "the label of the tags is empty");
        }
    }

    /// Checks where a signer puts the signature: at the top level, unless custom code places it.
    const fn assert_place(&self, pointer: &str) {
        match self.authentication {
            Authentication::Custom(_) => assert_pointer(pointer),
            _ => assert_top_level(pointer),
        }
    }

    const fn check_time(&self) {
        let signed = self.coverage().time;
        let Some(time) = self.time else {
            assert!(
                !signed,
                "the time is signed, but the scheme does not say where it is: \
                 call `.time_in_header(…)`"
            );
            return;
        };
        assert!(
            signed,
            "the time is not signed, so an attacker could change it: add `Part::Time`"
        );
        assert!(
            matches!(
                time.at,
                TimeLocation::Header(_) | TimeLocation::Body(_) | TimeLocation::Custom
            ) || matches!(self.location, Location::Header(_)),
            "a time in the signature header needs `.in_header(…)`"
        );
        match time.at {
            TimeLocation::Header(name) => assert_header_name(name),
            TimeLocation::Pair(key) => {
                assert!(!key.is_empty(), "the pair of the time has no key");
                assert!(
                    matches!(
                        self.grammar,
                        Grammar::Pairs { .. } | Grammar::PairSets { .. }
                    ),
                    "`time_in_pair` needs `.pairs(…)`"
                );
            }
            TimeLocation::First => assert!(
                matches!(self.grammar, Grammar::List { .. }),
                "`time_first` needs `.list(…)`"
            ),
            TimeLocation::Body(pointer) => assert_top_level(pointer),
            TimeLocation::Custom => {}
        }
    }
}

/// Fails compilation if the parts contradict each other. A scheme that needs the full body builds
/// the message after the body has ended. By then only the tag is left of the head.
const fn check_parts(parts: &[Part], needs_full_body: bool, plain: bool) {
    assert!(
        !parts.is_empty(),
        "the scheme signs nothing: name the parts of the signed message"
    );
    let (mut i, mut bodies, mut secrets) = (0, 0, 0);
    while i < parts.len() {
        match parts[i] {
            Part::Body => bodies += 1,
            Part::Secret => {
                secrets += 1;
                assert!(
                    bodies == 0 || i + 1 == parts.len(),
                    "a secret after the body has to be the last part"
                );
            }
            Part::Header(name) => assert_header_name(name),
            Part::Field(pointer) => assert_pointer(pointer),
            _ => {}
        }
        let known_at_end = matches!(
            parts[i],
            Part::Literal(_) | Part::Body | Part::Field(_) | Part::Secret
        );
        assert!(
            known_at_end || !needs_full_body,
            "a scheme that reads the body cannot sign parts of the head"
        );
        i += 1;
    }
    assert!(
        plain || varies(parts),
        "only fixed text is signed: add `Part::Body` or another part that a delivery has"
    );
    assert!(
        bodies < 2,
        "the body is signed twice: name `Part::Body` once"
    );
    assert!(
        secrets > 0 || !plain,
        "a plain hash has to contain the secret: add `Part::Secret`"
    );
}

/// Whether the message differs between deliveries. A hash of the secret alone does not, so it is a
/// token.
const fn varies(parts: &[Part]) -> bool {
    let mut i = 0;
    while i < parts.len() {
        if !matches!(parts[i], Part::Literal(_) | Part::Secret) {
            return true;
        }
        i += 1;
    }
    false
}

/// Fails compilation if a signature would include a secret, which only a plain hash can.
const fn check_public(parts: &[Part]) {
    let mut i = 0;
    while i < parts.len() {
        assert!(
            !matches!(parts[i], Part::Secret),
            "a signature with a private key cannot cover a secret"
        );
        i += 1;
    }
}
