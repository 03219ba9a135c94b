//! Clients that close the connection at every stage of a request: within the head, within the body,
//! while the handler runs, and within the answer. Some close one direction only, and some reset a
//! stream of HTTP/2. Each event is then sent again until it is accepted.
//!
//! In the end every event ran exactly once and was claimed exactly once: no claim was left to its
//! lease.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::attempt::Client;
use crate::process::{Receiver, Scene, Traits};
use crate::receiver::Options;
use crate::traffic::Traffic;
use crate::verdict::{Balance, Verdict};
use crate::{Failure, effects, journal, store};

/// Events at the same time.
const AT_ONCE: usize = 64;

/// The arguments of the driver.
#[derive(Args, Debug)]
pub(crate) struct Disconnects {
    #[command(flatten)]
    options: Options,
    /// How many events are sent. Each is given up once.
    #[arg(long, default_value_t = 5_000)]
    events: usize,
    #[arg(long)]
    seed: Option<u64>,
}

/// Where a client gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Head,
    Body,
    Handler,
    /// Its own direction is closed, and it waits for a while.
    HalfClosed,
    Answer,
    /// A stream of HTTP/2 is reset, and the connection stays for a while.
    Reset,
}

const STAGES: [Stage; 6] = [
    Stage::Head,
    Stage::Body,
    Stage::Handler,
    Stage::HalfClosed,
    Stage::Answer,
    Stage::Reset,
];

impl Disconnects {
    /// Sends and gives up, sends again, and judges the effects.
    pub(crate) async fn run(self) -> Result<bool, Failure> {
        let (seed, scene) = (super::seed(self.seed), Scene::new("disconnects")?);
        store::prepare(&self.options.store, self.options.settings.transactional).await?;
        let port = webhook_test_services::free_port();
        let mut receiver = Receiver::start(&scene, &self.options, port, Traits::default()).await?;
        let (client, at_once) = (Client::new()?, Arc::new(Semaphore::new(AT_ONCE)));
        let traffic = Arc::new(Traffic::new(client.clone(), vec![port], seed));
        traffic.end();
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut given_up, mut stages) = (JoinSet::new(), BTreeMap::<Stage, u64>::new());
        for n in 0..self.events {
            let stage = STAGES.get(n % STAGES.len()).copied().unwrap_or(Stage::Head);
            *stages.entry(stage).or_default() += 1;
            let turn = Arc::clone(&at_once).acquire_owned().await?;
            let (traffic, event) = (Arc::clone(&traffic), traffic.next_event());
            let leaver = Leaver {
                client: client.clone(),
                port,
                takes: self.options.settings.takes,
                random: random.fork(),
            };
            given_up.spawn(async move {
                let _turn = turn;
                // A connection that the receiver has closed first is as good as given up.
                let _ = leaver.leave(event, stage).await;
                traffic.deliver(event).await;
            });
        }
        while let Some(ended) = given_up.join_next().await {
            ended?;
        }
        receiver.kill().await?;
        println!("given up {stages:?}");
        self.judge(&scene, &traffic).await
    }

    async fn judge(&self, scene: &Scene, traffic: &Traffic) -> Result<bool, Failure> {
        let verdict = Verdict::new(journal::read(&scene.journal())?);
        let (store, is_transactional) = (&self.options.store, self.options.settings.transactional);
        let effects = effects::counted(store, is_transactional, &verdict).await?;
        let (events, tally) = (traffic.events(), traffic.tally());
        let Balance {
            effects,
            lost,
            doubles,
        } = Balance::new(&effects, events);
        println!("{events} events, answers {:?}", tally.statuses);
        println!(
            "{effects} effects, {doubles} doubles, {lost} lost, {} claims left to their lease",
            verdict.claimed_again()
        );
        Ok(verdict.is_sound()
            && (lost, doubles, verdict.claimed_again()) == (0, 0, 0)
            && scene.logged("panicked") == 0
            && tally.is_plain())
    }
}

/// A client that gives up.
struct Leaver {
    client: Client,
    port: u16,
    /// How long the handler takes, in milliseconds.
    takes: u64,
    random: fastrand::Rng,
}

impl Leaver {
    async fn leave(mut self, event: u64, stage: Stage) -> Result<(), Failure> {
        if stage == Stage::Reset {
            return self.reset(event).await;
        }
        let request = self.client.request(event);
        let head = request.windows(4).position(|four| four == b"\r\n\r\n");
        let head = head.map_or(request.len(), |end| end + 4);
        let sent = match stage {
            Stage::Head => self.random.usize(1..head),
            Stage::Body => self.random.usize(head..request.len()),
            _ => request.len(),
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let sent = request.get(..sent).ok_or("the request is shorter")?;
        stream.write_all(sent).await?;
        match stage {
            Stage::Handler => sleep(self.pause()).await,
            Stage::HalfClosed => {
                stream.shutdown().await?;
                sleep(self.pause()).await;
            }
            // The rest is not read, so the connection is reset.
            Stage::Answer => drop(stream.read_u8().await?),
            Stage::Head | Stage::Body | Stage::Reset => {}
        }
        Ok(())
    }

    /// Sends over HTTP/2, and resets the stream before its answer.
    async fn reset(mut self, event: u64) -> Result<(), Failure> {
        let signed = self.client.sign(event);
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = Request::post(format!("http://127.0.0.1:{}/", self.port));
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(signed.body))?;
        // The future is dropped at the end of its time, and that resets the stream.
        let _ = timeout(self.pause(), sender.send_request(request)).await;
        sleep(self.pause()).await;
        connection.abort();
        Ok(())
    }

    /// Up to a moment after the handler's end.
    fn pause(&mut self) -> Duration {
        Duration::from_millis(self.random.u64(..=self.takes + self.takes / 4))
    }
}
