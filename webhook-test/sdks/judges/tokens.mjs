// Judges of providers whose signature is a JSON Web Token, or a JSON Web Signature without its payload.

import { createHash, createSecretKey, sign as signWith } from "node:crypto";
import { pairs } from "../keys.mjs";
import { utf8 } from "../words.mjs";

const rsa = pairs("rsa", { modulusLength: 2048 });
const p521 = pairs("ec", { namedCurve: "P-521" });

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const BODY_IS_THE_CALLERS = "the SDK checks the token alone, and leaves the hash of the body to its caller";
const TIME_IS_THE_CALLERS = "the SDK leaves the times in the token to its caller";

export default [
  {
    ...utf8,
    provider: "livekit",
    sdk: "livekit-server-sdk",
    tag: "authorization",
    settings: { api_key: "key_1" },
    event: (text) => ({ id: "evt_1", event: "thing.made", room: { name: text } }),
    past: 300,
    // The SDK takes the time of its tokens from the machine.
    signsNow: true,
    make: async (load) => {
      const { AccessToken, WebhookReceiver } = await load("livekit-server-sdk");
      return {
        sign: async ({ secret, body }) => {
          const token = new AccessToken("key_1", secret, { ttl: 300 });
          token.sha256 = createHash("sha256").update(body).digest("base64");
          return { authorization: await token.toJwt() };
        },
        verify: ({ secret, body, headers }) =>
          new WebhookReceiver("key_1", secret).receive(body, headers.authorization),
      };
    },
  },
  {
    ...utf8,
    provider: "qstash",
    sdk: "@upstash/qstash",
    tag: "upstash-signature",
    target: "/hooks?tenant=1",
    idInHeader: true,
    labels: { "upstash-message-id": "evt_1" },
    type: null,
    past: 300,
    make: async (load) => {
      const { Receiver } = await load("@upstash/qstash");
      return {
        verify: ({ secret, body, headers, url }) =>
          new Receiver({ currentSigningKey: "sig_0", nextSigningKey: secret }).verify({
            signature: headers["upstash-signature"],
            body,
            url,
          }),
      };
    },
  },
  {
    ...utf8,
    provider: "vonage",
    sdk: "@vonage/jwt",
    tag: "authorization",
    id: null,
    type: null,
    past: 300,
    make: async (load) => {
      const { verifySignature } = await load("@vonage/jwt");
      return {
        verify: ({ secret, headers }) =>
          verifySignature(headers.authorization.replace("Bearer ", ""), secret),
      };
    },
    differs: {
      "body, one bit": BODY_IS_THE_CALLERS,
      stale: "the token has no `exp`, and the SDK sets no limit of its own",
      ahead: "as stale",
    },
  },
  {
    ...utf8,
    provider: "messagebird",
    sdk: "messagebird",
    tag: "messagebird-signature-jwt",
    target: "/hooks?status=delivered",
    id: null,
    type: null,
    past: 60,
    make: async (load) => {
      const { verify } = await load("messagebird", "/lib/webhook-signature-jwt.js");
      return {
        verify: ({ secret, body, headers, url }) => {
          const key = createSecretKey(Buffer.from(secret));
          return verify(url, Buffer.from(body), headers["messagebird-signature-jwt"], key);
        },
      };
    },
  },
  {
    ...utf8,
    provider: "atlassian-connect",
    sdk: "atlassian-jwt",
    tag: "authorization",
    target: "/hooks?user_id=a%20b&list=2&list=1&plus=%2B",
    bodyIsUnsigned: true,
    event: (text) => ({ webhookEvent: "thing.made", text }),
    id: null,
    past: 180,
    make: async (load) => {
      const jwt = await load("atlassian-jwt");
      const hash = (url) => jwt.createQueryStringHash(jwt.fromMethodAndUrl("POST", url));
      return {
        sign: ({ secret, url, now }) => {
          const claims = { iss: "client_1", iat: now, exp: now + 180, qsh: hash(url) };
          return { authorization: `JWT ${jwt.encodeSymmetric(claims, secret)}` };
        },
        verify: ({ secret, headers, url }) => {
          const token = headers.authorization.replace("JWT ", "");
          return jwt.decodeSymmetric(token, secret, "HS256").qsh === hash(url);
        },
      };
    },
    differs: { stale: TIME_IS_THE_CALLERS, ahead: TIME_IS_THE_CALLERS },
  },
  {
    ...utf8,
    provider: "google-pubsub",
    sdk: "google-auth-library",
    secret: rsa.secret,
    signer: "node:crypto",
    asymmetric: true,
    tag: "authorization",
    bodyIsUnsigned: true,
    settings: { audience: "https://hooks.example.com", service_account: "push@example.iam.gserviceaccount.com" },
    event: (text) => ({ message: { messageId: "evt_1", data: text }, subscription: "projects/p/subscriptions/s" }),
    type: null,
    past: 3600,
    make: async (load) => {
      const { OAuth2Client } = await load("google-auth-library");
      const client = new OAuth2Client();
      const issuer = "https://accounts.google.com";
      const audience = "https://hooks.example.com";
      return {
        sign: ({ secret, now }) => {
          const claims = {
            iss: issuer,
            aud: audience,
            email: "push@example.iam.gserviceaccount.com",
            email_verified: true,
            iat: now,
            exp: now + 3600,
          };
          const signed = `${base64url({ alg: "RS256", kid: "key_1", typ: "JWT" })}.${base64url(claims)}`;
          const tag = signWith("sha256", Buffer.from(signed), rsa.privateKeyOf(secret));
          return { authorization: `Bearer ${signed}.${tag.toString("base64url")}` };
        },
        // What it asks Google for is given here: the certificates.
        verify: ({ secret, headers }) =>
          client.verifySignedJwtWithCertsAsync(
            headers.authorization.replace("Bearer ", ""),
            { key_1: secret },
            audience,
            [issuer],
          ),
      };
    },
    differs: { stale: "the SDK takes a token for five minutes more than it says" },
  },
  {
    ...utf8,
    provider: "truelayer",
    sdk: "truelayer-signing",
    secret: p521.secret,
    asymmetric: true,
    tag: "tl-signature",
    headers: { "x-tl-webhook-timestamp": "2027-01-15T08:00:00Z" },
    event: (text) => ({ event_id: "evt_1", type: "thing.made", text }),
    also: [
      {
        name: "path with a final slash",
        accepted: true,
        onTheWay: (request) => ({ ...request, target: `${request.target}/` }),
      },
      {
        name: "another path",
        accepted: false,
        onTheWay: (request) => ({ ...request, target: "/other" }),
      },
      {
        name: "signed header, changed",
        accepted: false,
        onTheWay: (request) => ({
          ...request,
          headers: { ...request.headers, "x-tl-webhook-timestamp": "2027-01-15T08:00:01Z" },
        }),
      },
    ],
    make: async (load) => {
      const { sign, verify } = await load("truelayer-signing");
      const path = (url) => new URL(url).pathname;
      return {
        sign: ({ secret, body, url }) => {
          const privateKeyPem = p521.privateKeyOf(secret).export({ type: "pkcs8", format: "pem" });
          const headers = { "X-TL-Webhook-Timestamp": "2027-01-15T08:00:00Z" };
          const signed = { kid: "key_1", privateKeyPem, method: "POST", path: path(url), headers, body };
          return { "tl-signature": sign(signed) };
        },
        verify: ({ secret, body, headers, url, method }) => {
          const signature = headers["tl-signature"];
          verify({ publicKeyPem: secret, signature, method, path: path(url), headers, body });
          return true;
        },
      };
    },
  },
];
