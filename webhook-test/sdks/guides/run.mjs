// The guides' own clients against the systems of `examples/`: `node guides/run.mjs FOLDER`, with the folder of the built
// programs.

import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { start } from "../exchange.mjs";
import codespar from "./codespar.mjs";
import nextpay from "./nextpay.mjs";
import prood from "./prood.mjs";
import qzpay from "./qzpay.mjs";
import smartpay from "./smartpay.mjs";

const folder = process.argv[2];
const { dependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));

// Nothing leaves this machine. An SDK that tries is a fault.
const strays = [];
const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...given) {
  const [{ host = "127.0.0.1", path } = {}] = Array.isArray(given[0]) ? given[0] : given;
  if (path || !["127.0.0.1", "localhost"].includes(host)) {
    strays.push(JSON.stringify(host ?? path));
    throw new Error(`a client opened a connection to ${host ?? path}`);
  }
  return connect.apply(this, given);
};

const ours = start(join(folder, "examples", "exchange"));
const guides = { nextpay, smartpay, codespar, qzpay, prood };

const version = (client) => {
  const [name] = client.split(" with ");
  return dependencies[name] ? `${client} ${dependencies[name]}` : client;
};

const failed = [];
for (const [guide, rows] of Object.entries(guides)) {
  for (const { client, what, run } of rows) {
    const error = await run({ folder, ours }).then(
      () => null,
      (error) => error,
    );
    console.log(`${guide.padEnd(9)} ${version(client).padEnd(36)} ${error ? "FAILED" : "passed"}: ${what}`);
    if (error) failed.push(`${guide}, ${client}: ${error.stack}`);
  }
}
ours.end();

for (const stray of strays) failed.push(`a client opened a connection to ${stray}`);
for (const failure of failed) console.log(`\n!!! ${failure}`);
const count = Object.values(guides).flat().length;
console.log(`\n${count - failed.length} of ${count} rows passed.`);
process.exitCode = failed.length > 0 ? 1 : 0;
