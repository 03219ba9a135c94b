use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use webhook_core::SignedRequest;

/// A request that may be damaged in any way.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, in order, as often as they are given.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Bytes,
}

impl From<SignedRequest> for Sent {
    fn from(signed: SignedRequest) -> Self {
        let headers = signed.headers.into_iter();
        Self {
            method: signed.method.to_owned(),
            target: signed.path_and_query,
            headers: headers
                .map(|(name, value)| (name, value.into_bytes()))
                .collect(),
            body: signed.body,
        }
    }
}

impl Sent {
    /// A request without headers and body.
    pub fn get(target: &str) -> Self {
        Self::bare("GET", target)
    }

    /// A `POST` of a JSON document.
    pub fn post(target: &str, body: impl Into<Bytes>) -> Self {
        let post = Self::bare("POST", target).body(body);
        post.add("content-type", "application/json")
    }

    fn bare(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// The first value of this header, as text.
    pub fn text(&self, name: &str) -> String {
        let (_, value) = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .unwrap_or_else(|| panic!("no header {name}"));
        String::from_utf8(value.clone()).expect("text")
    }

    /// With this method.
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// With this header once more, behind the others.
    pub fn add(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// With this header once more, before the others.
    pub fn add_first(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let header = (name.to_owned(), value.as_ref().to_vec());
        self.headers.insert(0, header);
        self
    }

    /// Without this header.
    pub fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// With this header, once.
    pub fn set(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).add(name, value)
    }

    /// With another body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The head as HTTP/1.1, with `framing` (lines that end in CR LF) among the headers.
    pub fn head(&self, framing: &str) -> Vec<u8> {
        let mut wire = format!("{} {} HTTP/1.1\r\nhost: test\r\n", self.method, self.target);
        let mut wire = std::mem::take(&mut wire).into_bytes();
        for (name, value) in &self.headers {
            wire.extend_from_slice(name.as_bytes());
            wire.extend_from_slice(b": ");
            wire.extend_from_slice(value);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(framing.as_bytes());
        wire.extend_from_slice(b"\r\n");
        wire
    }

    /// All of it as HTTP/1.1, with a `Content-Length` unless the headers have one.
    pub fn wire(&self) -> Vec<u8> {
        let framed = self.headers.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("content-length")
                || name.eq_ignore_ascii_case("transfer-encoding")
        });
        let mut wire = if framed {
            self.head("")
        } else {
            self.head(&format!("content-length: {}\r\n", self.body.len()))
        };
        wire.extend_from_slice(&self.body);
        wire
    }

    /// All of it as HTTP/1.1, the body in chunks of this many bytes.
    pub fn chunked(&self, size: usize) -> Vec<u8> {
        let mut wire = self.head("transfer-encoding: chunked\r\n");
        for chunk in self.body.chunks(size) {
            wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b"0\r\n\r\n");
        wire
    }

    /// As a request for a service; `None` if the `http` crate has no words for it.
    pub fn request(&self) -> Option<Request<Body>> {
        self.request_with(Body::from(self.body.clone()))
    }

    /// The same with another body.
    pub fn request_with<B>(&self, body: B) -> Option<Request<B>> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).ok()?;
        *request.uri_mut() = self.target.parse().ok()?;
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            let value = HeaderValue::from_bytes(value).ok()?;
            request.headers_mut().append(name, value);
        }
        Some(request)
    }
}
