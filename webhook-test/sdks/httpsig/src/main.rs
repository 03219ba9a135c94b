//! Signs and verifies requests with `httpsig`, an independent implementation of RFC 9421: one line
//! of JSON in, one line of JSON out. It has no code of this project.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead as _, Write as _};

use bytes::Bytes;
use futures_executor::block_on;
use http::Request;
use http_body_util::Full;
use httpsig_hyper::prelude::message_component::HttpMessageComponentId;
use httpsig_hyper::prelude::{AlgorithmName, HttpSignatureParams, PublicKey, SecretKey};
use httpsig_hyper::{
    ContentDigestType, MessageSignature as _, MessageSignatureReqSync as _, RequestContentDigest,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// What is asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Question {
    Sign(Sign),
    Verify(Verify),
}

/// A request to sign. The digest of its body is added before.
#[derive(Deserialize)]
struct Sign {
    request: Sent,
    /// As httpsig calls it.
    alg: String,
    /// The private key in PEM.
    key: String,
    /// The components to cover.
    fields: Vec<String>,
    /// Text parameters of the signature.
    #[serde(default)]
    words: BTreeMap<String, String>,
    /// Unix seconds.
    created: u64,
    #[serde(default)]
    expires: Option<u64>,
}

/// A request to verify, which has to cover these components.
#[derive(Deserialize)]
struct Verify {
    request: Sent,
    alg: String,
    /// The public key in PEM.
    key: String,
    fields: Vec<String>,
}

#[derive(Deserialize)]
struct Sent {
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Sent {
    fn request(&self) -> Result<Request<Full<Bytes>>, Box<dyn Error>> {
        let mut request = Request::builder().method("POST").uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Ok(request.body(Full::new(Bytes::from(self.body.clone())))?)
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?)? {
            Question::Sign(question) => sign(&question),
            Question::Verify(question) => verify(&question).map(|()| json!({ "said": true })),
        };
        let answer = answer.unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn sign(question: &Sign) -> Result<Value, Box<dyn Error>> {
    let request = question.request.request()?;
    let mut request = block_on(request.set_content_digest(&ContentDigestType::Sha256))?;
    let alg: AlgorithmName = question.alg.parse()?;
    let key = SecretKey::from_pem(&alg, &question.key)?;
    let fields = question.fields.iter();
    let fields: Result<Vec<_>, _> = fields
        .map(|name| HttpMessageComponentId::try_from(name.as_str()))
        .collect();
    let mut params = HttpSignatureParams::try_new(&fields?)?;
    params.set_created(question.created);
    if let Some(expires) = question.expires {
        params.set_expires(expires);
    }
    for (name, value) in &question.words {
        match name.as_str() {
            "nonce" => params.set_nonce(value),
            "keyid" => params.set_keyid(value),
            "tag" => params.set_tag(value),
            "alg" => params.set_alg(&value.parse()?),
            other => return Err(format!("no parameter {other}").into()),
        };
    }
    request.set_message_signature_sync(&params, &key, Some("sig1"))?;
    let headers = request.headers().iter();
    let headers: Result<BTreeMap<_, _>, _> = headers
        .map(|(name, value)| Ok::<_, http::header::ToStrError>((name.as_str(), value.to_str()?)))
        .collect();
    Ok(json!({ "headers": headers? }))
}

fn verify(question: &Verify) -> Result<(), Box<dyn Error>> {
    let request = question.request.request()?;
    let alg: AlgorithmName = question.alg.parse()?;
    let key = PublicKey::from_pem(&alg, &question.key)?;
    let name = request.verify_message_signature_sync(&key, None)?;
    let params = request.get_signature_params()?;
    let covered = params.get(&name).ok_or("no such signature")?;
    let covered: Vec<_> = covered
        .covered_components
        .iter()
        .map(ToString::to_string)
        .collect();
    for field in &question.fields {
        if !covered.contains(&format!("{field:?}")) {
            return Err(format!("{field} is not covered").into());
        }
    }
    block_on(request.verify_content_digest())?;
    Ok(())
}
