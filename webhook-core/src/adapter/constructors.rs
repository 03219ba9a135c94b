//! The constructors that all adapters share.

/// Defines the constructors of an adapter, one for each row of
/// [`for_each_provider`](crate::for_each_provider). At the call site, `Adapter` has to be the
/// adapter's type. Its function `build` has to create one from an
/// [`EndpointBuilder`](crate::EndpointBuilder), or panic with the error.
#[doc(hidden)]
#[macro_export]
macro_rules! adapter_constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),+) = $provider:ident;)*) => {
        /// Constructors of the providers, with the defaults of
        /// [`EndpointBuilder`](webhook_core::EndpointBuilder). Each panics if a secret or URL
        /// cannot be used. The message says why and does not contain the value. To handle the
        /// error, build the [`Endpoint`](webhook_core::Endpoint) of the same name and pass it to
        /// [`new`](Self::new).
        impl Adapter {
            $($crate::adapter_constructors!(@one $(#[$doc])* $name($($argument),+) $provider);)*
        }

        /// Constructors for common mechanisms, with the defaults of
        /// [`EndpointBuilder`](webhook_core::EndpointBuilder). Each panics if a name or secret
        /// cannot be used. The message says why and does not contain the value.
        impl Adapter {
            /// A shared token in a header; see [`Endpoint::token`](webhook_core::Endpoint::token).
            ///
            /// # Panics
            ///
            /// If the header or the secret cannot be used.
            #[track_caller]
            pub fn token(header: &'static str, secret: impl Into<$crate::SecretSet>) -> Self {
                Self::build($crate::Endpoint::token(header, secret))
            }

            /// A shared token in a query parameter; see
            /// [`Endpoint::token_in_query`](webhook_core::Endpoint::token_in_query).
            ///
            /// # Panics
            ///
            /// If the name or the secret cannot be used.
            #[track_caller]
            pub fn token_in_query(
                name: &'static str,
                secret: impl Into<$crate::SecretSet>,
            ) -> Self {
                Self::build($crate::Endpoint::token_in_query(name, secret))
            }

            /// A shared token in a form field; see
            /// [`Endpoint::token_in_form`](webhook_core::Endpoint::token_in_form).
            ///
            /// # Panics
            ///
            /// If the field or the secret cannot be used.
            #[track_caller]
            pub fn token_in_form(
                field: &'static str,
                secret: impl Into<$crate::SecretSet>,
            ) -> Self {
                Self::build($crate::Endpoint::token_in_form(field, secret))
            }

            /// HTTP Basic authentication; see [`Endpoint::basic`](webhook_core::Endpoint::basic).
            ///
            /// # Panics
            ///
            /// If the credentials cannot be used.
            #[track_caller]
            pub fn basic(username: &str, password: &str) -> Self {
                Self::build($crate::Endpoint::basic(username, password))
            }

            /// A keyed hash of the body in a header; see
            /// [`Endpoint::hmac`](webhook_core::Endpoint::hmac).
            ///
            /// # Panics
            ///
            /// If the algorithm, the header or the secret cannot be used.
            #[track_caller]
            pub fn hmac(
                algorithm: $crate::Algorithm,
                header: &'static str,
                encoding: $crate::Encoding,
                secret: impl Into<$crate::SecretSet>,
            ) -> Self {
                Self::build($crate::Endpoint::hmac(algorithm, header, encoding, secret))
            }
        }

        $crate::for_each_missing_provider! { adapter_constructors @missing }
    };
    (@missing $($(#[$doc:meta])* $name:ident($key:ident) = $provider:ident;)*) => {
        /// Constructors that need the feature `asymmetric`, which is off in this build.
        impl Adapter {
            $(
                /// Needs the feature `asymmetric`. Without it, a call does not compile.
                pub fn $name($key: impl $crate::adapter::FeatureAsymmetric) -> Self {
                    $key.never()
                }
            )*
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret cannot be used.
        #[track_caller]
        pub fn $name(secret: impl Into<$crate::SecretSet>) -> Self {
            Self::build($crate::Endpoint::builder($crate::providers::$provider, secret))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(public_key) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the key cannot be used.
        #[track_caller]
        pub fn $name(public_key: impl Into<$crate::SecretSet>) -> Self {
            Self::build($crate::Endpoint::builder($crate::providers::$provider, public_key))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret or the URL cannot be used.
        #[track_caller]
        pub fn $name(secret: impl Into<$crate::SecretSet>, public_url: impl Into<String>) -> Self {
            let builder = $crate::Endpoint::builder($crate::providers::$provider, secret);
            Self::build(builder.public_url(public_url))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, public_url, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret, the URL or the setting cannot be used.
        #[track_caller]
        pub fn $name(
            secret: impl Into<$crate::SecretSet>,
            public_url: impl Into<String>,
            $setting: impl Into<$crate::Secret>,
        ) -> Self {
            Self::build($crate::Endpoint::$name(secret, public_url, $setting))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(secret, $setting:ident) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the secret or the setting cannot be used.
        #[track_caller]
        pub fn $name(
            secret: impl Into<$crate::SecretSet>,
            $setting: impl Into<$crate::Secret>,
        ) -> Self {
            Self::build($crate::Endpoint::$name(secret, $setting))
        }
    };
    (@one $(#[$doc:meta])* $name:ident(username, password) $provider:ident) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// If the credentials cannot be used.
        #[track_caller]
        pub fn $name(username: &str, password: &str) -> Self {
            let secret = $crate::Secret::basic(username, password);
            Self::build($crate::Endpoint::builder($crate::providers::$provider, secret))
        }
    };
}
