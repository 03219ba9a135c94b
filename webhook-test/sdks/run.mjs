// Holds the SDKs of the lock file against the program given: `node run.mjs target/debug/examples/exchange`.

import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { cases } from "./cases.mjs";
import { start } from "./exchange.mjs";
import later from "./judges/later.mjs";
import payments from "./judges/payments.mjs";
import gateways from "./judges/gateways.mjs";
import inBody from "./judges/in-body.mjs";
import python, { end } from "./judges/python.mjs";
import platforms from "./judges/platforms.mjs";
import shops from "./judges/shops.mjs";
import signatures from "./judges/signatures.mjs";
import standard from "./judges/standard.mjs";
import tokens from "./judges/tokens.mjs";
import variants from "./judges/variants.mjs";
import { checkSamples } from "./samples.mjs";

/** Providers that have to pass. */
const LEAST = 90;

const HOST = "https://hooks.example.com";

// Some SDKs say much, add listeners with every client, or report their errors home. The last is a fault.
const print = console.log;
for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = () => {};
process.setMaxListeners(0);
const connections = [];
Socket.prototype.connect = (...to) => {
  connections.push(JSON.stringify(to[0]));
  throw new Error("an SDK opened a connection");
};

const program = process.argv[2];
const ours = start(program);
const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));

const load = async (name, below = "") => {
  const module = await import(name + below);
  // The names of a CommonJS package that Node did not find on its own.
  return typeof module.default === "object" ? { ...module.default, ...module } : module;
};

/** What the SDK says: accepted unless it throws or says no. */
const heard = async (sdk, secret, request) => {
  const { headers, target } = request;
  const given = { ...request, headers: { ...headers }, secret, url: HOST + target };
  try {
    const said = await sdk.verify(given);
    return { accepted: said !== false && said !== null };
  } catch (error) {
    return { accepted: false, why: String(error?.message ?? error) };
  }
};

/** Path and query of a case. */
const targetOf = (judge, test) => test.target ?? judge.target ?? "/hooks";

/** The request of a case, signed by our signer or by the SDK. */
const signed = async (judge, sdk, test, by, now) => {
  const secret = judge.secret(test.signedWith ?? 1);
  const at = now - (test.age ?? 0);
  const target = targetOf(judge, test);
  const { body } = test;
  if (by === "ours") {
    const { id, type } = judge;
    const asked = { id: id ?? undefined, type: type ?? undefined, headers: judge.headers ?? {} };
    const url = HOST + target.split("?")[0];
    return ours.sign({ ...asked, provider: judge.provider, settings: judge.settings, secret, now: at, url, target, body });
  }
  const method = test.method ?? "POST";
  const made = { secret, body, now: at, id: judge.id, url: HOST + target, method };
  const signed = await sdk.sign(made);
  // The headers, or more of the request than those.
  const { headers, ...rest } = typeof signed.headers === "object" ? signed : { headers: signed };
  return { method, target, body, ...rest, headers: { ...headers, ...judge.labels, ...judge.headers } };
};

const same = (found, expected) => found.id === expected.id && found.type === expected.type;

/** What is wrong with our verdict, if anything. */
const ourFault = (found, test) => {
  if (test.answered) return found.verdict === "answered" ? null : `we say ${JSON.stringify(found)}`;
  const accepted = found.verdict === "accepted";
  if (accepted !== test.accepted) return `we say ${JSON.stringify(found)}`;
  if (accepted && test.labels && !same(found, test.labels)) {
    return `we read ${JSON.stringify(found)}, not ${JSON.stringify(test.labels)}`;
  }
  return null;
};

const judgeOne = async (judge, sdk, test, by) => {
  const now = Math.floor(Date.now() / 1000);
  const sent = await signed(judge, sdk, test, by, now);
  const request = test.onTheWay ? test.onTheWay(sent) : sent;
  const secret = judge.secret(1);
  const url = HOST + targetOf(judge, test).split("?")[0];
  const { provider, settings } = judge;
  const found = await ours.verify({ provider, settings, secret, now, url, request });
  const said = await heard(sdk, secret, request);
  const faults = [];
  const fault = ourFault(found, test);
  if (fault) faults.push(fault);
  const differs = judge.differs?.[test.name];
  if ((said.accepted === test.accepted) === (differs !== undefined)) {
    const word = said.accepted ? "accepts" : `refuses (${said.why ?? "no"})`;
    faults.push(`the SDK ${word}${differs ? ", as we do: no difference any more" : ""}`);
  }
  return faults.map((text) => `${test.name}, signed by ${by === "ours" ? "us" : (judge.signer ?? "the SDK")}: ${text}`);
};

const judged = async (judge) => {
  const sdk = await judge.make(load);
  // A private key is not the receiver's to have.
  const ways = [...(judge.asymmetric ? [] : ["ours"]), ...(sdk.sign ? ["sdk"] : [])];
  const faults = [];
  let count = 0;
  for (const by of ways) {
    for (const test of cases(judge, by)) {
      faults.push(...(await judgeOne(judge, sdk, test, by)));
      count += 1;
    }
  }
  return { ways, faults, count };
};

const row = (cells) =>
  print(cells.map((cell, i) => String(cell).padEnd([20, 38, 34, 6, 0][i])).join(" "));

const words = (ways, judge) => {
  const sdk = judge.signer ?? "the SDK";
  return ways.map((by) => (by === "ours" ? "we" : sdk)).join(", ");
};

const totals = {
  passed: new Set(),
  failed: new Set(),
  surprised: [],
  absent: [],
  differ: [],
  cases: 0,
};

row(["provider", "SDK", "who signs", "cases", "verdict"]);
const judges = [
  ...standard,
  ...platforms,
  ...gateways,
  ...payments,
  ...shops,
  ...tokens,
  ...inBody,
  ...signatures,
  ...later,
  ...variants,
  ...python,
];
for (const judge of judges) {
  const sdk = `${judge.sdk}@${judge.version ?? dependencies[judge.sdk]}`;
  if (!(await ours.knows(judge.provider))) {
    totals.absent.push(`${judge.provider} (${sdk})`);
    continue;
  }
  const { ways, faults, count } = await judged(judge).catch((error) => ({
    ways: [],
    faults: [`it does not run: ${error.stack}`],
    count: 0,
  }));
  const differs = Object.entries(judge.differs ?? {});
  totals.cases += count;
  for (const [name, reason] of differs) totals.differ.push(`${judge.provider}, ${sdk}, ${name}: ${reason}`);
  for (const fault of faults) totals.surprised.push(`${judge.provider}, ${sdk}, ${fault}`);
  (faults.length === 0 ? totals.passed : totals.failed).add(judge.provider);
  const agreed = differs.length ? `agree; ${differs.length} known to differ` : "agree";
  row([judge.provider, sdk, words(ways, judge), count, faults.length ? "SURPRISE" : agreed]);
}
const samples = await checkSamples(ours);
ours.end();
end();

const list = (title, lines) => {
  if (lines.length) print(`\n${title}\n${lines.map((line) => `  ${line}`).join("\n")}`);
};

list("The SDK differs, because:", totals.differ);
list("!!! NOT IN THIS BUILD, so nothing is known of:", totals.absent);
for (const fault of samples.faults) totals.surprised.push(`sample event of ${fault}`);
for (const to of connections) totals.surprised.push(`an SDK opened a connection: ${to}`);
list("!!! SURPRISES:", totals.surprised);
// One SDK of a provider does not make up for the other.
const passed = [...totals.passed].filter((provider) => !totals.failed.has(provider)).length;
print(`\n${samples.events} sample events and parts of ${samples.providers} providers were held against an SDK's types.`);
print(
  `${passed} providers agree with their SDK in ${totals.cases} cases; ` +
    `${totals.surprised.length} surprises, ${totals.absent.length} not in this build.`,
);
if (totals.surprised.length > 0 || passed < LEAST) process.exitCode = 1;
