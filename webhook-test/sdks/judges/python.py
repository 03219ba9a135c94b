"""The SDKs of requirements.txt: a line of JSON in and one out, for python.mjs."""

import json
import sys
from datetime import datetime, timezone
from urllib.parse import parse_qsl

import cloudinary
import cloudinary.utils
import increase
import slack_sdk.signature
import standardwebhooks
import stripe
import svix
from linebot.v3.webhook import SignatureValidator
from mailgun.security import SecurityGuard
from mercadopago.webhook import WebhookSignatureValidator
from twilio.request_validator import RequestValidator, get_signature_algorithm


class StandardWebhooks:
    library = standardwebhooks.Webhook
    prefix = "webhook"

    def sign(self, secret, body, now, id, **_):
        at = datetime.fromtimestamp(now, timezone.utc)
        tag = self.library(secret).sign(id, at, body)
        names = [f"{self.prefix}-{name}" for name in ("id", "timestamp", "signature")]
        return dict(zip(names, (id, str(now), tag)))

    def verify(self, secret, body, headers, **_):
        self.library(secret).verify(body, headers)
        return True


class Svix(StandardWebhooks):
    library = svix.Webhook
    prefix = "svix"


class Stripe:
    def verify(self, secret, body, headers, **_):
        stripe.WebhookSignature.verify_header(body, headers["stripe-signature"], secret, 300)
        return True


class Slack:
    def sign(self, secret, body, now, **_):
        tag = slack_sdk.signature.SignatureVerifier(secret).generate_signature(
            timestamp=str(now), body=body
        )
        return {"x-slack-signature": tag, "x-slack-request-timestamp": str(now)}

    def verify(self, secret, body, headers, **_):
        return slack_sdk.signature.SignatureVerifier(secret).is_valid_request(body, headers)


class Line:
    def verify(self, secret, body, headers, **_):
        return SignatureValidator(secret).validate(body, headers["x-line-signature"])


class Cloudinary:
    def verify(self, secret, body, headers, **_):
        cloudinary.config(api_secret=secret, cloud_name="c")
        return cloudinary.utils.verify_notification_signature(
            body, int(headers["x-cld-timestamp"]), headers["x-cld-signature"]
        )


class MercadoPago:
    def verify(self, secret, headers, data_id, **_):
        WebhookSignatureValidator.validate(
            x_signature=headers["x-signature"],
            x_request_id=headers["x-request-id"],
            data_id=data_id,
            secret=secret,
        )
        return True


class Increase:
    def verify(self, secret, body, headers, **_):
        increase.Increase(api_key="0").events.unwrap(body, headers=headers, key=secret)
        return True


class Mailgun:
    def verify(self, secret, body, **_):
        signed = json.loads(body)["signature"]
        return SecurityGuard.verify_webhook(
            secret, signed["token"], signed["timestamp"], signed["signature"]
        )


class Twilio:
    def __init__(self, settings=None):
        self.settings = settings

    def sign(self, secret, body, url, **_):
        algorithm = get_signature_algorithm(self.settings)
        tag = RequestValidator(secret).compute_signature(url, dict(parse_qsl(body)), algorithm)
        more = {"x-twilio-webhooks-signature-settings": self.settings} if self.settings else {}
        return {"x-twilio-signature": tag, **more}

    def verify(self, secret, body, headers, url, **_):
        algorithm = get_signature_algorithm(headers.get("x-twilio-webhooks-signature-settings"))
        fields = dict(parse_qsl(body, keep_blank_values=True))
        return RequestValidator(secret).validate(
            url, fields, headers["x-twilio-signature"], algorithm
        )


SDKS = {
    "standard-webhooks": StandardWebhooks(),
    "svix": Svix(),
    "stripe": Stripe(),
    "slack": Slack(),
    "line": Line(),
    "cloudinary": Cloudinary(),
    "mercadopago": MercadoPago(),
    "increase": Increase(),
    "mailgun": Mailgun(),
    "twilio": Twilio(),
    "twilio-shared-key": Twilio("key=sharedkey_1,algorithm=HMAC_SHA256"),
}


def answer(question):
    sdk = SDKS[question.pop("provider")]
    task = question.pop("do")
    if task == "can":
        return {"signs": hasattr(sdk, "sign")}
    try:
        return {"said": getattr(sdk, task)(**question)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
