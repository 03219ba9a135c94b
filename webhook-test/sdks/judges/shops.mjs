// Shops and payments beside `payments.mjs`: with public keys, forms, or a second header.

import { createRequire } from "node:module";
import { sign as signWith } from "node:crypto";
import { pairs } from "../keys.mjs";
import { utf8 } from "../words.mjs";

const p256 = pairs("ec", { namedCurve: "P-256" });
const rsa = pairs("rsa", { modulusLength: 2048 });

export default [
  {
    ...utf8,
    provider: "ebay",
    sdk: "event-notification-nodejs-sdk",
    secret: p256.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "x-ebay-signature",
    // The header is base64 of a document, whose tag is turned.
    turn: (header, turn) => {
      const document = JSON.parse(Buffer.from(header, "base64"));
      const turned = { ...document, signature: turn(document.signature) };
      return Buffer.from(JSON.stringify(turned)).toString("base64");
    },
    event: (text) => ({
      metadata: { topic: "thing.made", schemaVersion: "1.0" },
      notification: { notificationId: "evt_1", data: { text } },
    }),
    make: async (load) => {
      const { default: validator } = await load("event-notification-nodejs-sdk", "/lib/validator.js");
      // It asks eBay for the key, with an application's token. Both are answered here.
      const require = createRequire(import.meta.resolve("event-notification-nodejs-sdk"));
      require("ebay-oauth-nodejs-client").prototype.getApplicationToken = async () => '{"access_token":"0"}';
      const config = { environment: "SANDBOX", clientId: "0", clientSecret: "0" };
      const axios = require("axios");
      return {
        sign: ({ secret, body }) => {
          const signature = signWith("sha1", Buffer.from(body), p256.privateKeyOf(secret)).toString("base64");
          const document = { alg: "ecdsa", kid: "key_1", signature, digest: "SHA1" };
          return { "x-ebay-signature": Buffer.from(JSON.stringify(document)).toString("base64") };
        },
        verify: ({ secret, body, headers }) => {
          const key = secret.replaceAll("\n", "");
          axios.defaults.adapter = async (config) => ({ status: 200, data: { key }, headers: {}, config });
          return validator.validateSignature(JSON.parse(body), headers["x-ebay-signature"], config);
        },
      };
    },
    differs: { spelled: "the SDK verifies the body as it writes JSON, not as it was received" },
  },
  {
    ...utf8,
    provider: "wechatpay",
    sdk: "wechatpay-axios-plugin",
    secret: rsa.secret,
    asymmetric: true,
    tag: "wechatpay-signature",
    headers: { "wechatpay-serial": "PUB_KEY_ID_1" },
    event: (text) => ({ id: "evt_1", event_type: "thing.made", summary: text }),
    past: 299,
    make: async (load) => {
      const { Formatter, Rsa } = await load("wechatpay-axios-plugin");
      return {
        sign: ({ secret, body, now }) => {
          const nonce = Formatter.nonce();
          const signed = Formatter.response(String(now), nonce, body);
          return {
            "wechatpay-timestamp": String(now),
            "wechatpay-nonce": nonce,
            "wechatpay-signature": Rsa.sign(signed, rsa.privateKeyOf(secret)),
          };
        },
        verify: ({ secret, body, headers }) =>
          Rsa.verify(
            Formatter.response(headers["wechatpay-timestamp"], headers["wechatpay-nonce"], body),
            headers["wechatpay-signature"],
            secret,
          ),
      };
    },
    differs: {
      stale: "the SDK leaves the time to its caller",
      ahead: "the SDK leaves the time to its caller",
    },
  },
  {
    ...utf8,
    provider: "pagarme-postback",
    sdk: "pagarme",
    tag: "x-hub-signature",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    written: ({ text }) => new URLSearchParams({ id: "1", event: "transaction_status_changed", text }).toString(),
    small: "id=1",
    id: null,
    type: null,
    make: async (load) => {
      const { postback } = await load("pagarme");
      return {
        sign: ({ secret, body }) => ({
          "x-hub-signature": `sha1=${postback.calculateSignature(secret, body)}`,
        }),
        verify: ({ secret, body, headers }) =>
          postback.verifySignature(secret, body, headers["x-hub-signature"].replace("sha1=", "")),
      };
    },
  },
  {
    ...utf8,
    provider: "creem",
    sdk: "creem",
    tag: "creem-signature",
    event: (text) => ({ id: "evt_1", eventType: "thing.made", text }),
    also: [
      {
        name: "tag with `sha256=`",
        accepted: true,
        onTheWay: (request) => ({
          ...request,
          headers: { ...request.headers, "creem-signature": `sha256=${request.headers["creem-signature"]}` },
        }),
      },
    ],
    make: async (load) => {
      const { verifyWebhookSignature } = await load("creem", "/webhooks.js");
      return {
        verify: ({ secret, body, headers }) => verifyWebhookSignature(body, headers, secret),
      };
    },
  },
];
