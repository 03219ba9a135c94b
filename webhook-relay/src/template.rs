//! Subjects of NATS and routing keys of AMQP, by a template.

use webhook_worker::Stored;

use crate::RelayError;

/// What stands for a value that a delivery does not have. A value never becomes this token.
const ABSENT: &str = "_";

/// A list of tokens with dots between them.
#[derive(Clone, Debug)]
pub(crate) struct Template(Vec<Token>);

#[derive(Clone, Debug)]
enum Token {
    Text(Box<str>),
    Provider,
    Tenant,
    Consumer,
    Mode,
    /// The type of the event, at the end: each of its parts is a token.
    Type,
}

impl Template {
    /// Reads a template such as `webhooks.{provider}.{tenant}.{type}`.
    pub(crate) fn parse(template: &str) -> Result<Self, RelayError> {
        let invalid = |problem| RelayError::Template {
            template: template.into(),
            problem,
        };
        let mut tokens = Vec::new();
        let mut parts = template.split('.').peekable();
        while let Some(part) = parts.next() {
            tokens.push(match part {
                "" => return Err(invalid("has an empty token: write one between two dots")),
                "{provider}" => Token::Provider,
                "{tenant}" => Token::Tenant,
                "{consumer}" => Token::Consumer,
                "{mode}" => Token::Mode,
                "{type}" if parts.peek().is_none() => Token::Type,
                "{type}" => {
                    let problem = "has `{type}` before its end: a type may have several tokens";
                    return Err(invalid(problem));
                }
                text if text.bytes().all(is_plain) => Token::Text(text.into()),
                _ => {
                    return Err(invalid(
                        "has a token that is neither a name of letters, digits, `-` and `_` nor \
                         one of `{provider}`, `{tenant}`, `{consumer}`, `{mode}` and `{type}`",
                    ));
                }
            });
        }
        Ok(Self(tokens))
    }

    /// The text for a delivery.
    pub(crate) fn fill(&self, stored: &Stored) -> String {
        let delivery = stored.delivery();
        let attributes = crate::attributes::Attributes::of(stored);
        let mut text = String::new();
        for token in &self.0 {
            if !text.is_empty() {
                text.push('.');
            }
            let value = match token {
                Token::Text(name) => {
                    text.push_str(name);
                    continue;
                }
                Token::Type => {
                    let parts = delivery.event_type().unwrap_or_default().split('.');
                    let parts: Vec<_> = parts.map(escape).collect();
                    text.push_str(&parts.join("."));
                    continue;
                }
                Token::Provider => Some(attributes.provider),
                Token::Tenant => attributes.tenant,
                Token::Consumer => attributes.consumer,
                Token::Mode => attributes.mode,
            };
            text.push_str(&escape(value.unwrap_or_default()));
        }
        text
    }
}

/// A value as one token. Letters, digits, `-` and `_` stay; other bytes become `%` and two
/// hexadecimal digits. So no value is a wildcard, or adds a token.
pub(crate) fn escape(value: &str) -> String {
    if value.is_empty() {
        return ABSENT.to_owned();
    }
    if value == ABSENT {
        return "%5F".to_owned();
    }
    let mut token = String::with_capacity(value.len());
    for byte in value.bytes() {
        match is_plain(byte) {
            true => token.push(byte.into()),
            false => token.push_str(&format!("%{byte:02X}")),
        }
    }
    token
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_a_wildcard_or_adds_a_token() {
        for (value, token) in [
            ("acme", "acme"),
            ("ACME-1_b", "ACME-1_b"),
            ("", "_"),
            ("_", "%5F"),
            ("__", "__"),
            ("*", "%2A"),
            (">", "%3E"),
            ("#", "%23"),
            ("a.b", "a%2Eb"),
            ("a b\r\n", "a%20b%0D%0A"),
            ("100%", "100%25"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(escape(value), token, "{value:?}");
        }
    }

    #[test]
    fn two_values_never_have_one_token() {
        let values = [
            "", "_", "%5F", "%", "%25", ".", "%2E", "é", "%C3%A9", "a", "A",
        ];
        let mut tokens: Vec<_> = values.into_iter().map(escape).collect();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), values.len());
    }

    #[test]
    fn a_template_that_cannot_be_a_subject_is_refused() {
        for template in [
            "",
            ".",
            "a..b",
            ".a",
            "a.",
            "a.*",
            "a.>",
            "$JS.API",
            "a b",
            "{type}.a",
            "a.{Type}",
            "a.x{type}",
            "a.{key}",
            "a.{",
            "ü",
        ] {
            let error = Template::parse(template).unwrap_err().to_string();
            assert!(error.contains(&format!("{template:?}")), "{error}");
        }
        for template in [
            "a",
            "a.{type}",
            "{provider}.{tenant}.{consumer}.{mode}.{type}",
        ] {
            assert!(Template::parse(template).is_ok(), "{template}");
        }
    }
}
