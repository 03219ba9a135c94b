// Platforms, each with a scheme of its own.

import { Readable } from "node:stream";
import { base62 } from "../secrets.mjs";
import { NO_FUTURE, NO_TIME, thing, utf8 } from "../words.mjs";

export default [
  {
    ...utf8,
    provider: "github",
    sdk: "@octokit/webhooks-methods",
    tag: "x-hub-signature-256",
    idInHeader: true,
    labels: { "x-github-delivery": "evt_1", "x-github-event": "thing.made" },
    make: async (load) => {
      const { sign, verify } = await load("@octokit/webhooks-methods");
      return {
        sign: async ({ secret, body }) => ({ "x-hub-signature-256": await sign(secret, body) }),
        verify: ({ secret, body, headers }) => verify(secret, body, headers["x-hub-signature-256"]),
      };
    },
  },
  {
    ...utf8,
    provider: "slack",
    sdk: "@slack/bolt",
    tag: "x-slack-signature",
    event: (text) => ({ event_id: "evt_1", event: { type: "thing.made" }, text }),
    past: 300,
    make: async (load) => {
      const { HTTPModuleFunctions } = await load("@slack/bolt");
      return {
        verify: async ({ secret, body, headers, method }) => {
          const request = Object.assign(Readable.from([Buffer.from(body)]), { headers, method });
          await HTTPModuleFunctions.parseAndVerifyHTTPRequest({ signingSecret: secret }, request);
          return true;
        },
      };
    },
    also: ["ssl_check=1&token=x", "token=x&ssl_check=1"].map((body) => ({
      name: `${body}, unsigned`,
      by: "ours",
      accepted: true,
      answered: true,
      onTheWay: (request) => ({
        ...request,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body,
      }),
    })),
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "line",
    sdk: "@line/bot-sdk",
    tag: "x-line-signature",
    event: (text) => ({ events: [{ webhookEventId: "evt_1", type: "thing.made", text }] }),
    make: async (load) => {
      const { validateSignature } = await load("@line/bot-sdk");
      return {
        verify: ({ secret, body, headers }) =>
          validateSignature(body, secret, headers["x-line-signature"]),
      };
    },
  },
  {
    ...utf8,
    provider: "linear",
    sdk: "@linear/sdk",
    tag: "linear-signature",
    event: (text) => ({ type: "thing.made", text }),
    idInHeader: true,
    past: 60 + 3600 + 6 * 3600 + 60,
    differs: { aged: "the SDK takes 60 seconds, and so refuses retries, which keep their time" },
    make: async (load) => {
      const { LinearWebhookClient } = await load("@linear/sdk", "/webhooks");
      return {
        verify: ({ secret, body, headers }) =>
          new LinearWebhookClient(secret).verify(Buffer.from(body), headers["linear-signature"]),
      };
    },
  },
  {
    ...utf8,
    provider: "mux",
    sdk: "@mux/mux-node",
    tag: "mux-signature",
    past: 300,
    make: async (load) => {
      const { default: Mux } = await load("@mux/mux-node");
      const { webhooks } = new Mux({ tokenId: "0", tokenSecret: "0" });
      return {
        verify: async ({ secret, body, headers }) => {
          await webhooks.verifySignature(body, headers, secret);
          return true;
        },
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "notion",
    sdk: "@notionhq/client",
    tag: "x-notion-signature",
    make: async (load) => {
      const { signWebhookPayload, verifyWebhookSignature } = await load("@notionhq/client");
      return {
        sign: async ({ secret, body }) => ({
          "x-notion-signature": await signWebhookPayload({ body, verificationToken: secret }),
        }),
        verify: ({ secret, body, headers }) =>
          verifyWebhookSignature({
            body,
            signature: headers["x-notion-signature"],
            verificationToken: secret,
          }),
      };
    },
  },
  {
    ...utf8,
    provider: "workos",
    sdk: "@workos-inc/node",
    tag: "workos-signature",
    event: (text) => ({ id: "evt_1", event: "thing.made", text }),
    past: 180,
    make: async (load) => {
      const { WorkOS } = await load("@workos-inc/node");
      const { webhooks } = new WorkOS("sk_0");
      return {
        sign: async ({ secret, body, now }) => {
          const time = now * 1000;
          const tag = await webhooks.computeSignature(time, JSON.parse(body), secret);
          return { "workos-signature": `t=${time}, v1=${tag}` };
        },
        verify: ({ secret, body, headers }) =>
          webhooks.verifyHeader({
            payload: JSON.parse(body),
            sigHeader: headers["workos-signature"],
            secret,
          }),
      };
    },
    rewrites: true,
    differs: {
      spelled: "the SDK signs the body as it writes JSON, not as it was received",
      ahead: NO_FUTURE,
    },
  },
  {
    ...utf8,
    provider: "hubspot",
    sdk: "@hubspot/api-client",
    tag: "x-hubspot-signature-v3",
    event: (text) => [{ eventId: "evt_1", subscriptionType: "thing.made", text }],
    small: "[]",
    past: 300,
    make: async (load) => {
      const { Signature } = await load("@hubspot/api-client");
      return {
        sign: ({ secret, body, url, now }) => {
          const timestamp = now * 1000;
          const signed = { clientSecret: secret, requestBody: body, url, timestamp };
          return {
            "x-hubspot-signature-v3": Signature.getSignature("POST", "v3", signed),
            "x-hubspot-request-timestamp": String(timestamp),
          };
        },
        verify: ({ secret, body, url, method, headers }) =>
          Signature.isValid({
            signatureVersion: "v3",
            signature: headers["x-hubspot-signature-v3"],
            timestamp: Number(headers["x-hubspot-request-timestamp"]),
            clientSecret: secret,
            requestBody: body,
            url,
            method,
          }),
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "hubspot-v2",
    sdk: "@hubspot/api-client",
    tag: "x-hubspot-signature",
    event: (text) => [{ eventId: "evt_1", subscriptionType: "thing.made", text }],
    small: "[]",
    make: async (load) => {
      const { Signature } = await load("@hubspot/api-client");
      return {
        sign: ({ secret, body, url }) => {
          const signed = { clientSecret: secret, requestBody: body, url };
          return { "x-hubspot-signature": Signature.getSignature("POST", "v2", signed) };
        },
        verify: ({ secret, body, url, method, headers }) =>
          Signature.isValid({
            signatureVersion: "v2",
            signature: headers["x-hubspot-signature"],
            clientSecret: secret,
            requestBody: body,
            url,
            method,
          }),
      };
    },
  },
  {
    ...utf8,
    provider: "cloudinary",
    sdk: "cloudinary",
    tag: "x-cld-signature",
    event: (text) => ({ notification_type: "thing.made", text }),
    id: null,
    past: 7200,
    make: async (load) => {
      const { default: cloudinary } = await load("cloudinary");
      const configured = (secret) => cloudinary.config({ api_secret: secret, cloud_name: "c" });
      return {
        sign: ({ secret, body, now }) => ({
          "x-cld-signature": cloudinary.utils.webhook_signature(body, now, { api_secret: secret }),
          "x-cld-timestamp": String(now),
        }),
        verify: ({ secret, body, headers }) => {
          configured(secret);
          const { "x-cld-signature": signature, "x-cld-timestamp": time } = headers;
          return cloudinary.utils.verifyNotificationSignature(body, Number(time), signature);
        },
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "elevenlabs",
    sdk: "@elevenlabs/elevenlabs-js",
    tag: "elevenlabs-signature",
    event: (text) => ({ type: "thing.made", text }),
    id: null,
    past: 1800,
    make: async (load) => {
      const { ElevenLabsClient } = await load("@elevenlabs/elevenlabs-js");
      const { webhooks } = new ElevenLabsClient({ apiKey: "0" });
      return {
        verify: ({ secret, body, headers }) =>
          webhooks.constructEvent(body, headers["elevenlabs-signature"], secret),
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "sanity",
    sdk: "@sanity/webhook",
    tag: "sanity-webhook-signature",
    id: null,
    type: null,
    past: 300,
    make: async (load) => {
      const { encodeSignatureHeader, isValidSignature } = await load("@sanity/webhook");
      return {
        sign: async ({ secret, body, now }) => ({
          "sanity-webhook-signature": await encodeSignatureHeader(body, now * 1000, secret),
        }),
        verify: ({ secret, body, headers }) =>
          isValidSignature(body, headers["sanity-webhook-signature"], secret),
      };
    },
    differs: { stale: NO_TIME, ahead: "the SDK reads no time" },
  },
  {
    ...utf8,
    provider: "easypost",
    sdk: "@easypost/api",
    tag: "x-hmac-signature",
    event: (text) => ({ id: "evt_1", description: "thing.made", text }),
    more: {
      "weight 2.0": '{"id":"evt_1","description":"thing.made","weight":2.0}',
      "weight 2": '{"id":"evt_1","description":"thing.made","weight":2}',
    },
    differs: {
      "weight 2": "the SDK reads a whole weight as one that a JSON parser cut, and puts the .0 back",
    },
    make: async (load) => {
      const { default: EasyPost } = await load("@easypost/api");
      const { Utils } = new EasyPost("0");
      return {
        verify: ({ secret, body, headers }) =>
          Utils.validateWebhook(Buffer.from(body), headers, secret),
      };
    },
  },
  {
    ...utf8,
    provider: "kontent-ai",
    sdk: "@kontent-ai/webhook-helper",
    tag: "x-kontent-ai-signature",
    id: null,
    type: null,
    make: async (load) => {
      const { signatureHelper } = await load("@kontent-ai/webhook-helper");
      return {
        sign: ({ secret, body }) => ({
          "x-kontent-ai-signature": signatureHelper.getHashFromString(body, secret),
        }),
        verify: ({ secret, body, headers }) =>
          signatureHelper.isValidSignatureFromString(
            body,
            secret,
            headers["x-kontent-ai-signature"],
          ),
      };
    },
  },
  {
    ...utf8,
    provider: "onfido",
    sdk: "@onfido/api",
    tag: "x-sha2-signature",
    event: (text) => ({ payload: { action: "thing.made" }, text }),
    id: null,
    make: async (load) => {
      const { WebhookEventVerifier } = await load("@onfido/api");
      return {
        verify: ({ secret, body, headers }) =>
          new WebhookEventVerifier(secret).readPayload(body, headers["x-sha2-signature"]),
      };
    },
  },
  {
    ...utf8,
    provider: "retell",
    sdk: "retell-sdk",
    tag: "x-retell-signature",
    event: (text) => ({ event: "thing.made", text }),
    id: null,
    past: 300,
    make: async (load) => {
      const { Retell } = await load("retell-sdk");
      const { symmetric } = await load("retell-sdk", "/lib/webhook_auth");
      return {
        sign: async ({ secret, body, now }) => ({
          "x-retell-signature": await symmetric.sign(body, secret, now * 1000),
        }),
        verify: ({ secret, body, headers }) =>
          Retell.verify(body, secret, headers["x-retell-signature"]),
      };
    },
  },
  {
    ...utf8,
    provider: "pusher",
    sdk: "pusher",
    tag: "x-pusher-signature",
    event: (text) => ({ events: [{ name: "thing.made", text }] }),
    id: null,
    headers: { "x-pusher-key": "key_0", "content-type": "application/json" },
    make: async (load) => {
      const { default: Pusher } = await load("pusher");
      const at = (secret) => new Pusher({ appId: "0", key: "key_0", secret, cluster: "mt1" });
      return {
        sign: ({ secret, body }) => ({
          "x-pusher-signature": at(secret).config.token.sign(body),
        }),
        verify: ({ secret, body, headers }) =>
          at(secret).webhook({ headers, rawBody: body }).isValid(),
      };
    },
  },
  {
    ...utf8,
    provider: "getstream",
    sdk: "stream-chat",
    tag: "x-signature",
    idInHeader: true,
    labels: { "x-webhook-id": "evt_1" },
    event: (text) => ({ type: "thing.made", text }),
    make: async (load) => {
      const { StreamChat } = await load("stream-chat");
      return {
        verify: ({ secret, body, headers }) =>
          new StreamChat("key_0", secret).verifyWebhook(body, headers["x-signature"]),
      };
    },
  },
  {
    ...utf8,
    provider: "smartpay",
    sdk: "@smartpay/sdk-node",
    secret: base62,
    tag: "smartpay-signature",
    event: (text) => ({ id: "evt_1", eventData: { type: "thing.made" }, text }),
    past: 300,
    make: async (load) => {
      const { default: Smartpay } = await load("@smartpay/sdk-node");
      return {
        sign: ({ secret, body, now }) => {
          const time = now * 1000;
          return {
            "smartpay-signature": Smartpay.calculateWebhookSignature({
              data: `${time}.${body}`,
              secret,
            }),
            "smartpay-signature-timestamp": String(time),
          };
        },
        verify: ({ secret, body, headers }) =>
          Smartpay.verifyWebhookSignature({
            data: `${headers["smartpay-signature-timestamp"]}.${body}`,
            signature: headers["smartpay-signature"],
            secret,
          }),
      };
    },
    differs: { stale: NO_TIME, ahead: "the SDK reads no time" },
  },
];
