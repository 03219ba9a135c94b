//! A stand-in for a sender's API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::{Notify, Semaphore};
use webhook_core::notification::{FetchBack, FetchError, Notification};

/// How the API answers for a path.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    Object(String),
    Fails,
    Panics,
    /// It answers when the API is released.
    Held(String),
}

/// The API. What it does not know, it does not have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Api(Arc<State>);

#[derive(Debug)]
struct State {
    says: Mutex<HashMap<String, Says>>,
    asked: Mutex<Vec<String>>,
    is_asked: Notify,
    held: Semaphore,
}

impl Default for State {
    fn default() -> Self {
        Self {
            says: Mutex::default(),
            asked: Mutex::default(),
            is_asked: Notify::new(),
            held: Semaphore::new(0),
        }
    }
}

impl Api {
    pub(crate) fn set(&self, path: &str, says: Says) {
        self.0.says.lock().unwrap().insert(path.to_owned(), says);
    }

    /// Puts a payment there, as its API would show it.
    pub(crate) fn pay(&self, path: &str, id: &str, status: &str) {
        let object = format!(r#"{{"id":"{id}","status":"{status}"}}"#);
        self.set(path, Says::Object(object));
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.asked.lock().unwrap().len()
    }

    /// Waits until it was asked so often.
    pub(crate) async fn until_asked(&self, times: usize) {
        loop {
            let notified = self.0.is_asked.notified();
            if self.count() >= times {
                return;
            }
            notified.await;
        }
    }

    /// Lets what is held answer.
    pub(crate) fn release(&self, fetches: usize) {
        self.0.held.add_permits(fetches);
    }
}

impl FetchBack for Api {
    async fn fetch(&self, notification: &Notification) -> Result<Option<Bytes>, FetchError> {
        let path = notification.path();
        self.0.asked.lock().unwrap().push(path.to_owned());
        self.0.is_asked.notify_waiters();
        let says = self.0.says.lock().unwrap().get(path).cloned();
        match says {
            None => Ok(None),
            Some(Says::Object(object)) => Ok(Some(object.into())),
            Some(Says::Fails) => Err(FetchError::with_source("the API is down")),
            Some(Says::Panics) => panic!("the client of the API panics as told"),
            Some(Says::Held(object)) => {
                self.0.held.acquire().await.unwrap().forget();
                Ok(Some(object.into()))
            }
        }
    }
}
