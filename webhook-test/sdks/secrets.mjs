// Secrets in each provider's format: `n` tells the right one from the wrong one. Nobody's.

import { createHash } from "node:crypto";

const bytes = (n) => createHash("sha256").update(`secret ${n}`).digest();

export const text = (n) => `secret_number_${n}_0123456789abcdef`;
export const hex = (n) => bytes(n).toString("hex").toUpperCase();
export const whsec = (n) => `whsec_${bytes(n).toString("base64")}`;
export const login = (n) => `merchant:${text(n)}`;

/** Letters and digits alone, which base62 is written in. */
export const base62 = (n) => `Secret${bytes(n).toString("hex")}`.slice(0, 40);
