// The Rust side: `cargo run -p webhook-test --example exchange`, a line of JSON in and one out.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program that answers a line of JSON with a line of JSON. */
export const lines = (program, options = []) => {
  const child = spawn(program, options, { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${program} ended`);
    return JSON.parse(value);
  };
  return { ask, end: () => child.stdin.end() };
};

/** Starts `program`; hands back how to sign, how to verify, and how to end it. */
export const start = (program) => {
  const { ask, end } = lines(program);
  const fit = (reply) => {
    if (reply.verdict === "unfit") throw new Error(`${program}: ${reply.error}`);
    return reply;
  };
  return {
    end,
    async knows(provider) {
      const question = { do: "verify", provider, secret: "", now: 0, body_base64: "" };
      return (await ask(question)).verdict !== "unknown";
    },
    /** The sample events of a provider: type and body of each. */
    async samples(provider) {
      return fit(await ask({ do: "samples", provider })).events;
    },
    async sign({ provider, settings, secret, now, url, target, headers, id, type, body }) {
      const body_base64 = Buffer.from(body).toString("base64");
      const question = { do: "sign", provider, settings, secret, now, url, target, id, type, body_base64 };
      const signed = fit(await ask({ ...question, headers: Object.entries(headers) }));
      return {
        method: signed.method,
        target: signed.target,
        headers: Object.fromEntries(signed.headers),
        body: Buffer.from(signed.body_base64, "base64").toString(),
      };
    },
    async verify({ provider, settings, secret, now, url, request }) {
      const { method, target, headers, body } = request;
      const body_base64 = Buffer.from(body).toString("base64");
      const asked = { provider, settings, secret, now, url };
      const question = { do: "verify", ...asked, method, target, body_base64 };
      return fit(await ask({ ...question, headers: Object.entries(headers) }));
    },
  };
};
