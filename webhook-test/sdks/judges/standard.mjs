// Standard Webhooks, and those who send by it: each through the SDK of its own.
//
// What a judge is, is written in `README.md`.

import { whsec } from "../secrets.mjs";

const reference = async (load) => (await load("standardwebhooks")).Webhook;

/** How the reference library signs. */
const signer = (Webhook, key = (secret) => secret) =>
  ({ secret, body, id, now }) => {
    const at = new Date(now * 1000);
    return {
      "webhook-id": id,
      "webhook-timestamp": String(now),
      "webhook-signature": new Webhook(key(secret)).sign(id, at, body),
    };
  };

const base64 = (text) => Buffer.from(text).toString("base64");

const standard = {
  secret: whsec,
  tag: "webhook-signature",
  event: (text) => ({ type: "thing.made", text }),
  id: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  type: "thing.made",
  idInHeader: true,
  past: 300,
  // The SDKs below verify and do not sign.
  signer: "standardwebhooks",
};

/** The same under Svix's own names. */
const svix = { ...standard, tag: "svix-signature" };

const underSvix = (sign) => (made) =>
  Object.fromEntries(
    Object.entries(sign(made)).map(([name, value]) => [name.replace("webhook-", "svix-"), value]),
  );

/** By the library of the specification. */
const bySpecification = {
  ...standard,
  sdk: "standardwebhooks",
  signer: undefined,
  async make(load) {
    const Webhook = await reference(load);
    return {
      sign: signer(Webhook, this.key),
      verify: ({ secret, body, headers }) => new Webhook(this.key?.(secret) ?? secret).verify(body, headers),
    };
  },
};

/** By the library of Svix. */
const bySvix = {
  ...svix,
  sdk: "svix",
  signer: undefined,
  make: async (load) => {
    const { Webhook } = await load("svix");
    return {
      sign: underSvix(signer(Webhook)),
      verify: ({ secret, body, headers }) => new Webhook(secret).verify(body, headers),
    };
  },
};

/** A judge of Polar, whose secrets look like this and are this key. */
const polar = (secret, key) => ({
  ...standard,
  provider: "polar",
  sdk: "@polar-sh/sdk",
  secret,
  make: async (load) => {
    const { webhooks } = await load("@polar-sh/sdk", "/2027-01");
    return {
      sign: signer(await reference(load), key),
      verify: async ({ secret, body, headers }) => {
        try {
          await webhooks.validateEvent(body, headers, secret);
        } catch (error) {
          // The signature is verified first. What is thrown after it says that the event is none of Polar's.
          if (!(error instanceof webhooks.PolarWebhookUnknownTypeError)) throw error;
        }
        return true;
      },
    };
  },
});

/** Senders without an SDK, whose pages name the specification and its library, or Svix's. */
const named = [
  { ...bySpecification, provider: "signatureapi" },
  { ...bySpecification, provider: "gitlab-signing", event: (text) => ({ object_kind: "thing.made", text }) },
  {
    ...bySpecification,
    provider: "supabase",
    type: null,
    secret: (n) => `v1,${whsec(n)}`,
    key: (secret) => secret.replace("v1,", ""),
  },
  { ...bySvix, provider: "goody" },
  { ...bySvix, provider: "openmeter" },
];

export default [
  { ...bySpecification, provider: "standard-webhooks" },
  { ...bySvix, provider: "svix" },
  ...named,
  {
    ...svix,
    provider: "clerk",
    sdk: "@clerk/backend",
    make: async (load) => {
      const { verifyWebhook } = await load("@clerk/backend", "/webhooks");
      return {
        sign: underSvix(signer(await reference(load))),
        verify: ({ secret, body, headers, url }) =>
          verifyWebhook(new Request(url, { method: "POST", headers, body }), {
            signingSecret: secret,
          }),
      };
    },
  },
  {
    ...svix,
    provider: "resend",
    sdk: "resend",
    make: async (load) => {
      const { Resend } = await load("resend");
      const { webhooks } = new Resend("re_0");
      return {
        sign: underSvix(signer(await reference(load))),
        verify: ({ secret, body, headers }) =>
          webhooks.verify({
            payload: body,
            webhookSecret: secret,
            headers: {
              id: headers["svix-id"],
              timestamp: headers["svix-timestamp"],
              signature: headers["svix-signature"],
            },
          }),
      };
    },
  },
  {
    ...svix,
    provider: "seam",
    sdk: "seam",
    event: (text) => ({ event_type: "thing.made", text }),
    make: async (load) => {
      const { SeamWebhook } = await load("seam");
      return {
        sign: underSvix(signer(await reference(load))),
        verify: ({ secret, body, headers }) => new SeamWebhook(secret).verify(body, headers),
      };
    },
  },
  {
    ...standard,
    provider: "openai",
    sdk: "openai",
    make: async (load) => {
      const { default: OpenAI } = await load("openai");
      const { webhooks } = new OpenAI({ apiKey: "sk-0" });
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => webhooks.unwrap(body, headers, secret),
      };
    },
  },
  {
    ...standard,
    provider: "anthropic",
    sdk: "@anthropic-ai/sdk",
    event: (text) => ({ data: { type: "thing.made" }, text }),
    make: async (load) => {
      const { default: Anthropic } = await load("@anthropic-ai/sdk");
      const { webhooks } = new Anthropic({ apiKey: "sk-0" }).beta;
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => webhooks.unwrap(body, { headers, key: secret }),
      };
    },
  },
  {
    ...standard,
    provider: "replicate",
    sdk: "replicate",
    event: (text) => ({ status: "thing.made", text }),
    make: async (load) => {
      const { validateWebhook } = await load("replicate");
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => validateWebhook({ headers, body }, secret),
      };
    },
    differs: {
      stale: "the SDK reads no time: a copy of any age passes it",
      ahead: "the SDK reads no time",
    },
  },
  {
    ...standard,
    provider: "dodopayments",
    sdk: "dodopayments",
    make: async (load) => {
      const { default: DodoPayments } = await load("dodopayments");
      const { webhooks } = new DodoPayments({ bearerToken: "0" });
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => webhooks.unwrap(body, { headers, key: secret }),
      };
    },
  },
  {
    ...standard,
    provider: "lithic",
    sdk: "lithic",
    event: (text) => ({ event_type: "thing.made", text }),
    make: async (load) => {
      const { default: Lithic } = await load("lithic");
      const { webhooks } = new Lithic({ apiKey: "0" });
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => webhooks.unwrap(body, headers, secret),
      };
    },
  },
  {
    ...standard,
    provider: "whop",
    sdk: "@whop/sdk",
    secret: (n) => `ws_secret_number_${n}_0123456789abcdef`,
    make: async (load) => {
      const { default: Whop } = await load("@whop/sdk");
      const { webhooks } = new Whop({ apiKey: "0" });
      return {
        sign: signer(await reference(load), base64),
        // Whop's guide gives the SDK the secret in base64, so that the bytes of its text are the key.
        verify: ({ secret, body, headers }) =>
          webhooks.unwrap(body, { headers, key: base64(secret) }),
      };
    },
  },
  // Secrets of each age: the text is the key, or what it is the base64 of.
  polar((n) => `polar_whs_number_${n}_0123456789abcdef`, base64),
  polar(whsec, base64),
  polar(whsec, (secret) => secret),
  {
    ...standard,
    provider: "liveblocks",
    sdk: "@liveblocks/node",
    event: (text) => ({ type: "roomCreated", text }),
    type: "roomCreated",
    // An event of no type is refused after its signature was verified.
    small: '{"type":"roomCreated"}',
    make: async (load) => {
      const { WebhookHandler } = await load("@liveblocks/node");
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) =>
          new WebhookHandler(secret).verifyRequest({ headers, rawBody: body }),
      };
    },
  },
  {
    ...standard,
    provider: "creem-standard",
    sdk: "creem",
    event: (text) => ({ eventType: "thing.made", text }),
    make: async (load) => {
      const { verifyWebhookSignature } = await load("creem", "/webhooks.js");
      return {
        sign: signer(await reference(load)),
        verify: ({ secret, body, headers }) => verifyWebhookSignature(body, headers, secret),
      };
    },
  },
];
