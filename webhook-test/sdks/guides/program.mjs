// A system of `examples/` that runs: started on free ports with a folder of its own, asked, and stopped.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** For how long something is awaited, in milliseconds. */
const PATIENCE = 30_000;

/** Calls `look` until it returns something that counts. */
export const until = async (what, look) => {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(25)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what}: not within ${PATIENCE / 1000} s`);
};

/** A connection of its own for each request, so that the system can end. */
const closing = { connection: "close" };

/** The status and the text of an answer. */
export const send = async (url, { method = "POST", headers = {}, body }) => {
  const answer = await fetch(url, { method, headers: { ...closing, ...headers }, body });
  return { status: answer.status, text: await answer.text() };
};

export const getJson = async (url) => (await fetch(url, { headers: closing })).json();

export const sendJson = (url, document, method = "POST") =>
  send(url, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(document) });

/** Throws unless the answer has this status and, if one is given, this text. */
export const expect = (what, answer, status, text) => {
  const isRight = answer.status === status && (text === undefined || answer.text === text);
  if (!isRight) throw new Error(`${what}: ${answer.status} ${JSON.stringify(answer.text)}`);
};

/** Runs `task` with the system of this name. */
export const withSystem = async (folder, name, task, options = []) => {
  const data = mkdtempSync(join(tmpdir(), `${name}-`));
  const child = spawn(join(folder, name), ["--data", data, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const said = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => said.push(line));
  }
  const url = (before) => {
    const line = said.find((line) => line.startsWith(before));
    return line?.slice(line.indexOf("http://"));
  };
  try {
    const door = await until(`${name} listens`, () => url("listening on "));
    return await task({ door, inner: url("private API on ") });
  } catch (error) {
    throw new Error(`${error.message}\n${said.join("\n")}`, { cause: error });
  } finally {
    child.kill();
    await ended;
    rmSync(data, { recursive: true, force: true });
  }
};
