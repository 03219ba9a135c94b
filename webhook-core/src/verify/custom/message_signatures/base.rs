//! The signature base (RFC 9421 §2.5): one line for each component, and the parameters.

use std::fmt::Write as _;

use crate::error::RejectionKind;
use crate::parse::structured::{Bare, InnerList, Item};
use crate::request::{Head, MAX_VALUE};
use crate::verify::custom::message_signatures::member_of;
use crate::verify::custom::message_signatures::target::Target;

/// The maximum length of a signature base, in bytes. It has one copy of each covered header.
const MAX_BASE: usize = 32 * 1024;

/// The maximum number of bytes that are parsed for components with a parameter. Each of them parses
/// its whole header or query again.
const MAX_PARSED: usize = 64 * 1024;

/// A request of which components are taken.
pub(super) struct Request<'a> {
    head: &'a Head<'a>,
    /// `None` if no URL is configured.
    target: Option<Target<'a>>,
}

impl<'a> Request<'a> {
    pub(super) fn new(head: &'a Head<'a>, url: &'a str, normalizes_path: bool) -> Self {
        let target = || Target::new(url, head.path_and_query, normalizes_path);
        Self {
            head,
            target: (!url.is_empty()).then(target),
        }
    }

    /// The base of a signature over these components. Their canonical form is signed, whatever the
    /// request spells.
    ///
    /// # Errors
    ///
    /// `Malformed` if a component is repeated, the base is longer than 32 KiB, or its components
    /// parse more than 64 KiB. Otherwise what [`value`](Self::value) returns.
    pub(super) fn signature_base(&self, list: &InnerList<'_>) -> Result<Vec<u8>, RejectionKind> {
        let mut base = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut parsed = 0_usize;
        for item in &list.items {
            let identifier = written(item)?;
            parsed = parsed.saturating_add(self.parsed(item));
            if seen.contains(&identifier) || parsed > MAX_PARSED {
                return Err(RejectionKind::Malformed);
            }
            base.extend_from_slice(identifier.as_bytes());
            base.extend_from_slice(b": ");
            base.extend_from_slice(&self.value(item)?);
            base.push(b'\n');
            if base.len() > MAX_BASE {
                return Err(RejectionKind::Malformed);
            }
            seen.push(identifier);
        }
        base.extend_from_slice(b"\"@signature-params\": ");
        base.extend_from_slice(written(list)?.as_bytes());
        Ok(base)
    }

    /// How many bytes are parsed for a component, at the most.
    fn parsed(&self, item: &Item<'_>) -> usize {
        match (item.parameters.0.is_empty(), item.value.text()) {
            (true, _) | (_, None) => 0,
            (_, Some("@query-param")) => self.head.query().unwrap_or_default().len(),
            _ => MAX_VALUE,
        }
    }

    /// The value of a component.
    ///
    /// # Errors
    ///
    /// `UnsupportedScheme` if the component is unknown, or has a parameter that changes its value
    /// in a way that this crate does not support: `sf` needs the type of each header, `bs` signs
    /// lines apart, `req` and `tr` are not of a request. `MissingHeader` if the request lacks it.
    fn value(&self, item: &Item<'_>) -> Result<Vec<u8>, RejectionKind> {
        let name = item.value.text().ok_or(RejectionKind::Malformed)?;
        let parameter = match item.parameters.0.as_slice() {
            [] => None,
            [(known, Bare::String(value))] => Some((*known, &**value)),
            _ => return Err(RejectionKind::UnsupportedScheme),
        };
        match (name.starts_with('@'), parameter) {
            (true, _) => self.derived(name, parameter).map(String::into_bytes),
            (false, None) => combined(self.head, header(name)?, MAX_BASE),
            (false, Some(("key", member))) => {
                member_of(self.head, header(name)?, member).map(String::into_bytes)
            }
            _ => Err(RejectionKind::UnsupportedScheme),
        }
    }

    fn derived(
        &self,
        name: &str,
        parameter: Option<(&str, &str)>,
    ) -> Result<String, RejectionKind> {
        let target = || self.target.as_ref().ok_or(RejectionKind::UnsupportedScheme);
        match (name, parameter) {
            ("@method", None) => Ok(self.head.method.to_owned()),
            ("@target-uri", None) => target().map(Target::uri),
            ("@authority", None) => target().map(|target| target.authority.clone()),
            ("@scheme", None) => target().map(|target| target.scheme.to_owned()),
            ("@request-target", None) => Ok(self.own_target().request_target()),
            ("@path", None) => Ok(self.own_target().path.into_owned()),
            ("@query", None) => Ok(format!("?{}", self.head.query().unwrap_or_default())),
            ("@query-param", Some(("name", name))) => self.query_parameter(name),
            _ => Err(RejectionKind::UnsupportedScheme),
        }
    }

    /// The target, also if no URL is configured.
    fn own_target(&self) -> Target<'a> {
        match &self.target {
            Some(target) => target.clone(),
            None => Target::new("", self.head.path_and_query, false),
        }
    }

    /// The only value of a query parameter (RFC 9421 §2.2.8). Which of several counts would be a
    /// guess.
    fn query_parameter(&self, name: &str) -> Result<String, RejectionKind> {
        let query = self.head.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let mut values = pairs.filter(|(known, _)| escaped(known) == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(escaped(&value)),
            (None, _) => Err(RejectionKind::MissingHeader),
            _ => Err(RejectionKind::AmbiguousHeader),
        }
    }
}

/// The canonical form of a component or of a list.
fn written(value: &impl std::fmt::Display) -> Result<String, RejectionKind> {
    let mut text = String::new();
    match write!(text, "{value}") {
        Ok(()) => Ok(text),
        Err(_) => Err(RejectionKind::Malformed),
    }
}

/// A header name, which is in lower case.
fn header(name: &str) -> Result<&str, RejectionKind> {
    let is_plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$%&'*+-.^_`|~".contains(&byte)
    };
    match !name.is_empty() && name.bytes().all(is_plain) {
        true => Ok(name),
        false => Err(RejectionKind::Malformed),
    }
}

fn escaped(text: &str) -> String {
    let plus: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    plus.replace('+', "%20")
}

/// The lines of a header without the white space around them, joined by a comma (RFC 9421 §2.1).
///
/// # Errors
///
/// `MissingHeader` if the header is absent. `Malformed` if it is longer than `most` or has a
/// control character, which could end a line of the signature base.
pub(super) fn combined(head: &Head<'_>, name: &str, most: usize) -> Result<Vec<u8>, RejectionKind> {
    let mut value = Vec::new();
    for (i, line) in head.header_lines(name)?.into_iter().enumerate() {
        let line = line.trim_ascii();
        let is_control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
        let longer = value.len().saturating_add(line.len());
        if longer > most || line.iter().any(is_control) {
            return Err(RejectionKind::Malformed);
        }
        value.extend_from_slice(if i > 0 { b", " } else { b"" });
        value.extend_from_slice(line);
    }
    Ok(value)
}
