use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

/// An async function that runs before the handlers of a router. Its arguments are extractors that
/// leave the body alone, such as `State`, [`VerifiedDelivery`](crate::VerifiedDelivery) and
/// [`VerifiedEvent`](crate::VerifiedEvent).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run before the handlers of a `WebhookRouter` with the state `{S}`",
    label = "not an async fn that says whether to go on",
    note = "its arguments are `FromRequestParts` (`State`, `VerifiedDelivery`, \
            `VerifiedEvent<T>`), and its result is `()`, an `Option` of a response, or a \
            `Result` of these"
)]
pub trait Before<M, S>: Clone + Send + Sync + 'static {
    /// Runs it.
    fn call<'a>(self, parts: &'a mut Parts, state: &'a S) -> Flow<'a>;
}

/// Whether the handler runs, or the answer.
pub(super) type Flow<'a> = Pin<Box<dyn Future<Output = ControlFlow<Response>> + Send + 'a>>;

/// What an async function that runs [before](super::WebhookRouter::before) the handlers may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether the handler runs",
    note = "return `()` to go on, an `Option` of a response, or a `Result` of these"
)]
pub trait IntoFlow {
    /// Continue: the handler runs. Break: this is the answer.
    fn into_flow(self) -> ControlFlow<Response>;
}

/// Goes on.
impl IntoFlow for () {
    fn into_flow(self) -> ControlFlow<Response> {
        ControlFlow::Continue(())
    }
}

/// `Some` is the answer.
impl<R: IntoResponse> IntoFlow for Option<R> {
    fn into_flow(self) -> ControlFlow<Response> {
        match self {
            Some(response) => ControlFlow::Break(response.into_response()),
            None => ControlFlow::Continue(()),
        }
    }
}

/// `Err` is the answer.
impl<T: IntoFlow, E: IntoResponse> IntoFlow for Result<T, E> {
    fn into_flow(self) -> ControlFlow<Response> {
        match self {
            Ok(flow) => flow.into_flow(),
            Err(error) => ControlFlow::Break(error.into_response()),
        }
    }
}

macro_rules! before {
    ($($arg:ident)*) => {
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, unused_variables, reason = "a name is a type and its value")]
        impl<F, Output, S, $($arg,)*> Before<($($arg,)*), S> for F
        where
            F: FnOnce($($arg,)*) -> Output + Clone + Send + Sync + 'static,
            Output: Future<Output: IntoFlow> + Send,
            S: Send + Sync + 'static,
            $($arg: FromRequestParts<S> + Send,)*
        {
            fn call<'a>(self, parts: &'a mut Parts, state: &'a S) -> Flow<'a> {
                Box::pin(async move {
                    $(
                        let $arg = match $arg::from_request_parts(parts, state).await {
                            Ok(value) => value,
                            Err(rejection) => {
                                return ControlFlow::Break(rejection.into_response());
                            }
                        };
                    )*
                    self($($arg,)*).await.into_flow()
                })
            }
        }
    };
}

before!();
before!(A1);
before!(A1 A2);
before!(A1 A2 A3);
before!(A1 A2 A3 A4);
before!(A1 A2 A3 A4 A5);
before!(A1 A2 A3 A4 A5 A6);
