"""Signs a delivery as its provider does, with Python's hmac and no code of this project.

    sign.py PROVIDER SECRET TARGET URL

prints {"method", "path", "headers", "body"} as JSON. TARGET is the path of the request. URL is the
public URL, for providers that sign it.
"""

import base64
import hashlib
import hmac
import json
import sys
import time


def tag(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256)


def stripe(key, target, url, now):
    body = b'{"id":"evt_1","object":"event","type":"invoice.paid","livemode":false}'
    v1 = tag(key, b"%d." % now, body).hexdigest()
    return target, {"Stripe-Signature": f"t={now},v1={v1}"}, body


def github(key, target, url, now):
    body = b'{"zen":"Keep it logically awesome.","hook_id":1}'
    headers = {
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-GitHub-Event": "ping",
        "X-Hub-Signature-256": "sha256=" + tag(key, body).hexdigest(),
    }
    return target, headers, body


def standard_webhooks(key, target, url, now):
    key = base64.b64decode(key.removeprefix(b"whsec_"))
    body = b'{"type":"contact.created","timestamp":"2022-11-03T20:26:10.344522Z","data":{"id":"1f81eb52"}}'
    v1 = tag(key, b"msg_1.%d." % now, body).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(now),
        "webhook-signature": "v1," + base64.b64encode(v1).decode(),
    }
    return target, headers, body


def slack(key, target, url, now):
    body = b'{"type":"event_callback","event_id":"Ev1","event":{"type":"reaction_added"}}'
    v0 = tag(key, b"v0:%d:" % now, body).hexdigest()
    headers = {"X-Slack-Request-Timestamp": str(now), "X-Slack-Signature": "v0=" + v0}
    return target, headers, body


def square(key, target, url, now):
    body = b'{"merchant_id":"M1","type":"payment.created","event_id":"ac3ac95b"}'
    mac = tag(key, url.encode() + b"?shop=1", body).digest()
    headers = {"x-square-hmacsha256-signature": base64.b64encode(mac).decode()}
    return target + "?shop=1", headers, body


def mercadopago(key, target, url, now):
    body = b'{"id":12345,"live_mode":true,"type":"payment","data":{"id":"999999999"}}'
    v1 = tag(key, b"id:999999999;request-id:2066ca19;ts:%d;" % now).hexdigest()
    headers = {"x-signature": f"ts={now},v1={v1}", "x-request-id": "2066ca19"}
    return target + "?data.id=999999999&type=payment", headers, body


def mercadopago_without_request_id(key, target, url, now):
    body = b'{"id":12345,"live_mode":true,"type":"payment","data":{"id":"999999999"}}'
    v1 = tag(key, b"id:999999999;ts:%d;" % now).hexdigest()
    return target + "?data.id=999999999&type=payment", {"x-signature": f"ts={now},v1={v1}"}, body


def main(provider, secret, target, url):
    sign = globals()[provider.replace("-", "_")]
    path, headers, body = sign(secret.encode(), target, url, int(time.time()))
    print(json.dumps({"method": "POST", "path": path, "headers": headers, "body": body.decode()}))


main(*sys.argv[1:])
