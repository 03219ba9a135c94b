// Key pairs of judges whose provider signs with a private key.

import { generateKeyPairSync } from "node:crypto";

/** The public key as `Provider`s and most SDKs take it. */
export const pem = (key) => key.export({ type: "spki", format: "pem" });

/** Pairs by number, made once a run. The public half, as `written`, is what the receiver is given. */
export const pairs = (kind, options = {}, written = pem) => {
  const made = new Map();
  const pair = (n) => {
    if (!made.has(n)) made.set(n, generateKeyPairSync(kind, options));
    return made.get(n);
  };
  return {
    secret: (n) => written(pair(n).publicKey),
    privateKeyOf: (secret) => {
      const found = [...made.values()].find(({ publicKey }) => written(publicKey) === secret);
      return found.privateKey;
    },
  };
};
