use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::CONTENT_TYPE;
use bytes::Bytes;
use webhook_core::Permit;
use webhook_runtime::{AnswerBody, HandlerResult, TrackedEndpoint};

type Handled<B> = HandlerResult<ServiceResponse<B>, Error>;

/// Reads a response that copies of the delivery are answered with.
pub(crate) async fn remember<B: MessageBody + 'static>(
    handled: Handled<B>,
    mut permit: Permit,
    endpoint: &TrackedEndpoint,
) -> (Handled<EitherBody<B>>, Permit) {
    let HandlerResult::Response(response) = handled else {
        return (handled.map(ServiceResponse::map_into_left_body), permit);
    };
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let mut body = Box::pin(body);
    let read = endpoint.read_answer(|cx| body.as_mut().poll_next(cx).map_ok(Some));
    let body = match read.await {
        Ok(AnswerBody::Whole(bytes)) => {
            let content_type = head.headers().get(CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            permit.remember(head.status().as_u16(), content_type, &bytes);
            BoxBody::new(bytes)
        }
        Ok(AnswerBody::Beginning(read)) => {
            permit.cannot_remember();
            BoxBody::new(Begun { read, rest: body })
        }
        Err(failure) => return (HandlerResult::Failed(failure), permit),
    };
    let response = head.set_body(EitherBody::right(body));
    let response = ServiceResponse::new(request, response);
    (HandlerResult::Response(response), permit)
}

/// A body whose beginning was read.
struct Begun<B> {
    read: Bytes,
    rest: Pin<Box<B>>,
}

impl<B: MessageBody> MessageBody for Begun<B> {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        match self.rest.size() {
            BodySize::Sized(rest) => BodySize::Sized(rest.saturating_add(self.read.len() as u64)),
            BodySize::None | BodySize::Stream => BodySize::Stream,
        }
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match std::mem::take(&mut self.read) {
            read if read.is_empty() => self.rest.as_mut().poll_next(cx).map_err(Into::into),
            read => Poll::Ready(Some(Ok(read))),
        }
    }
}
