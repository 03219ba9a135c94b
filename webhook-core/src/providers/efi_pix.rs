use crate::provider::{Identity, Provider, Scheme};

/// Efí (Gerencianet), Pix, registered with `x-skip-mtls-checking: true`.
///
/// The query parameter `hmac` is a token of your choice; it is no HMAC. **Nothing is signed**, and the token is in every access log on
/// the way. Efí's own way is a client certificate, which is the TLS terminator's to check; then this preset is of no use.
///
/// * `/pix` is appended to the registered URL unless that has `ignorar=` in its query.
/// * A delivery is a batch; `/pix/0/endToEndId` names a payment, which may have several events: deliveries are told apart by their
///   content.
///
/// Source: <https://dev.efipay.com.br/docs/api-pix/webhooks>.
pub const EFI_PIX: Provider = Provider::new("efi-pix", &[Scheme::token().in_query("hmac")])
    .id_at(&["/pix/0/endToEndId"])
    .identified_by(
        Identity::Content,
        "a delivery is a batch of payments, which have several events each",
    )
    .documented_at("https://dev.efipay.com.br/docs/api-pix/webhooks");
