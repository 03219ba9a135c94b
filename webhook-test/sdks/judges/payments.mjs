// Payments and shops, each with a scheme of its own.

import { hex, login } from "../secrets.mjs";
import { NO_FUTURE, NO_TIME, thing, utf8 } from "../words.mjs";

export default [
  {
    ...utf8,
    provider: "stripe",
    sdk: "stripe",
    tag: "stripe-signature",
    past: 300,
    make: async (load) => {
      const { default: Stripe } = await load("stripe");
      const { webhooks } = new Stripe("sk_test_0");
      return {
        sign: ({ secret, body, now }) => ({
          "stripe-signature": webhooks.generateTestHeaderString({
            payload: body,
            secret,
            timestamp: now,
          }),
        }),
        verify: ({ secret, body, headers }) =>
          webhooks.constructEvent(body, headers["stripe-signature"], secret),
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "paddle",
    sdk: "@paddle/paddle-node-sdk",
    tag: "paddle-signature",
    event: (text) => ({ event_id: "evt_1", event_type: "thing.made", text }),
    past: 5,
    make: async (load) => {
      const { Paddle } = await load("@paddle/paddle-node-sdk");
      const { webhooks } = new Paddle("0");
      return {
        verify: ({ secret, body, headers }) =>
          webhooks.isSignatureValid(body, secret, headers["paddle-signature"]),
      };
    },
    differs: { ahead: NO_FUTURE },
  },
  {
    ...utf8,
    provider: "shopify",
    sdk: "@shopify/shopify-api",
    tag: "x-shopify-hmac-sha256",
    event: (text) => ({ text }),
    idInHeader: true,
    labels: { "x-shopify-event-id": "evt_1", "x-shopify-topic": "thing.made" },
    headers: {
      "x-shopify-shop-domain": "shop.myshopify.com",
      "x-shopify-api-version": "2025-10",
      "x-shopify-webhook-id": "wh_1",
    },
    make: async (load) => {
      await load("@shopify/shopify-api", "/adapters/node");
      const { shopifyApi, ApiVersion } = await load("@shopify/shopify-api");
      const at = (secret) =>
        shopifyApi({
          apiKey: "0",
          apiSecretKey: secret,
          hostName: "example.com",
          apiVersion: ApiVersion.October25,
          isEmbeddedApp: true,
          logger: { level: 0 },
        });
      return {
        verify: async ({ secret, body, headers, url, method }) => {
          const rawRequest = { method, url, headers };
          const { valid } = await at(secret).webhooks.validate({ rawBody: body, rawRequest });
          return valid;
        },
      };
    },
  },
  {
    ...utf8,
    provider: "square",
    sdk: "square",
    tag: "x-square-hmacsha256-signature",
    event: (text) => ({ event_id: "evt_1", type: "thing.made", text }),
    make: async (load) => {
      const { WebhooksHelper } = await load("square");
      return {
        verify: ({ secret, body, headers, url }) =>
          WebhooksHelper.verifySignature({
            requestBody: body,
            signatureHeader: headers["x-square-hmacsha256-signature"],
            signatureKey: secret,
            notificationUrl: url,
          }),
      };
    },
  },
  {
    ...utf8,
    provider: "mercadopago",
    sdk: "mercadopago",
    tag: "x-signature",
    target: "/hooks?data.id=123456&type=payment",
    headers: { "x-request-id": "bb56a2f1-6aae-46ac-982e-9dcd3581d08e" },
    bodyIsUnsigned: true,
    past: 300,
    make: async (load) => {
      const { WebhookSignatureValidator } = await load("mercadopago");
      return {
        verify: ({ secret, headers, url }) => {
          WebhookSignatureValidator.validate({
            xSignature: headers["x-signature"],
            xRequestId: headers["x-request-id"],
            dataId: new URL(url).searchParams.get("data.id"),
            secret,
          });
          return true;
        },
      };
    },
    differs: { stale: "the SDK checks the time only if it is told a tolerance", ahead: "as stale" },
  },
  {
    ...utf8,
    provider: "coinbase-commerce",
    sdk: "coinbase-commerce-node",
    tag: "x-cc-webhook-signature",
    event: (text) => ({ event: { id: "evt_1", type: "thing.made", text } }),
    // A body without an event is refused before its signature is read.
    small: '{"event":{}}',
    make: async (load) => {
      const { default: coinbase } = await load("coinbase-commerce-node");
      return {
        sign: ({ secret, body }) => ({
          "x-cc-webhook-signature": coinbase.Webhook.computeSignature(body, secret),
        }),
        verify: ({ secret, body, headers }) =>
          coinbase.Webhook.verifyEventBody(body, headers["x-cc-webhook-signature"], secret),
      };
    },
  },
  {
    ...utf8,
    provider: "cashfree",
    sdk: "cashfree-pg",
    tag: "x-webhook-signature",
    event: (text) => ({ type: "thing.made", text }),
    idInHeader: true,
    labels: { "x-idempotency-key": "evt_1" },
    past: 300,
    make: async (load) => {
      const { Cashfree, CFEnvironment } = await load("cashfree-pg");
      return {
        verify: ({ secret, body, headers }) =>
          new Cashfree(CFEnvironment.SANDBOX, "0", secret).PGVerifyWebhookSignature(
            headers["x-webhook-signature"],
            body,
            headers["x-webhook-timestamp"],
          ),
      };
    },
    differs: { stale: NO_TIME, ahead: "the SDK reads no time" },
  },
  {
    ...utf8,
    provider: "chargebee",
    sdk: "chargebee",
    secret: login,
    tag: "authorization",
    event: (text) => ({ id: "evt_1", event_type: "thing.made", text }),
    bodyIsUnsigned: true,
    make: async (load) => {
      const { basicAuthValidator } = await load("chargebee");
      return {
        verify: async ({ secret, headers }) => {
          const check = (user, password) => `${user}:${password}` === secret;
          await basicAuthValidator(check)(headers);
          return true;
        },
      };
    },
  },
  {
    ...utf8,
    provider: "adyen-platforms",
    sdk: "@adyen/api-library",
    secret: hex,
    tag: "hmacsignature",
    event: (text) => ({ type: "thing.made", text }),
    id: null,
    make: async (load) => {
      const { hmacValidator: HmacValidator } = await load("@adyen/api-library");
      const validator = new HmacValidator();
      return {
        sign: ({ secret, body }) => ({ hmacsignature: validator.calculateHmac(body, secret) }),
        verify: ({ secret, body, headers }) =>
          validator.validateHMACSignature(secret, headers.hmacsignature, body),
      };
    },
  },
  {
    ...utf8,
    provider: "gocardless",
    sdk: "gocardless-nodejs",
    tag: "webhook-signature",
    event: (text) => ({ events: [{ id: "evt_1", action: "thing.made", text }] }),
    make: async (load) => {
      const { parse } = await load("gocardless-nodejs", "/webhooks");
      return {
        verify: ({ secret, body, headers }) => {
          parse(body, secret, headers["webhook-signature"]);
          return true;
        },
      };
    },
  },
  {
    ...utf8,
    provider: "razorpay",
    sdk: "razorpay",
    tag: "x-razorpay-signature",
    event: (text) => ({ event: "thing.made", text }),
    idInHeader: true,
    labels: { "x-razorpay-event-id": "evt_1" },
    make: async (load) => {
      const { default: Razorpay } = await load("razorpay");
      return {
        verify: ({ secret, body, headers }) =>
          Razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"], secret),
      };
    },
  },
  {
    ...utf8,
    provider: "orb",
    sdk: "orb-billing",
    tag: "x-orb-signature",
    past: 300,
    make: async (load) => {
      const { default: Orb } = await load("orb-billing");
      const { webhooks } = new Orb({ apiKey: "0" });
      return {
        sign: ({ secret, body, now }) => {
          // No zone, as Orb sends it.
          const timestamp = new Date(now * 1000).toISOString().replace("Z", "");
          return {
            "x-orb-timestamp": timestamp,
            "x-orb-signature": webhooks.signPayload(body, { timestamp, secret }),
          };
        },
        verify: ({ secret, body, headers }) => {
          webhooks.verifySignature(body, headers, secret);
          return true;
        },
      };
    },
  },
  {
    ...utf8,
    provider: "modern-treasury",
    sdk: "modern-treasury",
    tag: "x-signature",
    event: (text) => ({ event: "thing.made", text }),
    idInHeader: true,
    labels: { "x-event-id": "evt_1" },
    make: async (load) => {
      const { default: ModernTreasury } = await load("modern-treasury");
      const { webhooks } = new ModernTreasury({ apiKey: "0", organizationID: "0" });
      return {
        sign: ({ secret, body }) => ({
          "x-signature": webhooks.getSignature(body, { key: secret }),
        }),
        verify: ({ secret, body, headers }) =>
          webhooks.validateSignature(body, headers, { key: secret }),
      };
    },
  },
  {
    ...utf8,
    provider: "unit",
    sdk: "@unit-finance/unit-node-sdk",
    tag: "x-unit-signature",
    event: (text) => ({ data: [{ id: "evt_1", type: "thing.made", text }] }),
    make: async (load) => {
      const { Unit } = await load("@unit-finance/unit-node-sdk");
      const { webhooks } = new Unit("0", "https://example.com");
      return {
        verify: ({ secret, body, headers }) =>
          webhooks.verify(headers["x-unit-signature"], secret, JSON.parse(body)),
      };
    },
    rewrites: true,
    differs: { spelled: "the SDK signs the body as it writes JSON, not as it was received" },
  },
];
