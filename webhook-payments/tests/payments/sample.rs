//! The files of `samples/`: events in the shape that their provider documents, with values of our
//! own, and what is read from them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use webhook_payments::PaymentSource;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Samples {
    /// The page that documents the shape.
    pub(crate) source: String,
    format: Format,
    /// Where the type is: a JSON pointer or a field. `None`: the delivery tells it.
    #[serde(rename = "type")]
    type_at: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Form,
    Query,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    #[serde(default)]
    pub(crate) body: Value,
    pub(crate) query: Option<String>,
    pub(crate) cases: Vec<Case>,
    pub(crate) expect: BTreeMap<String, String>,
}

/// A type, the kind that it is, and values of the body.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Case {
    Plain(Option<String>, String),
    With(Option<String>, String, BTreeMap<String, Value>),
}

impl Case {
    pub(crate) fn event_type(&self) -> Option<&str> {
        match self {
            Self::Plain(event_type, _) | Self::With(event_type, ..) => event_type.as_deref(),
        }
    }

    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Plain(_, kind) | Self::With(_, kind, _) => kind,
        }
    }
}

pub(crate) fn samples(provider: &str) -> Samples {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/payments/samples");
    let path = format!("{folder}/{provider}.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Samples {
    /// The body of a case.
    pub(crate) fn body(&self, sample: &Sample, case: &Case) -> Vec<u8> {
        let mut body = sample.body.clone();
        let mut set = |at: &str, value: Value| match self.format {
            Format::Json => *body.pointer_mut(at).unwrap_or_else(|| panic!("{at}")) = value,
            Format::Form => body[at] = value,
            Format::Query => panic!("a query has no body"),
        };
        if let (Some(at), Some(event_type)) = (&self.type_at, case.event_type()) {
            set(at, event_type.into());
        }
        if let Case::With(_, _, values) = case {
            for (at, value) in values {
                set(at, value.clone());
            }
        }
        match self.format {
            Format::Json => body.to_string().into(),
            Format::Query => Vec::new(),
            Format::Form => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                for (name, value) in body.as_object().unwrap() {
                    form.append_pair(name, value.as_str().unwrap());
                }
                form.finish().into()
            }
        }
    }

    /// What a mapping gets for a case.
    pub(crate) fn source<'a>(
        &self,
        provider: &'static str,
        sample: &'a Sample,
        case: &'a Case,
    ) -> PaymentSource<'a> {
        let mut source = PaymentSource::new(provider, self.body(sample, case));
        if let (None, Some(event_type)) = (&self.type_at, case.event_type()) {
            source = source.with_type(event_type);
        }
        match &sample.query {
            Some(query) => source.with_query(query),
            None => source,
        }
    }
}
