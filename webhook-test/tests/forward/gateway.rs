//! Gateways: an endpoint and a forwarder in each framework.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, rt, web};
use axum::Router;
use tokio::task::JoinHandle;
use tower::Layer as _;
use webhook_core::Endpoint;
use webhook_tower::forward::Forwarder;

use crate::PATH;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Adapter {
    Axum,
    Actix,
}

pub(crate) const ALL: [Adapter; 2] = [Adapter::Axum, Adapter::Actix];

/// A running gateway. It stops when it is dropped.
pub(crate) struct Gateway {
    pub(crate) adapter: Adapter,
    pub(crate) address: SocketAddr,
    pub(crate) endpoint: Endpoint,
    pub(crate) forwarder: Forwarder,
    _stops: Stops,
}

enum Stops {
    Axum(JoinHandle<()>),
    Actix(ServerHandle),
}

impl Gateway {
    pub(crate) fn start(adapter: Adapter, endpoint: Endpoint, forwarder: Forwarder) -> Self {
        Self::on(bind(), adapter, endpoint, forwarder)
    }

    pub(crate) fn on(
        listener: TcpListener,
        adapter: Adapter,
        endpoint: Endpoint,
        forwarder: Forwarder,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let stops = match adapter {
            Adapter::Axum => axum(listener, endpoint.clone(), forwarder.clone()),
            Adapter::Actix => actix(listener, endpoint.clone(), forwarder.clone()),
        };
        Self {
            adapter,
            address,
            endpoint,
            forwarder,
            _stops: stops,
        }
    }
}

impl Drop for Stops {
    fn drop(&mut self) {
        match self {
            Self::Axum(task) => task.abort(),
            // The command is sent at once; its future only waits for the end.
            Self::Actix(handle) => drop(handle.stop(false)),
        }
    }
}

pub(crate) fn bind() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

fn axum(listener: TcpListener, endpoint: Endpoint, forwarder: Forwarder) -> Stops {
    use webhook_axum::WebhookLayer;
    use webhook_axum::forward::Forward;

    let forward = Forward::new(forwarder);
    let layered = WebhookLayer::new(endpoint).layer(forward.clone());
    let router = Router::new()
        .route_service(PATH, layered)
        // A mistake: no layer is around it.
        .route_service("/open", forward);
    Stops::Axum(tokio::spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router).await.unwrap();
    }))
}

fn actix(listener: TcpListener, endpoint: Endpoint, forwarder: Forwarder) -> Stops {
    use webhook_actix::Webhook;
    use webhook_actix::forward::Forward;

    let (webhook, forward) = (Webhook::new(endpoint), Forward::new(forwarder));
    let (send, started) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let serving = async move {
            let server = HttpServer::new(move || {
                let layered = web::resource(PATH).wrap(webhook.clone());
                App::new()
                    .service(layered.route(web::route().to(forward.clone())))
                    // A mistake: no middleware is around it.
                    .route("/open", web::route().to(forward.clone()))
            });
            let server = server.workers(1).disable_signals().listen(listener);
            let running = server.unwrap().run();
            send.send(running.handle()).unwrap();
            running.await.unwrap();
        };
        rt::System::new().block_on(serving);
    });
    Stops::Actix(started.recv().unwrap())
}
