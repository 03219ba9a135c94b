use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use http_body::Body;
use webhook_core::Permit;
use webhook_runtime::{AnswerBody, HandlerFailure, TrackedEndpoint};

use crate::body::ResponseBody;

/// Reads a response that copies of the delivery are answered with.
pub(crate) async fn remember<B: Body<Data = Bytes>>(
    response: Response<B>,
    mut permit: Permit,
    endpoint: TrackedEndpoint,
) -> (Result<Response<ResponseBody<B>>, HandlerFailure>, Permit) {
    let (head, body) = response.into_parts();
    let mut body = Box::pin(body);
    let read = endpoint.read_answer(|cx| {
        let frame = body.as_mut().poll_frame(cx);
        frame.map_ok(|frame| frame.into_data().ok())
    });
    let body = match read.await {
        Ok(AnswerBody::Whole(bytes)) => {
            let content_type = head.headers.get(CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            permit.remember(head.status.as_u16(), content_type, &bytes);
            ResponseBody::answer(bytes)
        }
        Ok(AnswerBody::Beginning(read)) => {
            permit.cannot_remember();
            ResponseBody::begun(read, body)
        }
        Err(failure) => return (Err(failure), permit),
    };
    (Ok(Response::from_parts(head, body)), permit)
}
