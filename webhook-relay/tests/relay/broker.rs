//! A queue of RabbitMQ, and the way to a broker.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use lapin::options::{BasicGetOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::block_in_place;
use webhook_relay::Amqp;
use webhook_test_services::RabbitMq;

use crate::bench::unique;

/// A durable queue of this test.
pub(crate) struct Queue {
    pub(crate) name: String,
    channel: Channel,
    _connection: Connection,
}

impl Queue {
    /// A queue of a broker that others use, too. Without a consumer it is removed after a minute, also
    /// if the test fails. `more` are arguments of the queue.
    pub(crate) async fn declare(url: &str, more: &[(&str, AMQPValue)]) -> Self {
        let mut arguments = FieldTable::default();
        arguments.insert("x-expires".into(), AMQPValue::LongInt(60_000));
        for (argument, value) in more {
            arguments.insert((*argument).into(), value.clone());
        }
        Self::with(url, unique("queue"), arguments).await
    }

    /// A queue of a broker of this test, which stays as long as the broker does. A kill does not
    /// remove it: the broker answers before the definition of a new queue is on its disk.
    pub(crate) async fn of_private(rabbit: &mut RabbitMq) -> Self {
        let url = rabbit.url().to_owned();
        let mut queue = Self::with(&url, unique("queue"), FieldTable::default()).await;
        loop {
            block_in_place(|| rabbit.restart());
            let is_kept = queue.exists(&url).await;
            queue = queue.again(&url).await;
            if is_kept {
                return queue;
            }
        }
    }

    /// Whether the broker knows it.
    async fn exists(&self, url: &str) -> bool {
        let connection = Connection::connect(url, ConnectionProperties::default());
        let channel = connection.await.unwrap().create_channel().await.unwrap();
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let name = self.name.as_str().into();
        let declared = channel.queue_declare(name, options, FieldTable::default());
        declared.await.is_ok()
    }

    /// The same queue of a private broker, over a new connection.
    pub(crate) async fn again(self, url: &str) -> Self {
        Self::with(url, self.name, FieldTable::default()).await
    }

    async fn with(url: &str, name: String, arguments: FieldTable) -> Self {
        let connection = Connection::connect(url, ConnectionProperties::default());
        let connection = connection.await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        let options = QueueDeclareOptions {
            durable: true,
            ..QueueDeclareOptions::default()
        };
        channel
            .queue_declare(name.as_str().into(), options, arguments)
            .await
            .unwrap();
        Self {
            name,
            channel,
            _connection: connection,
        }
    }

    pub(crate) async fn get(&self) -> Option<lapin::message::Delivery> {
        let options = BasicGetOptions { no_ack: true };
        let got = self
            .channel
            .basic_get(self.name.as_str().into(), options)
            .await;
        got.unwrap().map(|got| got.delivery)
    }

    pub(crate) async fn message_ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        while let Some(message) = self.get().await {
            let id = message.properties.message_id().as_ref();
            ids.push(id.unwrap().to_string());
        }
        ids
    }

    pub(crate) async fn delete(self) {
        let options = QueueDeleteOptions::default();
        self.channel
            .queue_delete(self.name.as_str().into(), options)
            .await
            .unwrap();
    }
}

pub(crate) fn to_queue(url: &str, queue: &str) -> Amqp {
    Amqp::new(url).unwrap().queue(queue).unwrap()
}

/// A way to the broker that can be cut, and that can keep back what the broker says.
pub(crate) struct Cable {
    address: SocketAddr,
    is_cut: watch::Sender<bool>,
    answers: Arc<Answers>,
}

#[derive(Default)]
struct Answers {
    are_kept_back: AtomicBool,
    /// Bytes that were kept back.
    kept: AtomicUsize,
}

impl Cable {
    pub(crate) async fn to(url: &str) -> Self {
        let authority = url.rsplit('@').next().unwrap().split('/').next().unwrap();
        let broker = authority.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_cut = watch::Sender::new(false);
        let answers = Arc::new(Answers::default());
        let cable = Self {
            address,
            is_cut: is_cut.clone(),
            answers: Arc::clone(&answers),
        };
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let mut cut = is_cut.subscribe();
                let (broker, answers) = (broker.clone(), Arc::clone(&answers));
                tokio::spawn(async move {
                    // While the broker is down, nobody is there.
                    let Ok(far) = TcpStream::connect(broker).await else {
                        return;
                    };
                    tokio::select! {
                        biased; // What arrives after a cut is not carried.
                        _ = cut.wait_for(|is_cut| *is_cut) => {}
                        () = carry(near, far, &answers) => {}
                    }
                });
            }
        });
        cable
    }

    pub(crate) fn url(&self, url: &str) -> String {
        let (credentials, rest) = url.rsplit_once('@').unwrap();
        let path = rest.split_once('/').map_or("", |(_, path)| path);
        format!("{credentials}@{}/{path}", self.address)
    }

    pub(crate) fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    pub(crate) fn mend(&self) {
        self.is_cut.send_replace(false);
        self.answers.are_kept_back.store(false, SeqCst);
    }

    /// What the broker says from now on never arrives.
    pub(crate) fn keep_back_answers(&self) {
        self.answers.are_kept_back.store(true, SeqCst);
    }

    /// Waits until a confirmation was kept back. A heartbeat is shorter.
    pub(crate) async fn has_kept_back_a_confirmation(&self) {
        const CONFIRMATION: usize = 21;
        while self.answers.kept.load(SeqCst) < CONFIRMATION {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Carries bytes in both directions until one end closes.
async fn carry(near: TcpStream, far: TcpStream, answers: &Answers) {
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    let outwards = tokio::io::copy(&mut from_near, &mut to_far);
    let back = async {
        let mut bytes = vec![0; 4096];
        loop {
            let read = from_far.read(&mut bytes).await.unwrap_or_default();
            if read == 0 {
                return;
            }
            if answers.are_kept_back.load(SeqCst) {
                answers.kept.fetch_add(read, SeqCst);
            } else if to_near.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        _ = outwards => {}
        () = back => {}
    }
}
