use crate::error::RejectionKind;
use crate::provider::{Identity, Provider, Scheme, Success};

/// Deepgram callbacks, with HTTP Basic credentials in the callback URL.
///
/// Ask for a callback at `https://username:password@…`. Deepgram sends these credentials as HTTP
/// Basic authentication. **Nothing is signed**: they only identify the sender.
///
/// * **`dg-token` is not read.** It is the id of an API key, which is not secret, and Deepgram no
///   longer supports it as a proof (since 2026-10-27).
/// * `/metadata/request_id` names the request. A stream of audio has many results under one, so the
///   replay key comes from the body.
/// * The callback of a transcription and of an analysis is JSON; that of speech is the audio. A
///   long transcript exceeds 1 MiB: set [`body_limit`](crate::EndpointBuilder::body_limit).
/// * POST is the default, and `callback_method=put` asks for PUT.
/// * Any 2xx is success. Otherwise Deepgram retries up to ten times, every 30 s. It only calls the
///   ports 80, 443, 8080 and 8443.
///
/// Source: <https://developers.deepgram.com/docs/callback> and
/// <https://developers.deepgram.com/changelog/2026/10/27> (read on 2026-11-30).
pub const DEEPGRAM: Provider = Provider::new("deepgram", &[Scheme::basic()])
    .id_at(&["/metadata/request_id"])
    .identified_by(
        Identity::Content,
        "`/metadata/request_id` names the request, which may have many results",
    )
    .with_methods(&["POST", "PUT"])
    .retries_for_secs(10 * 30)
    .succeeds_with(Success::Any2xx)
    .hints(&[(
        RejectionKind::MissingHeader,
        "the callback URL has no credentials; `dg-token` is not a proof",
    )])
    .documented_at("https://developers.deepgram.com/docs/callback");
