//! Each contradiction in a provider is a compile error with its own message, which says what to
//! write instead. These tests read the message at run time, where the `const fn` panics with it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use webhook_core::{Algorithm, Part, Provider, Scheme, TimeUnit};

const HMAC: Algorithm = Algorithm::HmacSha256;
const BODY: &[Part] = &[Part::Body];
const TIMED: &[Part] = &[Part::Time, Part::Body];

/// The sentence that a provider with this scheme stops with.
#[track_caller]
fn sentence(scheme: impl FnOnce() -> Scheme) -> String {
    stopped_by(|| Provider::single("acme", scheme()))
}

#[track_caller]
fn stopped_by(make: impl FnOnce() -> Provider) -> String {
    let panic = catch_unwind(AssertUnwindSafe(make)).unwrap_err();
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap()
}

#[test]
fn a_scheme_says_where_its_signature_is() {
    let missing = "the scheme does not say where the signature is: call `.in_header(…)`";
    assert_eq!(sentence(|| Scheme::hmac(HMAC, BODY)), missing);
    assert_eq!(sentence(Scheme::token), missing);
}

#[test]
fn names_are_spelled_in_one_way() {
    let body = || Scheme::hmac(HMAC, BODY).in_header("x-acme-signature");
    assert_eq!(
        stopped_by(|| Provider::single("Acme Corp", body())),
        "the name of a provider has to be in kebab case, such as `acme-corp`"
    );
    assert_eq!(
        stopped_by(|| Provider::single("", body())),
        "a provider needs a name"
    );
    assert_eq!(
        sentence(|| Scheme::hmac(HMAC, BODY).in_header("X-Acme-Signature")),
        "a header name has to be in lower case, such as `x-acme-signature`"
    );
    assert_eq!(
        stopped_by(|| Provider::single("acme", body()).id_at(&["id"])),
        "a JSON pointer has to begin with a slash, such as `/data/id`"
    );
}

#[test]
fn a_signed_message_varies() {
    let in_header = |parts| Scheme::hmac(HMAC, parts).in_header("x-acme-signature");
    assert_eq!(
        sentence(|| in_header(&[Part::Literal("acme")])),
        "only fixed text is signed: add `Part::Body` or another part that a delivery has"
    );
    assert_eq!(
        sentence(|| in_header(&[])),
        "the scheme signs nothing: name the parts of the signed message"
    );
    assert_eq!(
        sentence(|| in_header(&[Part::Body, Part::Body])),
        "the body is signed twice: name `Part::Body` once"
    );
    assert_eq!(
        sentence(|| Scheme::hash(Algorithm::Sha256, BODY).in_header("x-acme-signature")),
        "a plain hash has to contain the secret: add `Part::Secret`"
    );
}

#[test]
fn a_time_is_signed_and_found() {
    let timed = || Scheme::hmac(HMAC, TIMED).in_header("x-acme-signature");
    assert_eq!(
        sentence(timed),
        "the time is signed, but the scheme does not say where it is: call `.time_in_header(…)`"
    );
    let unsigned = || Scheme::hmac(HMAC, BODY).in_header("x-acme-signature");
    assert_eq!(
        sentence(|| unsigned().time_in_header("x-acme-time", TimeUnit::Seconds)),
        "the time is not signed, so an attacker could change it: add `Part::Time`"
    );
    assert_eq!(
        sentence(|| timed().time_in_pair("t", TimeUnit::Seconds)),
        "`time_in_pair` needs `.pairs(…)`"
    );
    assert_eq!(
        sentence(|| timed().time_first(TimeUnit::Seconds)),
        "`time_first` needs `.list(…)`"
    );
}

#[test]
fn an_id_is_signed_and_found() {
    let in_header = |parts| Scheme::hmac(HMAC, parts).in_header("x-acme-signature");
    let sentence_of_both = "`Part::Id` and `.id_in_header(…)` need each other";
    assert_eq!(
        sentence(|| in_header(&[Part::Id, Part::Body])),
        sentence_of_both
    );
    assert_eq!(
        sentence(|| in_header(BODY).id_in_header("x-acme-id")),
        sentence_of_both
    );
}
