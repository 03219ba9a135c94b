use crate::error::RejectionKind;
use crate::provider::{Coverage, Identity, Parameter, Provider, Scheme, Success};
use crate::verify::custom::named_header::NamedHeader;

/// AssemblyAI webhooks of transcripts, with a token in a header of your choice.
///
/// A request for a transcript may have `webhook_auth_header_name` and `webhook_auth_header_value`.
/// The webhook then has that header with that value. The value is the secret, and the setting
/// `webhook_auth_header_name` is the name. **Nothing is signed**: the token only identifies the
/// sender.
///
/// * **A request without them gets a webhook without a token**, which is refused. So is every
///   webhook while the value differs from one request to the next: use one, and configure the old
///   one too while you change it.
/// * The webhook has the status of the transcript, not its text: fetch the transcript.
///   `/transcript_id` names the transcript, so the replay key comes from the body. The event type
///   is `/status`. Streaming sessions send the same header with the turns of the session.
/// * Any 2xx within 10 s is success, and a 4xx is final. AssemblyAI makes ten attempts, 10 s apart.
/// * The signed webhooks of voice agents are another product: see
///   [`unconfirmed::ASSEMBLYAI_AGENTS`](super::unconfirmed::ASSEMBLYAI_AGENTS).
///
/// Source: <https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio>,
/// <https://www.assemblyai.com/docs/streaming/webhooks> and the PyPI package assemblyai 1.8.2 (read
/// on 2026-11-30).
pub const ASSEMBLYAI: Provider = Provider::new(
    "assemblyai",
    &[Scheme::with_code(
        &NamedHeader(HEADER_NAME),
        Coverage::NONE,
        "nothing; a token in a header",
    )],
)
.id_at(&["/transcript_id"])
.identified_by(
    Identity::Content,
    "`/transcript_id` names the transcript, not the event",
)
.type_at(&["/status"])
.answers_within_millis(10_000)
.retries_for_secs(10 * 10 + 9 * 10)
.succeeds_with(Success::Any2xx)
.configured_by(&[
    Parameter::secret("webhook_auth_header_value"),
    Parameter::setting(HEADER_NAME).required(),
])
.hints(&[(
    RejectionKind::MissingHeader,
    "the transcript was requested without `webhook_auth_header_name` and its value, or with \
     another name",
)])
.documented_at("https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio");

const HEADER_NAME: &str = "webhook_auth_header_name";
