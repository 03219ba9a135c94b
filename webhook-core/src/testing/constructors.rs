//! The constructors of [`TestSender`], one for each provider.

use crate::for_each_provider;
use crate::secret::Secret;
use crate::testing::{Framework, TestSender};

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        /// Constructors of the providers, with the arguments of those of an adapter. Where an
        /// adapter takes a public key, a sender takes the private key. Each panics like
        /// [`new`](Self::new).
        impl<F: Framework> TestSender<F> {
            $(constructors!(@one $(#[$doc])* $name($($argument),+) $provider);)*
        }
    };
    (@one $(#[$doc:meta])* $name:ident(username, password) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(username: &str, password: &str) -> Self {
            Self::new(crate::providers::$provider, Secret::basic(username, password))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(public_key) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(private_key: impl Into<Secret>) -> Self {
            Self::new(crate::providers::$provider, private_key)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(secret: impl Into<Secret>) -> Self {
            Self::new(crate::providers::$provider, secret)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(secret: impl Into<Secret>, public_url: impl Into<String>) -> Self {
            Self::new(crate::providers::$provider, secret).public_url(public_url)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(
            secret: impl Into<Secret>,
            public_url: impl Into<String>,
            $setting: impl Into<Secret>,
        ) -> Self {
            let sender = Self::new(crate::providers::$provider, secret).public_url(public_url);
            sender.setting(stringify!($setting), $setting)
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $name(secret: impl Into<Secret>, $setting: impl Into<Secret>) -> Self {
            let sender = Self::new(crate::providers::$provider, secret);
            sender.setting(stringify!($setting), $setting)
        }
    };
}

for_each_provider!(constructors);
