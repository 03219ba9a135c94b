// Judges of senders that use HTTP Message Signatures (RFC 9421). Two libraries of the standard sign and verify; what is covered is said
// here. That of npm leaves the digest of the body (RFC 9530) to its caller, so it is compared here, by Node's own crypto.
import { spawnSync } from "node:child_process";
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

/** The pair whose public half this is. */
const pairOf = (secret) => [...made.values()].find(({ publicKey }) => pem(publicKey) === secret);

/** A judge of a sender whose signatures cover these components and have these parameters: a library of npm. */
const byNpm = ({ kind, options, hash, alg, fields, params, values, headers, ...rest }) => ({
  sdk: LIBRARY,
  asymmetric: true,
  tag: "signature",
  secret: (n) => pem(pair(kind, options, n).publicKey),
  make: async (load) => {
    const { httpbis } = await load(LIBRARY);
    const raw = (key) => (kind === "ec" ? { key, dsaEncoding: "ieee-p1363" } : key);
    return {
      sign: async ({ secret, body, now, url }) => {
        const { privateKey } = pairOf(secret);
        const sent = { ...headers, "content-type": "application/json", "content-digest": digest(body) };
        const key = { id: "key-1", alg, sign: async (base) => signWith(hash, base, raw(privateKey)) };
        const request = { method: "POST", url, headers: sent };
        const { created, expires, ...words } = values(now);
        const at = (seconds) => seconds && new Date(seconds * 1000);
        const paramValues = { ...words, ...(created && { created: at(created), expires: at(expires) }) };
        const signed = await httpbis.signMessage({ key, name: "sig1", fields, params, paramValues }, request);
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

/** Asks the program of `httpsig/`, whose path is the second argument of the run. */
const ask = (question) => {
  const { stdout, error } = spawnSync(process.argv[3], { input: JSON.stringify(question), maxBuffer: 2 ** 24 });
  if (error) throw error;
  const answer = JSON.parse(stdout);
  if (answer.error) throw new Error(answer.error);
  return answer;
};

/** The same sender, and a library of crates.io. It makes and compares the digests itself. */
const byHttpsig = ({ kind, options, hash, alg, fields, params, values, headers, ...rest }) => ({
  sdk: "httpsig",
  version: "0.0.26 (crates.io)",
  asymmetric: true,
  tag: "signature",
  secret: (n) => pem(pair(kind, options, n).publicKey),
  make: async () => ({
    sign: async ({ secret, body, now, url }) => {
      const key = pairOf(secret).privateKey.export({ type: "pkcs8", format: "pem" });
      const request = { url, headers: { ...headers, "content-type": "application/json" }, body };
      const { created = now, expires, ...words } = values(now);
      const named = params.includes("alg") ? { alg } : {};
      const question = { request, alg, key, fields, created, expires, words: { ...words, ...named, keyid: "key-1" } };
      return ask({ do: "sign", ...question }).headers;
    },
    verify: async ({ secret, body, headers, url }) =>
      ask({ do: "verify", request: { url, headers, body }, alg, key: secret, fields }).said,
  }),
  ...rest,
  differs: rest.past && { ahead: "httpsig checks `expires`, and not that `created` is past" },
});

const SENDERS = [
  {
    provider: "adcp",
    kind: "ed25519",
    options: {},
    hash: null,
    alg: "ed25519",
    fields: ["@method", "@target-uri", "@authority", "content-type", "content-digest"],
    params: ["created", "expires", "nonce", "keyid", "alg", "tag"],
    values: (now) => ({
      created: now,
      expires: now + 300,
      nonce: "KXYnfEfJ0PBRZXQyVXfVQA",
      tag: "adcp/webhook-signing/v1",
    }),
    past: 360,
    event: (text) => ({ idempotency_key: "evt_1", task_type: "thing.made", text }),
    id: "evt_1",
    type: "thing.made",
    small: '{"idempotency_key":"evt_1","task_type":"thing.made"}',
  },
  {
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
  },
];

export default [...SENDERS.map(byNpm), ...SENDERS.map(byHttpsig)];
