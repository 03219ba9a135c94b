//! The samples: events as their providers document them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::provider::Provider;
use crate::testing::body::Body;
use crate::testing::document::merge;
use crate::testing::samples::file;
use crate::time::{TimeUnit, UnixTime};

/// The samples of a provider: a file of `samples/`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Samples {
    /// The page that documents the shape.
    pub(super) source: String,
    /// The id, for providers that send it in a header.
    pub(super) id: Option<String>,
    /// The JSON pointers or fields, of which the first that is there tells events apart. For
    /// providers whose events have no id, or one that is not signed.
    pub(super) unique: Vec<String>,
    /// The JSON pointer of the type, if it is in the body and the const does not say so.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    /// The query of every delivery, mock or not.
    query: Option<String>,
    /// Headers of every delivery.
    headers: BTreeMap<String, String>,
    /// The JSON pointer of what an event is about.
    pub(super) data: String,
    /// The JSON pointers of times.
    pub(super) times: BTreeMap<String, TimeForm>,
    /// The envelope, as one of these.
    json: Option<Value>,
    form: Option<BTreeMap<String, String>>,
    xml: Option<String>,
    events: Vec<Sample>,
}

/// A sample event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Sample {
    /// The event types of this shape. `*` stands for all that have no other.
    types: Vec<String>,
    /// Another type of the file, whose sample this one changes.
    like: Option<String>,
    /// Values of the envelope.
    pub(super) set: BTreeMap<String, Value>,
    pub(super) data: Value,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TimeForm {
    Seconds,
    Millis,
    Rfc3339,
}

impl Samples {
    /// The samples of this provider; none if it has no file.
    pub(super) fn of(provider: &Provider) -> Self {
        let parsed = file(provider.name()).map(serde_json::from_str).transpose();
        parsed
            .unwrap_or_else(|error| panic!("the samples of {}: {error}", provider.name()))
            .unwrap_or_default()
    }

    /// The envelope. Without samples, it is an empty object.
    pub(super) fn envelope(&self) -> Body {
        match (&self.json, &self.form, &self.xml) {
            (_, Some(form), _) => Body::Form(form.clone()),
            (_, _, Some(xml)) => Body::Xml(xml.clone()),
            (json, ..) => {
                let empty = || Value::Object(serde_json::Map::new());
                Body::Json(json.clone().unwrap_or_else(empty))
            }
        }
    }

    /// The sample of this type, or the one for all types that have none.
    pub(super) fn event(&self, event_type: &str) -> Option<Sample> {
        let of = |name: &str| {
            let mut events = self.events.iter();
            events.find(|event| event.types.iter().any(|known| known == name))
        };
        let found = of(event_type).or_else(|| of("*"))?;
        let Some(base) = found.like.as_deref().and_then(of) else {
            return Some(found.clone());
        };
        let mut whole = base.clone();
        merge(&mut whole.data, found.data.clone());
        whole.set.extend(found.set.clone());
        Some(whole)
    }

    /// The query, with the values that an event has at its pointers.
    pub(super) fn query(&self, value: impl Fn(&str) -> Option<String>) -> Option<String> {
        self.query.as_deref().map(|template| fill(template, value))
    }

    /// The types that have a sample.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        let types = self.events.iter().flat_map(|event| &event.types);
        types.map(String::as_str).filter(|name| *name != "*")
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl TimeForm {
    pub(super) fn value(self, time: UnixTime) -> Value {
        match self {
            Self::Seconds => time.as_secs().into(),
            Self::Millis => time.as_millis().into(),
            Self::Rfc3339 => TimeUnit::Rfc3339.format(time).into(),
        }
    }
}

/// Fills in the pointers in braces.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, (pointer, after))) = rest
        .split_once('{')
        .and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        filled.push_str(before);
        filled.extend(form_urlencoded::byte_serialize(
            value(pointer).unwrap_or_default().as_bytes(),
        ));
        rest = after;
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Samples;
    use crate::provider::Provider;
    use crate::testing::samples::{PROVIDERS, file};

    fn samples(name: &str) -> Samples {
        serde_json::from_str(file(name).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[test]
    fn every_file_is_of_a_provider_and_names_its_source() {
        for name in PROVIDERS {
            // Some need the feature `asymmetric`.
            let known = Provider::ALL.iter().any(|known| known.name() == *name);
            assert!(known || cfg!(not(feature = "asymmetric")), "{name}");
            let source = samples(name).source;
            assert!(source.starts_with("https://"), "{name}: {source}");
        }
        assert!(PROVIDERS.len() >= 100, "{}", PROVIDERS.len());
    }

    #[test]
    fn a_sample_is_like_another_that_is_like_none() {
        for name in PROVIDERS {
            let samples = samples(name);
            for base in samples
                .events
                .iter()
                .filter_map(|event| event.like.as_ref())
            {
                let mut of = samples.events.iter();
                let of = of.find(|event| event.types.contains(base));
                assert!(of.is_some_and(|of| of.like.is_none()), "{name}: {base}");
            }
        }
    }

    /// Of a payment that failed, no sample says that it was captured.
    #[test]
    fn a_sample_of_what_failed_or_ended_has_no_status_of_success() {
        let ends = "fail cancel declin revok overdue expir refunded delete deny bounce";
        let success = "succe active captured paid accepted completed confirmed approved received";
        let says_success = |name: &str, value: &Value| {
            let is_status = ["status", "state", "result"].contains(&name);
            let text = value.as_str().unwrap_or_default().to_lowercase();
            is_status && success.split(' ').any(|word| text.starts_with(word))
        };
        for name in PROVIDERS {
            let samples = samples(name);
            for kind in samples.types() {
                let lower = kind.to_lowercase();
                let ended = ends.split(' ').any(|word| lower.contains(word));
                if !ended || REFUNDS_THAT_SUCCEED.contains(&(*name, kind)) {
                    continue;
                }
                let data = samples.event(kind).unwrap().data;
                let said = members(&data)
                    .into_iter()
                    .find(|(name, value)| says_success(name, value));
                assert_eq!(said, None, "{name}, {kind}");
            }
        }
    }

    /// Events of which the status is that of the refund, or of the charge that was refunded.
    const REFUNDS_THAT_SUCCEED: [(&str, &str); 2] = [
        ("paypal", "PAYMENT.CAPTURE.REFUNDED"),
        ("stripe", "charge.refunded"),
    ];

    /// Every member of every object in this value.
    fn members(value: &Value) -> Vec<(&str, &Value)> {
        match value {
            Value::Object(of) => of
                .iter()
                .flat_map(|(name, value)| [vec![(name.as_str(), value)], members(value)].concat())
                .collect(),
            Value::Array(of) => of.iter().flat_map(members).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn no_type_of_a_provider_has_two_samples_and_no_value_replaces_an_envelope() {
        for name in PROVIDERS {
            let samples = samples(name);
            let mut types: Vec<_> = samples.types().collect();
            types.sort_unstable();
            let all = types.len();
            types.dedup();
            assert_eq!(types.len(), all, "{name}");
            let mut pointers = samples.events.iter().flat_map(|event| event.set.keys());
            assert!(pointers.all(|pointer| pointer.starts_with('/')), "{name}");
        }
    }
}
