//! Where bodies are put that are too long for a message.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use crate::Reference;

/// Keeps bodies that are too long for a message, such as a bucket or a shared folder.
///
/// Without one, such a body is in the inbox only: see [`Reference::find_in`].
///
/// ```
/// use std::error::Error;
/// use bytes::Bytes;
/// use webhook_relay::{BodyStore, Reference};
///
/// /// A folder that the receivers have too.
/// struct Folder(std::path::PathBuf);
///
/// impl BodyStore for Folder {
///     async fn put(
///         &self,
///         reference: &Reference,
///         body: &Bytes,
///     ) -> Result<String, Box<dyn Error + Send + Sync>> {
///         // Attempts write the same bytes under the same name.
///         std::fs::write(self.0.join(reference.key()), body)?;
///         Ok(format!("bodies/{}", reference.key()))
///     }
/// }
/// ```
pub trait BodyStore: Send + Sync + 'static {
    /// Keeps a body, and says where it is: a URI that the receivers can read. It travels as
    /// [`Reference::location`], so it must not contain a secret.
    ///
    /// Each attempt to send the message calls it again, with the same reference.
    ///
    /// # Errors
    ///
    /// The message is not sent, and the attempt fails.
    fn put(
        &self,
        reference: &Reference,
        body: &Bytes,
    ) -> impl Future<Output = Result<String, Box<dyn Error + Send + Sync>>> + Send;
}

type Putting<'a> =
    Pin<Box<dyn Future<Output = Result<String, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Any store, so that a relay has no parameter for it.
pub(crate) trait ErasedBodyStore: Send + Sync {
    fn put_boxed<'a>(&'a self, reference: &'a Reference, body: &'a Bytes) -> Putting<'a>;
}

impl<S: BodyStore> ErasedBodyStore for S {
    fn put_boxed<'a>(&'a self, reference: &'a Reference, body: &'a Bytes) -> Putting<'a> {
        Box::pin(self.put(reference, body))
    }
}
