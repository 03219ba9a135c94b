use actix_web::http::header::{HeaderMap, HeaderValue};
use webhook_core::{Found, Headers};

/// actix-web's map of headers, which is neither http's nor of its version.
pub(crate) struct Map<'a>(pub(crate) &'a HeaderMap);

impl Headers for Map<'_> {
    fn find(&self, name: &str) -> Found<'_> {
        Found::only(self.0.get_all(name).map(HeaderValue::as_bytes))
    }
}
