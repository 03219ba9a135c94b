use actix_web::http::header::{HeaderMap, HeaderValue};
use webhook_core::{Found, Headers};

/// The header map of actix-web, which is not that of the crate `http`.
pub(crate) struct Map<'a>(pub(crate) &'a HeaderMap);

impl Headers for Map<'_> {
    fn find(&self, name: &str) -> Found<'_> {
        Found::only(self.0.get_all(name).map(HeaderValue::as_bytes))
    }

    fn each<'a>(&'a self, name: &str, each: &mut dyn FnMut(&'a [u8])) {
        self.0
            .get_all(name)
            .map(HeaderValue::as_bytes)
            .for_each(each);
    }
}
