//! Servers start, answer, and are gone afterwards.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use webhook_test_services::{PgBouncer, Postgres, RabbitMq, Redis, RedisCluster};

#[test]
fn a_redis_server_answers_forgets_without_a_file_and_is_gone_after_a_drop() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    assert_eq!(ask(&redis, "SET a 1\r\n"), "+OK\r\n");
    redis.restart();
    assert_eq!(ask(&redis, "GET a\r\n"), "$-1\r\n");
    let address = address(redis.url()).to_owned();
    drop(redis);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_redis_server_keeps_what_its_options_tell_it_to() {
    let Some(mut redis) = Redis::start(&["--appendonly", "yes", "--appendfsync", "always"]) else {
        return;
    };
    assert_eq!(ask(&redis, "SET a 1\r\n"), "+OK\r\n");
    redis.restart();
    assert_eq!(ask(&redis, "GET a\r\n"), "$1\r\n1\r\n");
}

#[test]
fn a_paused_redis_server_does_not_answer_until_it_is_resumed() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    redis.pause();
    let mut socket = TcpStream::connect(address(redis.url())).unwrap();
    let brief = Some(Duration::from_millis(100));
    socket.set_read_timeout(brief).unwrap();
    socket.write_all(b"PING\r\n").unwrap();
    let mut answer = [0; 7];
    assert!(socket.read_exact(&mut answer).is_err());
    redis.resume();
    socket.set_read_timeout(None).unwrap();
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+PONG\r\n");
}

#[test]
fn a_killed_redis_server_is_gone_until_it_is_restarted() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    redis.kill();
    assert!(TcpStream::connect(address(redis.url())).is_err());
    redis.restart();
    assert_eq!(ask(&redis, "GET a\r\n"), "$-1\r\n");
}

#[test]
fn each_server_of_a_redis_cluster_knows_who_has_a_key() {
    let Some(cluster) = RedisCluster::start(&[]) else {
        return;
    };
    // The key is in slot 15495, which the third server has.
    let [first, second, third] = cluster.servers() else {
        panic!("there are three servers");
    };
    let third_is = format!("-MOVED 15495 127.0.0.1:{}\r\n", third.port());
    for other in [first, second] {
        assert_eq!(ask(other, "GET a\r\n"), third_is);
    }
    assert_eq!(ask(third, "GET a\r\n"), "$-1\r\n");
}

#[test]
fn a_postgres_server_starts_again_and_is_gone_after_a_drop() {
    let Some(mut postgres) = Postgres::start(&["fsync=off"]) else {
        return;
    };
    postgres.restart();
    postgres.restart_as_standby();
    let port = postgres.port();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    drop(postgres);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_bouncer_stands_before_a_postgres_server() {
    let Some(postgres) = Postgres::start(&["fsync=off"]) else {
        return;
    };
    let Some(bouncer) = PgBouncer::start(&postgres, 2) else {
        return;
    };
    assert_ne!(bouncer.url(), postgres.url());
}

#[test]
fn a_killed_broker_is_gone_until_it_is_restarted_and_after_a_drop() {
    let Some(mut rabbit) = RabbitMq::start() else {
        return;
    };
    let authority = rabbit.url().rsplit('@').next().unwrap();
    let address = authority.split('/').next().unwrap().to_owned();
    rabbit.kill();
    assert!(TcpStream::connect(&address).is_err());
    rabbit.restart();
    assert!(TcpStream::connect(&address).is_ok());
    drop(rabbit);
    assert!(TcpStream::connect(&address).is_err());
}

fn ask(redis: &Redis, command: &str) -> String {
    let mut socket = TcpStream::connect(address(redis.url())).unwrap();
    socket.write_all(command.as_bytes()).unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

fn address(url: &str) -> &str {
    url.strip_prefix("redis://").unwrap()
}
