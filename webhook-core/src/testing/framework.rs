//! The requests of a framework.

use crate::signer::SignedRequest;

/// A framework, for which a [`TestSender`](crate::testing::TestSender) makes test requests.
///
/// Adapters implement it. For another framework, implement it for a type without values:
///
/// ```
/// use webhook_core::SignedRequest;
/// use webhook_core::testing::{Framework, TestSender};
///
/// /// Requests as lines of text.
/// enum Lines {}
///
/// impl Framework for Lines {
///     type Request = String;
///
///     fn request(signed: SignedRequest) -> String {
///         format!("{} {}", signed.method, signed.path_and_query)
///     }
/// }
///
/// let github = TestSender::<Lines>::github("0123456789abcdef").path("/webhooks/github");
/// assert_eq!(github.signed("{}"), "POST /webhooks/github");
/// ```
pub trait Framework {
    /// The framework's test request.
    type Request;

    /// Converts a request. Its path is that of the route.
    fn request(signed: SignedRequest) -> Self::Request;
}

/// No framework: requests stay [`SignedRequest`]s, whose fields are public.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Plain {}

impl Framework for Plain {
    type Request = SignedRequest;

    fn request(signed: SignedRequest) -> SignedRequest {
        signed
    }
}

/// `http::Request<B>`, for tower and the frameworks that are built on it.
#[cfg(feature = "http")]
#[derive(Debug)]
pub struct Http<B>(std::marker::PhantomData<fn() -> B>);

#[cfg(feature = "http")]
impl<B: From<bytes::Bytes>> Framework for Http<B> {
    type Request = http::Request<B>;

    fn request(signed: SignedRequest) -> http::Request<B> {
        let path = signed.path_and_query.split('?').next();
        signed.to_http(path.unwrap_or("/"))
    }
}
