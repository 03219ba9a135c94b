// Second forms of providers that have a judge already: another version, hash or kind of request.

import { createHash } from "node:crypto";
import later from "./later.mjs";
import platforms from "./platforms.mjs";
import { NO_FUTURE, utf8 } from "../words.mjs";

const known = (provider) => [...later, ...platforms].find((judge) => judge.provider === provider);

const hash = (body) => createHash("sha256").update(body).digest("hex");

export default [
  {
    ...known("hubspot"),
    provider: "hubspot-v1",
    tag: "x-hubspot-signature",
    past: undefined,
    differs: undefined,
    make: async (load) => {
      const { Signature } = await load("@hubspot/api-client");
      const signed = ({ secret, body }) => ({ clientSecret: secret, requestBody: body });
      return {
        sign: (made) => ({ "x-hubspot-signature": Signature.getSignature("POST", "v1", signed(made)) }),
        verify: ({ headers, ...given }) =>
          Signature.isValid({
            ...signed(given),
            signatureVersion: "v1",
            signature: headers["x-hubspot-signature"],
          }),
      };
    },
  },
  {
    // HubSpot escapes the query that it appends after it has signed the URL. Whoever asks the SDK has to undo that.
    ...known("hubspot"),
    target: "/hooks?userEmail=a%40b.example&portalId=1",
    also: [{ name: "GET without a body", by: "sdk", method: "GET", body: "", accepted: true }],
    make: async (load) => {
      const { sign, verify } = await known("hubspot").make(load);
      const asSigned = (url) => url.replace("%40", "@");
      const { Signature } = await load("@hubspot/api-client");
      return {
        sign: ({ secret, body, url, now, method }) => {
          const signed = {
            clientSecret: secret,
            requestBody: body,
            url: asSigned(url),
            timestamp: now * 1000,
          };
          return {
            ...sign({ secret, body, url, now }),
            "x-hubspot-signature-v3": Signature.getSignature(method, "v3", signed),
          };
        },
        verify: ({ url, ...given }) => verify({ ...given, url: asSigned(url) }),
      };
    },
  },
  {
    // JSON: the URL is signed, with the hash of the body in its query. Twilio has sent the hash twice.
    ...utf8,
    provider: "twilio",
    sdk: "twilio",
    tag: "x-twilio-signature",
    headers: { "content-type": "application/json" },
    idInHeader: true,
    labels: { "i-twilio-idempotency-token": "evt_1" },
    type: null,
    make: async (load) => {
      const { default: twilio } = await load("twilio");
      return {
        sign: ({ secret, body, url }) => {
          const query = `?bodySHA256=${hash(body)}&bodySHA256=${hash(body)}`;
          const tag = twilio.getExpectedTwilioSignature(secret, url + query, {});
          return { headers: { "x-twilio-signature": tag }, target: new URL(url + query).pathname + query };
        },
        verify: ({ secret, body, headers, url }) =>
          twilio.validateRequestWithBody(secret, headers["x-twilio-signature"], url, body),
      };
    },
  },
  {
    ...known("discord"),
    provider: "discord-interactions",
    event: (text) => ({ id: "evt_1", type: 2, data: { name: text } }),
    id: "evt_1",
    type: "2",
  },
  {
    ...known("cloudinary"),
    provider: "cloudinary-sha256",
    make: async (load) => {
      const { default: cloudinary } = await load("cloudinary");
      const options = (secret) => ({ api_secret: secret, signature_algorithm: "sha256" });
      return {
        sign: ({ secret, body, now }) => ({
          "x-cld-signature": cloudinary.utils.webhook_signature(body, now, options(secret)),
          "x-cld-timestamp": String(now),
        }),
        verify: ({ secret, body, headers }) => {
          cloudinary.config({ ...options(secret), cloud_name: "c" });
          const { "x-cld-signature": signature, "x-cld-timestamp": time } = headers;
          return cloudinary.utils.verifyNotificationSignature(body, Number(time), signature);
        },
      };
    },
    differs: { ahead: NO_FUTURE },
  },
];
