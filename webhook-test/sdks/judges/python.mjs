// SDKs of PyPI, by way of `python.py`. What a provider's deliveries look like is said beside its SDK of npm.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inJson } from "../cases.mjs";
import { lines } from "../exchange.mjs";
import later from "./later.mjs";
import payments from "./payments.mjs";
import platforms from "./platforms.mjs";
import standard from "./standard.mjs";
import { NO_FUTURE, utf8 } from "../words.mjs";

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

const pinned = readFileSync(beside("../requirements.txt"), "utf8");

const version = (name) => pinned.match(new RegExp(`^${name}==(\\S+)`, "m"))[1];

let python;

const ask = (question) => {
  python ??= lines(beside("../venv/bin/python"), [beside("python.py")]);
  return python.ask(question);
};

export const end = () => python?.end();

const answer = async (question) => {
  const { said, error } = await ask(question);
  if (error) throw new Error(error);
  return said;
};

const known = (provider) =>
  [...standard, ...platforms, ...payments, ...later].find((judge) => judge.provider === provider);

const judge = (provider, name, differs, said = known(provider)) => ({
  ...said,
  provider,
  also: undefined,
  sdk: name,
  signer: undefined,
  version: `${version(name)} (PyPI)`,
  differs,
  make: async () => {
    const { signs } = await ask({ do: "can", provider });
    return {
      sign: signs && (({ secret, body, now, id, url }) => answer({ do: "sign", provider, secret, body, now, id, url })),
      verify: ({ secret, body, headers, url }) => {
        const data_id = new URL(url).searchParams.get("data.id");
        return answer({ do: "verify", provider, secret, body, headers, url, data_id });
      },
    };
  },
});

const IF_TOLD = "the SDK checks the time only if it is told a tolerance";

const QUARTER = "the SDK takes a quarter of an hour";

export default [
  judge("standard-webhooks", "standardwebhooks"),
  judge("svix", "svix"),
  judge("stripe", "stripe", { ahead: NO_FUTURE }),
  judge("slack", "slack-sdk"),
  judge("line", "line-bot-sdk"),
  judge("cloudinary", "cloudinary", { ahead: NO_FUTURE }),
  judge("mercadopago", "mercadopago", { stale: IF_TOLD, ahead: IF_TOLD }),
  judge("increase", "increase", undefined, {
    ...known("standard-webhooks"),
    event: (text) => ({ category: "thing.made", text }),
  }),
  judge("mailgun", "mailgun", { stale: QUARTER, ahead: QUARTER }, {
    ...utf8,
    bodyIsUnsigned: true,
    inBody: { tag: inJson("signature") },
    event: (text) => ({ "event-data": { id: "evt_1", event: "thing.made", text } }),
    past: 300,
  }),
  judge("twilio", "twilio"),
  judge("twilio-shared-key", "twilio", undefined, known("twilio")),
];
