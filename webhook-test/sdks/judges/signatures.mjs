// Judges of senders that use HTTP Message Signatures (RFC 9421). A library of the standard signs and verifies; what it covers is said
// here. It leaves the digest of the body (RFC 9530) to its caller, so it is compared here, by Node's own crypto.
import { createHash, createPublicKey, generateKeyPairSync, sign as signWith, verify } from "node:crypto";

const LIBRARY = "http-message-signatures";

const made = new Map();

/** A pair of this kind and number, made once a run: the public half is what the receiver is given. */
const pair = (kind, options, n) => {
  const name = `${kind} ${n}`;
  if (!made.has(name)) made.set(name, generateKeyPairSync(kind, options));
  return made.get(name);
};

const pem = (key) => key.export({ type: "spki", format: "pem" });

const digest = (body) => `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;

/** A judge of a sender whose signatures cover these components and have these parameters. */
const judge = ({ kind, options, hash, alg, fields, params, values, headers, ...rest }) => ({
  sdk: LIBRARY,
  asymmetric: true,
  tag: "signature",
  secret: (n) => pem(pair(kind, options, n).publicKey),
  make: async (load) => {
    const { httpbis } = await load(LIBRARY);
    const raw = (key) => (kind === "ec" ? { key, dsaEncoding: "ieee-p1363" } : key);
    return {
      sign: async ({ secret, body, now, url }) => {
        const { privateKey } = [...made.values()].find(({ publicKey }) => pem(publicKey) === secret);
        const sent = { ...headers, "content-type": "application/json", "content-digest": digest(body) };
        const key = { id: "key-1", alg, sign: async (base) => signWith(hash, base, raw(privateKey)) };
        const request = { method: "POST", url, headers: sent };
        const signed = await httpbis.signMessage({ key, name: "sig1", fields, params, paramValues: values(now) }, request);
        const written = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]);
        return Object.fromEntries(written);
      },
      verify: async ({ secret, body, headers, url }) => {
        const key = createPublicKey(secret);
        const keyLookup = async () => ({
          id: "key-1",
          algs: [alg],
          verify: async (base, signature) => verify(hash, base, raw(key), signature),
        });
        // The clock is the machine's, and so is ours.
        const said = await httpbis.verifyMessage(
          { keyLookup, requiredFields: fields, tolerance: 60 },
          { method: "POST", url, headers },
        );
        return said === true && headers["content-digest"] === digest(body);
      },
    };
  },
  ...rest,
});

export default [
  judge({
    provider: "adcp",
    kind: "ed25519",
    options: {},
    hash: null,
    alg: "ed25519",
    fields: ["@method", "@target-uri", "@authority", "content-type", "content-digest"],
    params: ["created", "expires", "nonce", "keyid", "alg", "tag"],
    values: (now) => ({
      created: new Date(now * 1000),
      expires: new Date((now + 300) * 1000),
      nonce: "KXYnfEfJ0PBRZXQyVXfVQA",
      tag: "adcp/webhook-signing/v1",
    }),
    past: 360,
    event: (text) => ({ idempotency_key: "evt_1", task_type: "thing.made", text }),
    id: "evt_1",
    type: "thing.made",
    small: '{"idempotency_key":"evt_1","task_type":"thing.made"}',
  }),
  judge({
    provider: "ucp",
    kind: "ec",
    options: { namedCurve: "P-256" },
    hash: "sha256",
    alg: "ecdsa-p256-sha256",
    fields: ["@method", "@authority", "@path", "ucp-agent", "content-digest", "content-type"],
    params: ["keyid"],
    values: () => ({}),
    headers: { "ucp-agent": 'profile="https://merchant.example/.well-known/ucp"' },
    settings: { profile_url: "https://merchant.example/.well-known/ucp" },
    event: (text) => ({ id: "order_1", text }),
    id: null,
    type: null,
  }),
];
