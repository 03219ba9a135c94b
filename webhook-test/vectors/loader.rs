//! Reads the vectors of this folder, for the tests of all crates.
//!
//! A test includes this file by its path. It is not part of a crate, because `webhook-core` would
//! need that crate for its tests, and the crate `webhook-core`.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part, and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A delivery, the endpoint that it is sent to, and the verdict.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    /// Where it comes from.
    pub(crate) source: String,
    pub(crate) method: String,
    pub(crate) path_and_query: String,
    /// A name may occur several times.
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    /// In place of `body`, if the body is not UTF-8.
    body_base64: Option<String>,
    pub(crate) secrets: Vec<String>,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
    /// The public URL without query, if the scheme signs it.
    pub(crate) url: Option<String>,
    pub(crate) verify_token: Option<String>,
    /// The answer, if this is a challenge.
    pub(crate) response: Option<Response>,
    /// In Unix seconds.
    pub(crate) now: u64,
    pub(crate) expect: Verdict,
    /// The event id. `None` if the vector does not say, `Some(None)` if the event has none.
    #[serde(default, deserialize_with = "said")]
    pub(crate) id: Option<Option<String>>,
    /// The event type, like `id`.
    #[serde(default, rename = "type", deserialize_with = "said")]
    pub(crate) kind: Option<Option<String>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Valid,
    #[default]
    Invalid,
    /// Project Wycheproof leaves the verdict to implementations.
    Acceptable,
}

/// The documented answer to a challenge.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) body: String,
}

impl Vector {
    pub(crate) fn body(&self) -> Vec<u8> {
        match &self.body_base64 {
            Some(encoded) => STANDARD.decode(encoded).unwrap(),
            None => self.body.clone().into_bytes(),
        }
    }

    /// The secrets as an endpoint takes them.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(String::as_str).collect()
    }
}

/// The vectors of the provider with this name.
pub(crate) fn of(provider: &str) -> Vec<Vector> {
    let path = folder("providers").join(provider).with_extension("json");
    serde_json::from_str(&read(&path)).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// The vector of this name.
pub(crate) fn named(provider: &str, name: &str) -> Vector {
    let mut vectors = of(provider).into_iter();
    let found = vectors.find(|vector| vector.name == name);
    found.unwrap_or_else(|| panic!("{provider} has no vector {name}"))
}

/// The names of the providers that have vectors.
pub(crate) fn providers() -> impl Iterator<Item = String> {
    let files = fs::read_dir(folder("providers")).unwrap();
    files.map(|file| {
        let path = file.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    })
}

/// The throwaway key of this name, in PEM: a private key, or with `.pub` the public one.
pub(crate) fn key(name: &str) -> String {
    read(&folder("keys").join(format!("{name}.pem")))
}

/// Chains of certificates for the key `rsa`, and the authority that the good ones lead to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chains {
    pub(crate) root: String,
    pub(crate) chains: BTreeMap<String, String>,
}

pub(crate) fn chains() -> Chains {
    serde_json::from_str(&read(&folder("keys").join("chains.json"))).unwrap()
}

/// The header of the tag in a delivery of [`wycheproof`].
pub(crate) const TAG: &str = "x-tag";

/// The vectors in a file of Project Wycheproof. Each is a delivery whose body is the message.
pub(crate) fn wycheproof(file: &str) -> Vec<Vector> {
    let file: Value = serde_json::from_str(&read(&folder("wycheproof").join(file))).unwrap();
    let groups = file["testGroups"].as_array().unwrap().iter();
    let pairs = groups.flat_map(|group| {
        let tests = group["tests"].as_array().unwrap().iter();
        tests.map(move |test| (group, test))
    });
    pairs.map(|(group, test)| delivery(group, test)).collect()
}

fn delivery(group: &Value, test: &Value) -> Vector {
    let text = |at: [&Value; 2]| at.into_iter().find_map(Value::as_str).unwrap().to_owned();
    Vector {
        name: format!("{} {}", test["tcId"], test["comment"]),
        source: "Project Wycheproof".into(),
        method: "POST".into(),
        path_and_query: "/".into(),
        headers: vec![(TAG.into(), text([&test["tag"], &test["sig"]]))],
        body_base64: Some(STANDARD.encode(bytes(test["msg"].as_str().unwrap()))),
        secrets: vec![text([&test["key"], &group["publicKeyPem"]])],
        now: 1_700_000_000,
        expect: Verdict::deserialize(&test["result"]).unwrap(),
        ..Vector::default()
    }
}

/// Decodes hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn folder(name: &str) -> PathBuf {
    // From the folder of any crate.
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../webhook-test/vectors");
    vectors.join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// Tells `null` from an absent value.
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}
