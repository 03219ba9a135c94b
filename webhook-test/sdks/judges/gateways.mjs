// Senders of other people's events, and platforms beside `platforms.mjs`.

import { NO_FUTURE, NO_TIME, utf8 } from "../words.mjs";

const withHeaders = (change) => (request) => ({ ...request, headers: change({ ...request.headers }) });

const OTHER = Buffer.alloc(32, 1).toString("base64");

const hook0 = {
  ...utf8,
  sdk: "hook0-client",
  tag: "x-hook0-signature",
  idInHeader: true,
  labels: { "x-event-id": "evt_1", "x-event-type": "thing.made" },
  past: 300,
  make: async (load) => {
    const { verifyWebhookSignature } = await load("hook0-client");
    return {
      verify: ({ secret, body, headers }) =>
        verifyWebhookSignature(headers["x-hook0-signature"], body, new Headers(headers), secret, 300),
    };
  },
};

export default [
  {
    ...utf8,
    provider: "hookdeck",
    sdk: "@hookdeck/sdk",
    tag: "x-hookdeck-signature",
    idInHeader: true,
    labels: { "x-hookdeck-eventid": "evt_1" },
    type: null,
    also: [
      {
        name: "tag in the second header",
        accepted: true,
        onTheWay: withHeaders(({ "x-hookdeck-signature": tag, ...rest }) => ({
          ...rest,
          "x-hookdeck-signature": OTHER,
          "x-hookdeck-signature-2": tag,
        })),
      },
      {
        name: "two other tags",
        accepted: false,
        onTheWay: withHeaders((headers) => ({
          ...headers,
          "x-hookdeck-signature": OTHER,
          "x-hookdeck-signature-2": OTHER,
        })),
      },
    ],
    make: async (load) => {
      const { verifyWebhookSignature } = await load("@hookdeck/sdk", "/webhooks/helpers.js");
      return {
        verify: async ({ secret, body, headers }) => {
          const { isValidSignature } = await verifyWebhookSignature({
            headers,
            rawBody: body,
            signingSecret: secret,
          });
          return isValidSignature;
        },
      };
    },
  },
  {
    ...hook0,
    provider: "hook0",
    headers: { "x-tenant": "t1" },
    also: [
      {
        name: "named header, changed",
        accepted: false,
        onTheWay: withHeaders((headers) => ({ ...headers, "x-tenant": "t2" })),
      },
      {
        name: "named header, absent",
        accepted: false,
        onTheWay: withHeaders(({ "x-tenant": _, ...rest }) => rest),
      },
    ],
  },
  { ...hook0, provider: "hook0-v0" },
  {
    ...utf8,
    provider: "webflow",
    sdk: "webflow-api",
    tag: "x-webflow-signature",
    event: (text) => ({ triggerType: "thing.made", payload: { text } }),
    id: null,
    past: 300,
    make: async (load) => {
      const { WebflowClient } = await load("webflow-api");
      const { webhooks } = new WebflowClient({ accessToken: "0" });
      return {
        verify: ({ secret, body, headers }) => webhooks.verifySignature({ headers, body, secret }),
      };
    },
    differs: { stale: NO_TIME, ahead: "the SDK reads no time" },
  },
  {
    ...utf8,
    provider: "zoom",
    sdk: "@zoom/rivet",
    tag: "x-zm-signature",
    event: (text) => ({ event: "thing.made", payload: { object: { text } } }),
    // A body without an event is refused before its signature is read.
    small: '{"event":"thing.made"}',
    id: null,
    past: 300,
    make: async (load) => {
      const { AwsLambdaReceiver } = await load("@zoom/rivet", "/meetings");
      return {
        verify: async ({ secret, body, headers }) => {
          const receive = new AwsLambdaReceiver({ webhooksSecretToken: secret }).start();
          const { statusCode } = await receive({ body, headers, isBase64Encoded: false }, {});
          return statusCode === 200;
        },
      };
    },
    differs: {
      spelled: "the SDK verifies the body as it writes JSON, not as it was received",
      stale: NO_TIME,
      ahead: "the SDK reads no time",
    },
  },
  {
    ...utf8,
    provider: "messagebird-legacy",
    sdk: "messagebird",
    tag: "messagebird-signature",
    target: "/hooks?status=delivered&id=7&mccmnc=20408",
    id: null,
    type: null,
    past: 300,
    make: async (load) => {
      const { default: signature } = await load("messagebird", "/lib/signature.js");
      return {
        verify: ({ secret, body, headers, url }) => {
          const query = Object.fromEntries(new URL(url).searchParams);
          return signature.validate({ headers, query, body }, secret);
        },
      };
    },
    differs: {
      aged: "the SDK takes 100 seconds; other SDKs of the provider take 10",
      ahead: NO_FUTURE,
    },
  },
];
