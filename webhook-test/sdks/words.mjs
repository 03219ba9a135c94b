// What judges have in common: the event they make, the judge whose secret is a text, and why one is more lenient than this crate.

import { text } from "./secrets.mjs";

export const thing = (text) => ({ id: "evt_1", type: "thing.made", text });

export const utf8 = { secret: text, event: thing, id: "evt_1", type: "thing.made" };

export const NO_TIME = "the SDK reads no time: a copy of any age passes it";
export const NO_FUTURE = "the SDK refuses the past alone: a time of any year ahead passes it";
