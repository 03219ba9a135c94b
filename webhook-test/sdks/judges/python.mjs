// SDKs of PyPI, by way of `python.py`. What a provider's deliveries look like is said beside its SDK of npm.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lines } from "../exchange.mjs";
import payments from "./payments.mjs";
import platforms from "./platforms.mjs";
import standard from "./standard.mjs";
import { NO_FUTURE } from "../words.mjs";

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

const pinned = readFileSync(beside("../requirements.txt"), "utf8");

const version = (name) => pinned.match(new RegExp(`^${name}==(\\S+)`, "m"))[1];

let python;

const ask = (question) => {
  python ??= lines(beside("../venv/bin/python"), [beside("python.py")]);
  return python.ask(question);
};

export const end = () => python?.end();

const said = async (question) => {
  const { said, error } = await ask(question);
  if (error) throw new Error(error);
  return said;
};

const judge = (provider, name, differs) => ({
  ...[...standard, ...platforms, ...payments].find((known) => known.provider === provider),
  sdk: name,
  signer: undefined,
  version: `${version(name)} (PyPI)`,
  differs,
  make: async () => {
    const { signs } = await ask({ do: "can", provider });
    return {
      sign: signs && (({ secret, body, now, id }) => said({ do: "sign", provider, secret, body, now, id })),
      verify: ({ secret, body, headers, url }) => {
        const data_id = new URL(url).searchParams.get("data.id");
        return said({ do: "verify", provider, secret, body, headers, data_id });
      },
    };
  },
});

const IF_TOLD = "the SDK checks the time only if it is told a tolerance";

export default [
  judge("standard-webhooks", "standardwebhooks"),
  judge("svix", "svix"),
  judge("stripe", "stripe", { ahead: NO_FUTURE }),
  judge("slack", "slack-sdk"),
  judge("line", "line-bot-sdk"),
  judge("cloudinary", "cloudinary", { ahead: NO_FUTURE }),
  judge("mercadopago", "mercadopago", { stale: IF_TOLD, ahead: IF_TOLD }),
];
