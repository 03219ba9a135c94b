//! Answers of handlers that a store remembers for copies.

use std::borrow::Cow;

use bytes::{Buf, Bytes};

use crate::answer::Answer;

/// The form of the bytes. Records of another form are read as no answer.
const FORM: u8 = 1;

impl Answer {
    /// A handler's answer as a store keeps it. `None` if it does not fit into `at_most` bytes, or if
    /// the content type is not text.
    pub(crate) fn to_remember(
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
        at_most: usize,
    ) -> Option<Box<[u8]>> {
        let content_type = content_type.unwrap_or_default().as_bytes();
        let len = u8::try_from(content_type.len()).ok()?;
        let mut bytes =
            Vec::with_capacity(body.len().saturating_add(content_type.len()).min(at_most));
        bytes.push(FORM);
        bytes.extend_from_slice(&status.to_be_bytes());
        bytes.push(len);
        bytes.extend_from_slice(content_type);
        bytes.extend_from_slice(body);
        (bytes.len() <= at_most).then(|| bytes.into())
    }

    /// The answer that a store remembered. `None` if the bytes are not an answer of this form.
    pub(crate) fn remembered(mut bytes: Bytes) -> Option<Self> {
        if bytes.try_get_u8().ok()? != FORM {
            return None;
        }
        let status = bytes.try_get_u16().ok()?;
        let len = usize::from(bytes.try_get_u8().ok()?);
        if !(200..600).contains(&status) || len > bytes.len() {
            return None;
        }
        let content_type = String::from_utf8(bytes.split_to(len).to_vec()).ok()?;
        let mut answer = Self::empty(status);
        answer.content_type = (!content_type.is_empty()).then_some(Cow::Owned(content_type));
        answer.body = bytes;
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was() {
        for (status, content_type, body) in [
            (200, Some("text/xml"), "<Response/>"),
            (204, None, ""),
            (299, Some("application/json; charset=utf-8"), "{}"),
        ] {
            let bytes = Answer::to_remember(status, content_type, body.as_bytes(), 64).unwrap();
            let answer = Answer::remembered(bytes.into()).unwrap();
            assert_eq!(
                (answer.status(), &answer.body()[..]),
                (status, body.as_bytes())
            );
            let header = answer.headers().find(|(name, _)| *name == "content-type");
            assert_eq!(
                header.map(|(_, value)| value.into_owned()).as_deref(),
                content_type
            );
        }
    }

    #[test]
    fn what_is_too_long_or_no_answer_is_none() {
        assert_eq!(Answer::to_remember(200, None, &[0; 61], 64), None);
        assert_eq!(
            Answer::to_remember(200, Some(&"x".repeat(256)), b"", 1024),
            None
        );
        for bytes in [
            &b""[..],
            &[2, 0, 200, 0],
            &[1, 0, 200],
            &[1, 0, 100, 0],
            &[1, 0, 200, 9, 1],
        ] {
            assert_eq!(Answer::remembered(Bytes::copy_from_slice(bytes)), None);
        }
    }
}
