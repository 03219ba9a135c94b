use bytes::Bytes;

/// A response, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The value of a header that is there at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} came twice: {self:?}");
        value
    }

    /// The body.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The seconds of `Retry-After`.
    pub fn retry_after(&self) -> Option<u32> {
        self.header("retry-after")
            .map(|secs| secs.parse().expect("seconds"))
    }

    /// The body that an answer of this status has, always.
    pub fn constant_body(status: u16) -> &'static str {
        match status {
            400 => r#"{"error":"bad_request"}"#,
            401 => r#"{"error":"unauthorized"}"#,
            405 => r#"{"error":"method_not_allowed"}"#,
            408 => r#"{"error":"request_timeout"}"#,
            413 => r#"{"error":"payload_too_large"}"#,
            415 => r#"{"error":"unsupported_encoding"}"#,
            422 => r#"{"error":"unprocessable"}"#,
            500 => r#"{"error":"internal_error"}"#,
            503 => r#"{"error":"unavailable"}"#,
            other => panic!("no answer of ours has status {other}"),
        }
    }

    /// Panics unless this is the library's refusal of this status, with exactly its body and its
    /// headers.
    pub fn assert_refusal(&self, row: &str, status: u16) {
        assert_eq!(self.status, status, "{row}: {self:?}");
        assert_eq!(
            self.body,
            Self::constant_body(status),
            "{row}: the body of {status} is not constant: {self:?}"
        );
        let is = |name: &str, value: Option<&str>| {
            assert_eq!(self.header(name), value, "{row}: {name} of {self:?}");
        };
        is("content-type", Some("application/json"));
        is("cache-control", Some("no-store"));
        is("www-authenticate", (status == 401).then_some("Webhook"));
        assert_eq!(self.header("allow").is_some(), status == 405, "{row}");
        let wait = self.retry_after();
        assert_eq!(wait.is_some(), status == 503, "{row}: {self:?}");
        assert!(
            wait.is_none_or(|secs| (1..=30).contains(&secs)),
            "{row}: {self:?}"
        );
        for (name, _) in &self.headers {
            let known = [
                "content-type",
                "cache-control",
                "www-authenticate",
                "allow",
                "retry-after",
                "connection",
                "content-length",
                "date",
            ];
            assert!(
                known.contains(&name.as_str()),
                "{row}: nobody expects {name}"
            );
        }
    }

    /// Panics unless this is the answer to a copy of a delivery that is done.
    pub fn assert_duplicate(&self, row: &str) {
        assert_eq!(self.status, 200, "{row}: {self:?}");
        assert!(self.body.is_empty(), "{row}: {self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{row}");
    }

    pub(crate) async fn from_response<B>(response: http::Response<B>) -> Result<Self, B::Error>
    where
        B: http_body::Body,
    {
        use http_body_util::BodyExt as _;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?;
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = value.to_str().expect("visible ASCII").to_owned();
            (name.as_str().to_owned(), value)
        });
        Ok(Self {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.to_bytes(),
        })
    }
}
