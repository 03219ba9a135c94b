use crate::provider::{Identity, Parameter, Provider, Scheme, Success};

/// ifthenpay (Portugal) callbacks.
///
/// A delivery is a `GET` with the anti-phishing key in the query. **Nothing is signed**, and every
/// access log on the path contains the key. Check the amount against the order.
///
/// * The merchant names the parameters. The key is read from `key` (ifthenpay's documents), `apk`
///   (its OpenCart module) or `chave` (its older documents). For another name, set
///   [`token_parameter`](crate::EndpointBuilder::token_parameter).
/// * `requestId` names the payment request, if the payment method has one. The replay key comes
///   from the query without the token.
/// * Only 200 is success.
///
/// Source: <https://ifthenpay.com/docs/en/guides/callback> and ifthenpay's OpenCart module.
pub const IFTHENPAY: Provider = Provider::new(
    "ifthenpay",
    &[
        Scheme::token().in_query("key"),
        Scheme::token().in_query("apk"),
        Scheme::token().in_query("chave"),
    ],
)
.with_methods(&["GET"])
.id_in_query("requestId")
.succeeds_with(Success::Only200)
.identified_by(Identity::Content, "`requestId` names the payment request")
.configured_by(&[
    Parameter::secret("anti_phishing_key"),
    Parameter::secret("key"),
])
.documented_at("https://ifthenpay.com/docs/en/guides/callback");
