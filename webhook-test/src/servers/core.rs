//! The engine alone, in a service of hyper: what an adapter has to do, and no more.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Method, Request, Response, Version, request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use webhook_core::{
    Answer, Begun, Checked, Claimed, Endpoint, Event, Finished, Head, Intake, Outcome, Permit,
    Rejection, RejectionKind, Settled, Unsettled,
};

use super::{Server, listen};
use crate::app::{App, Payment, Said};
use crate::case::{Protocol, Takes};

pub(super) struct Core;

impl Server for Core {
    fn name(&self) -> &'static str {
        "core"
    }

    fn serve(&self, app: App, listener: std::net::TcpListener, _: Protocol) -> JoinHandle<()> {
        let service = service_fn(move |request| {
            let app = app.clone();
            async move { Ok::<_, Infallible>(respond(app, request).await) }
        });
        tokio::spawn(listen::serve(listener, service))
    }
}

async fn respond(app: App, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (version, head) = (request.version(), request.method() == Method::HEAD);
    let mut said = match receive(app, request).await {
        Ok(said) => said,
        Err(rejection) => Said::from(Answer::from(&rejection)),
    };
    if version > Version::HTTP_11 {
        said.headers.retain(|(name, _)| name != "connection");
    }
    if head {
        // hyper leaves it out in HTTP/1.1 alone.
        said.body.clear();
    }
    said.response()
}

async fn receive(app: App, request: Request<Incoming>) -> Result<Said, Rejection> {
    let (parts, body) = request.into_parts();
    let endpoint = app.endpoint().clone();
    let intake = match begin(&endpoint, &parts) {
        Begun::Read(intake) => intake,
        Begun::Answer(answer) => return Ok(answer.into()),
        Begun::Refused(rejection) => return Err(rejection),
    };
    let intake = read(&endpoint, intake, body).await?;
    let finished = match intake.finish()? {
        Finished::Pending(pending) => pending.resolve().await?,
        finished => finished,
    };
    let checked = match finished {
        Finished::Event(checked) => checked,
        Finished::Answer(answer) => return Ok(answer.into()),
        _ => unreachable!("no other end"),
    };
    // A task of its own, since hyper drops this future when the client goes away.
    let run = tokio::spawn(run(app, checked));
    run.await
        .unwrap_or_else(|_| Err(endpoint.reject(RejectionKind::StoreUnavailable.into())))
}

fn begin(endpoint: &Endpoint, parts: &request::Parts) -> Begun {
    let target = parts.uri.path_and_query();
    endpoint.begin(&Head {
        method: parts.method.as_str(),
        path_and_query: target.map_or("", |target| target.as_str()),
        headers: &parts.headers,
    })
}

async fn read(
    endpoint: &Endpoint,
    mut intake: Intake,
    mut body: Incoming,
) -> Result<Intake, Rejection> {
    let refused = |kind| endpoint.reject(Rejection::new(kind).with_unread_body());
    let reading = async {
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| refused(RejectionKind::BodyError))?;
            if let Ok(data) = frame.into_data() {
                intake.push(data)?;
            }
        }
        Ok(intake)
    };
    timeout(endpoint.limits().body_timeout, reading)
        .await
        .unwrap_or_else(|_| Err(refused(RejectionKind::BodyTimeout)))
}

async fn run(app: App, checked: Checked) -> Result<Said, Rejection> {
    let permit = match claim(&app, checked).await? {
        Claimed::Run(permit) => permit,
        Claimed::Duplicate(answer) | Claimed::Stored(answer) => return Ok(answer.into()),
        _ => unreachable!("no other claim"),
    };
    let handled = handle(&app, &permit).await;
    let outcome = match &handled {
        Ok(said) => match said.disposition {
            Some(disposition) => Outcome::Decided(disposition),
            None => Outcome::Status(said.status),
        },
        Err(_) => Outcome::Failed,
    };
    match settle(&app, permit, outcome).await {
        Settled::Replace(rejection) => Err(rejection),
        Settled::Acknowledge(answer) => Ok(answer.into()),
        _ => handled.map_err(|kind| app.endpoint().reject(kind.into())),
    }
}

/// A store that takes too long is not waited for, and its call goes on.
async fn claim(app: &App, checked: Checked) -> Result<Claimed, Rejection> {
    let mut claiming = checked.claim();
    let limit = app.endpoint().limits().store_timeout;
    match timeout(limit, &mut claiming).await {
        Ok(claimed) => claimed,
        Err(_) => {
            let (claimed, late) = claiming.give_up();
            tokio::spawn(late);
            claimed
        }
    }
}

/// A commit that fails is repeated in the background.
async fn settle(app: &App, permit: Permit, outcome: Outcome) -> Settled {
    let mut settling = permit.settle(outcome);
    let limit = app.endpoint().limits().store_timeout;
    match timeout(limit, &mut settling).await {
        Ok(Settled::Later(unsettled)) => {
            tokio::spawn(keep_trying(unsettled));
            Settled::Pass
        }
        Ok(settled) => settled,
        Err(_) => {
            let (settled, late) = settling.give_up();
            tokio::spawn(async move {
                if let Some(unsettled) = late.await {
                    keep_trying(unsettled).await;
                }
            });
            settled
        }
    }
}

async fn handle(app: &App, permit: &Permit) -> Result<Said, RejectionKind> {
    let delivery = permit.delivery().clone();
    let deadline = Instant::now() + app.endpoint().limits().handler_timeout;
    let turn = timeout_at(deadline, app.permits().acquire()).await;
    // Its turn may have come with the end of its time.
    if turn.is_err() || Instant::now() >= deadline {
        return Err(RejectionKind::HandlerTimeout);
    }
    let handling = async {
        match app.takes() {
            Takes::Delivery => app.handle(delivery, None).await,
            Takes::Bytes => {
                let body = delivery.raw().clone();
                app.handle(delivery, Some(body)).await
            }
            Takes::Payment => match Event::<Payment>::parse(delivery) {
                Ok(event) => app.handle(event.delivery, None).await,
                Err(error) => Answer::from(&error.rejection()).into(),
            },
        }
    };
    let guarded = AssertUnwindSafe(handling).catch_unwind();
    match timeout_at(deadline, guarded).await {
        Ok(Ok(said)) => Ok(said),
        Ok(Err(_)) => Err(RejectionKind::HandlerPanicked),
        Err(_) => Err(RejectionKind::HandlerTimeout),
    }
}

async fn keep_trying(mut unsettled: Unsettled) {
    while let Some(wait) = unsettled.wait() {
        sleep(wait).await;
        if unsettled.retry().await {
            return;
        }
    }
}
