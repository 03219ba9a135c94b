// Judges of providers with asymmetric signatures, and of those that sign something beside the body or other than it. Where no SDK holds the
// private key, Node's own crypto signs.
import { createCipheriv, createHash, randomBytes, sign as signWith } from "node:crypto";
import { pairs } from "../keys.mjs";
import { hex } from "../secrets.mjs";
import { inJson } from "../cases.mjs";
import { NO_FUTURE, NO_TIME, thing, utf8 } from "../words.mjs";

const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };

const raw = (key) => key.export({ type: "spki", format: "der" }).subarray(-32);
const ed25519Hex = pairs("ed25519", {}, (key) => raw(key).toString("hex"));
const ed25519Base64 = pairs("ed25519", {}, (key) => raw(key).toString("base64"));
const k256 = pairs("ec", { namedCurve: "secp256k1" });
const p256 = pairs("ec", { namedCurve: "P-256" }, (key) =>
  key.export({ type: "spki", format: "der" }).toString("base64"),
);

export default [
  {
    ...utf8,
    provider: "discord",
    sdk: "discord-interactions",
    secret: ed25519Hex.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "x-signature-ed25519",
    event: (text) => ({ type: 1, event: { type: "thing.made" }, text }),
    id: null,
    make: async (load) => {
      const { verifyKey } = await load("discord-interactions");
      return {
        sign: ({ secret, body, now }) => ({
          "x-signature-ed25519": signWith(
            null,
            Buffer.from(now + body),
            ed25519Hex.privateKeyOf(secret),
          ).toString("hex"),
          "x-signature-timestamp": String(now),
        }),
        verify: ({ secret, body, headers }) =>
          verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], secret),
      };
    },
  },
  {
    ...utf8,
    provider: "telnyx",
    sdk: "telnyx",
    secret: ed25519Base64.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "telnyx-signature-ed25519",
    event: (text) => ({ data: { id: "evt_1", event_type: "thing.made" }, text }),
    past: 300,
    make: async (load) => {
      const { default: Telnyx } = await load("telnyx");
      const { webhooks } = new Telnyx({ apiKey: "0" });
      return {
        sign: ({ secret, body, now }) => ({
          "telnyx-signature-ed25519": signWith(
            null,
            Buffer.from(`${now}|${body}`),
            ed25519Base64.privateKeyOf(secret),
          ).toString("base64"),
          "telnyx-timestamp": String(now),
        }),
        verify: ({ secret, body, headers }) => webhooks.unwrap(body, { headers, key: secret }),
      };
    },
  },
  {
    ...utf8,
    provider: "sendgrid",
    sdk: "@sendgrid/eventwebhook",
    secret: p256.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "x-twilio-email-event-webhook-signature",
    event: (text) => [{ sg_event_id: "evt_1", event: "thing.made", text }],
    small: "[]",
    id: null,
    type: null,
    past: 90_000,
    make: async (load) => {
      const { EventWebhook } = await load("@sendgrid/eventwebhook");
      const webhook = new EventWebhook();
      return {
        sign: ({ secret, body, now }) => ({
          "x-twilio-email-event-webhook-signature": signWith(
            "sha256",
            Buffer.from(now + body),
            p256.privateKeyOf(secret),
          ).toString("base64"),
          "x-twilio-email-event-webhook-timestamp": String(now),
        }),
        verify: ({ secret, body, headers }) =>
          webhook.verifySignature(
            webhook.convertPublicKeyToECDSA(secret),
            body,
            headers["x-twilio-email-event-webhook-signature"],
            headers["x-twilio-email-event-webhook-timestamp"],
          ),
      };
    },
    differs: { stale: "the SDK reads no time", ahead: "the SDK reads no time" },
  },
  {
    ...utf8,
    provider: "stark-bank",
    settings: { workspace_id: "1" },
    small: '{"event":{"workspaceId":"1"}}',
    sdk: "starkbank",
    secret: k256.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "digital-signature",
    event: (text) => ({ event: { id: "evt_1", subscription: "thing.made", workspaceId: "1", text } }),
    make: async (load) => {
      const { default: starkbank } = await load("starkbank");
      const { default: rest } = await load("starkbank", "/sdk/utils/rest.js");
      return {
        sign: ({ secret, body }) => ({
          "digital-signature": signWith("sha256", Buffer.from(body), k256.privateKeyOf(secret)).toString("base64"),
        }),
        verify: ({ secret, body, headers }) => {
          // The key that the API lists. The SDK keeps it, and asks again before it refuses.
          rest.getPublicKey = async () => secret;
          delete starkbank.cache["starkbank-public-key"];
          return starkbank.event.parse({ content: body, signature: headers["digital-signature"] });
        },
      };
    },
  },
  {
    ...utf8,
    provider: "feishu",
    sdk: "@larksuiteoapi/node-sdk",
    signer: "node:crypto",
    tag: "x-lark-signature",
    event: (text) => ({ schema: "2.0", header: { event_id: "evt_1", event_type: "thing.made" }, event: { text } }),
    past: 300,
    // The event is encrypted: the end of the ciphertext is turned around.
    inBody: { text: (body) => inJson("encrypt")(body, (text) => text.replace(/.{8}$/, (end) => end.split("").reverse().join(""))) },
    make: async (load) => {
      const { EventDispatcher, generateChallenge } = await load("@larksuiteoapi/node-sdk");
      return {
        sign: ({ secret, body, now }) => {
          const iv = randomBytes(16);
          const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(secret).digest(), iv);
          const encrypt = Buffer.concat([iv, cipher.update(body), cipher.final()]).toString("base64");
          const encrypted = JSON.stringify({ encrypt });
          const signature = createHash("sha256").update(`${now}n1${secret}${encrypted}`).digest("hex");
          const headers = {
            "x-lark-request-timestamp": String(now),
            "x-lark-request-nonce": "n1",
            "x-lark-signature": signature,
          };
          return { headers, body: encrypted };
        },
        // As its adapters call it: the parsed body, with the headers behind it.
        verify: async ({ secret, body, headers }) => {
          const data = Object.assign(Object.create({ headers }), JSON.parse(body));
          const dispatcher = new EventDispatcher({ encryptKey: secret });
          let read;
          dispatcher.register({ "thing.made": (event) => (read = event.event_id) });
          const said = await dispatcher.invoke(data);
          if (said === undefined) return false;
          const { isChallenge, challenge } = generateChallenge(data, { encryptKey: secret });
          return isChallenge ? challenge.challenge === "c1" : read === "evt_1" || said === "no undefined event handle";
        },
      };
    },
    also: [
      {
        name: "check of the URL, signed",
        body: JSON.stringify({ challenge: "c1", token: "t", type: "url_verification" }),
        accepted: true,
        answered: true,
      },
    ],
    differs: { stale: NO_TIME, ahead: NO_TIME },
  },
  {
    ...utf8,
    provider: "twilio",
    sdk: "twilio",
    tag: "x-twilio-signature",
    headers: form,
    // A form in place of JSON: the fields are signed, not the bytes.
    written: (value) => new URLSearchParams({ MessageSid: "evt_1", Text: value.text }).toString(),
    small: "MessageSid=evt_1",
    idInHeader: true,
    labels: { "i-twilio-idempotency-token": "evt_1" },
    type: null,
    make: async (load) => {
      const { default: twilio } = await load("twilio");
      const fields = (body) => Object.fromEntries(new URLSearchParams(body));
      return {
        sign: ({ secret, body, url }) => ({
          "x-twilio-signature": twilio.getExpectedTwilioSignature(secret, url, fields(body)),
        }),
        verify: ({ secret, body, headers, url }) =>
          twilio.validateRequest(secret, headers["x-twilio-signature"], url, fields(body)),
      };
    },
  },
  {
    ...utf8,
    provider: "plivo",
    sdk: "plivo",
    tag: "x-plivo-signature-v3",
    headers: form,
    written: (value) => new URLSearchParams({ MessageUUID: "evt_1", Text: value.text }).toString(),
    small: "MessageUUID=evt_1",
    id: null,
    type: null,
    make: async (load) => {
      const { validateV3Signature } = await load("plivo");
      return {
        verify: ({ secret, body, headers, url, method }) =>
          validateV3Signature(
            method,
            url,
            headers["x-plivo-signature-v3-nonce"],
            secret,
            headers["x-plivo-signature-v3"],
            Object.fromEntries(new URLSearchParams(body)),
          ),
      };
    },
  },
  {
    ...utf8,
    provider: "plivo-v2",
    sdk: "plivo",
    tag: "x-plivo-signature-v2",
    bodyIsUnsigned: true,
    headers: form,
    written: (value) => new URLSearchParams({ MessageUUID: "evt_1", Text: value.text }).toString(),
    small: "MessageUUID=evt_1",
    id: null,
    type: null,
    make: async (load) => {
      const { validateSignature } = await load("plivo");
      return {
        verify: ({ secret, headers, url }) =>
          validateSignature(
            url,
            headers["x-plivo-signature-v2-nonce"],
            headers["x-plivo-signature-v2"],
            secret,
          ),
      };
    },
  },
  {
    ...utf8,
    provider: "contentful",
    sdk: "@contentful/node-apps-toolkit",
    // 64 characters.
    secret: hex,
    tag: "x-contentful-signature",
    headers: json,
    id: null,
    type: null,
    past: 30,
    make: async (load) => {
      const { signRequest, verifyRequest } = await load("@contentful/node-apps-toolkit");
      const request = ({ body, headers = json, url }) => {
        const { pathname, search } = new URL(url);
        return { method: "POST", path: pathname + search, headers, body };
      };
      return {
        sign: ({ secret, now, ...made }) => signRequest(secret, request(made), now * 1000),
        verify: ({ secret, ...given }) => verifyRequest(secret, request(given)),
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "box",
    sdk: "box-node-sdk",
    tag: "box-signature-primary",
    event: (text) => ({ id: "evt_1", trigger: "thing.made", text }),
    headers: { "box-signature-version": "1", "box-signature-algorithm": "HmacSHA256" },
    past: 600,
    make: async (load) => {
      const { WebhooksManager } = await load("box-node-sdk", "/lib/managers/webhooks");
      return {
        verify: ({ secret, body, headers }) =>
          WebhooksManager.validateMessage(body, headers, secret),
      };
    },
  },
];
