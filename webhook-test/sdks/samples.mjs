// Holds the sample events of the test kit against the types that SDKs declare, with the TypeScript compiler.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import types from "./samples-types.mjs";

/** A sample says a part of what a provider sends. What it says has to be there, by that name and type. */
const PARTLY = `
type Any<T> = 0 extends 1 & T ? true : false;
type Partly<T> = Any<T> extends true ? unknown
  : T extends string ? \`\${T}\`
  : T extends Date ? string
  : T extends readonly (infer U)[] ? Partly<U>[]
  : T extends (...given: never[]) => unknown ? never
  : T extends object ? { [K in keyof T]?: Partly<T[K]> }
  : T;
type Numbered<T> = T extends readonly (infer U)[] ? Numbered<U>[]
  : T extends object ? { [K in keyof T as string extends K ? never : K]: K extends "id" ? number : Numbered<T[K]> }
  : T;
type DataOf<T> = T extends { data?: infer D } ? NonNullable<D> : never;
type Told<T> = { [K in keyof T]: T[K] & { object?: string } };
type Named<U, F extends string, N extends string> =
  U extends { [K in F]?: infer V } ? (N extends \`\${Extract<V, string>}\` ? U : never) : never;
`;

const at = (value, pointer) =>
  pointer
    .split("/")
    .slice(1)
    .reduce((inner, name) => inner?.[name], value);

/** The parts of an event with the type of each. */
const parts = (provider, { type, body }) => {
  const of = types[provider];
  const places = typeof of === "function" ? { "": of } : of;
  return Object.entries(places)
    .map(([pointer, typeOf]) => ({ pointer, part: at(JSON.parse(body), pointer), type: typeOf(type) }))
    .filter(({ part, type }) => part !== undefined && type)
    .map((part) => ({ ...part, provider, event: type }));
};

/**
 * Checks the samples of every provider with types. Hands back how many, and what disagrees. `ours.samples` hands back the events of a
 * provider.
 */
export const checkSamples = async (ours) => {
  const held = [];
  for (const provider of Object.keys(types)) {
    for (const event of await ours.samples(provider)) held.push(...parts(provider, event));
  }
  // Beside the packages, so that they are found; one file for each, so that a fault is of one.
  const folder = fileURLToPath(new URL("node_modules/.samples/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const files = new Map();
  held.forEach(({ part, type, ...of }, i) => {
    const path = `${folder}${i}.ts`;
    writeFileSync(path, `${PARTLY}export const sample: Partly<${type}> = ${JSON.stringify(part, null, 1)};\n`);
    files.set(path, of);
  });
  const program = ts.createProgram([...files.keys()], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  });
  const faults = [];
  for (const [path, { provider, event, pointer }] of files) {
    for (const found of ts.getPreEmitDiagnostics(program, program.getSourceFile(path))) {
      const text = ts.flattenDiagnosticMessageText(found.messageText, " ").slice(0, 400);
      faults.push(`${provider}, ${event}${pointer && ` at ${pointer}`}: ${text}`);
    }
  }
  const providers = new Set([...files.values()].map(({ provider }) => provider));
  return { providers: providers.size, events: files.size, faults };
};
