//! Subjects of NATS and routing keys of AMQP, by a template.

use webhook_worker::Stored;

use crate::RelayError;
use crate::token::{escape, is_plain};

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

#[cfg(test)]
mod tests {
    use super::*;

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
