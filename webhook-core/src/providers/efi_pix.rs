use crate::error::RejectionKind;
use crate::provider::{Identity, Provider, Scheme};

/// Efí (Gerencianet) Pix webhooks, registered with `x-skip-mtls-checking: true`.
///
/// The query parameter `hmac` is a token that you choose; it is not an HMAC. **Nothing is signed**,
/// and every access log on the path contains the token. Efí's own method is a client certificate,
/// which your TLS terminator must check. With it, this provider is not needed.
///
/// * **Efí appends `/pix` to the registered URL, also behind a query.** Then `hmac=TOKEN` arrives as
///   `hmac=TOKEN/pix` and is refused. Register `https://…?hmac=TOKEN&ignorar=`, so that `/pix` lands
///   in a parameter that is not read.
/// * A delivery is a batch. `/pix/0/endToEndId` names a payment, which may have several events. So
///   the replay key comes from the body.
///
/// Source: <https://dev.efipay.com.br/docs/api-pix/webhooks>.
pub const EFI_PIX: Provider = Provider::new("efi-pix", &[Scheme::token().in_query("hmac")])
    .id_at(&["/pix/0/endToEndId"])
    .identified_by(
        Identity::Content,
        "a delivery is a batch of payments, and each payment has several events",
    )
    .hints(&[(
        RejectionKind::BadSignature,
        "Efí appends `/pix` to the URL: register it with `&ignorar=` at its end",
    )])
    .documented_at("https://dev.efipay.com.br/docs/api-pix/webhooks");
