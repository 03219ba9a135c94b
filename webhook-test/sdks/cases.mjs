// What every provider and its SDK are asked: the same of each.

/** The one letter that `body, one bit` turns into its neighbour. */
const MARK = "flip_b";

const compact = (value) => JSON.stringify(value);

/** The same value, spelled as no JSON writer spells it: with space, and every letter beyond ASCII escaped. */
const spelled = (value) =>
  JSON.stringify(value, null, 1).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const UNICODE = "é, e\u0301, ü, 漢字, 🦀, \u2028, \u007f, «»";

/** The bodies that both sides have to accept, by name. */
const bodies = ({ event, written, small = "{}", more = {} }) => ({
  plain: (written ?? compact)(event(MARK)),
  unicode: (written ?? compact)(event(UNICODE)),
  ...(written ? {} : { spelled: spelled(event(UNICODE)) }),
  small,
  large: (written ?? compact)(event("large ".repeat(40_000))),
  ...more,
});

/** The labels that our side reads from a delivery with this body. */
const labels = ({ id, type, idInHeader, labels = {}, small = "{}", alwaysLabelled }, name) => {
  if (name !== "small" || alwaysLabelled) return { id, type };
  const seen = (label, otherwise) => (otherwise || small.includes(`"${label}"`) ? label : null);
  const typed = Object.values(labels).includes(type);
  return { id: seen(id, idInHeader), type: seen(type, typed) };
};

const digits = "0123456789abcdef";
const sextets = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextetsOfTokens = sextets.replace("+/", "-_");

/** A letter of either base64, in the first. */
const plain = (letter) => letter.replace("-", "+").replace("_", "/");

/** The header with one bit of its tag turned, in the spelling it has. */
export const withTagTurned = (header) => {
  const hexadecimal = /[0-9a-f]{32,}$/i.test(header);
  const isToken = header.split(".").length === 3;
  const alphabet = hexadecimal ? digits : isToken ? sextetsOfTokens : sextets;
  // Near the end, where the tag is, and before what pads it.
  const at = header.length - 10;
  const place = header[at].toLowerCase();
  const value = hexadecimal ? digits.indexOf(place) : sextets.indexOf(plain(header[at]));
  if (value < 0) throw new Error(`no tag at the end of a header of ${header.length} bytes`);
  return header.slice(0, at) + alphabet[value ^ 1] + header.slice(at + 1);
};

/** A form with one field changed. */
export const inForm = (name) => (body, turn) => {
  const fields = new URLSearchParams(body);
  fields.set(name, turn(fields.get(name)));
  return fields.toString();
};

/** A document with the text of one field changed, whatever is around it. */
export const inJson = (name) => (body, turn) =>
  body.replace(new RegExp(`("${name}":\\s*")([^"]*)`), (_, before, text) => before + turn(text));

const turned = (judge, request) => {
  if (judge.inBody?.tag) return { ...request, body: judge.inBody.tag(request.body, withTagTurned) };
  const turn = judge.turn ?? ((header) => withTagTurned(header));
  const headers = { ...request.headers, [judge.tag]: turn(request.headers[judge.tag], withTagTurned) };
  return { ...request, headers };
};

const bodyTurned = (judge, request) => {
  const turn = (text) => text.replace(MARK, "flip_c");
  const body = judge.inBody?.text ? judge.inBody.text(request.body, turn) : turn(request.body);
  if (body === request.body) throw new Error("the body has no mark");
  return { ...request, body };
};

/**
 * The cases of a judge for deliveries that are signed by `ours` or by the `sdk`. Each says which body is signed, when, by which
 * secret, what then happens to the request on its way, and whether it has to be accepted.
 */
export const cases = (judge, by) => {
  const all = Object.entries(bodies(judge)).map(([name, body]) => ({
    name,
    body,
    // An SDK that signs JSON as it writes it has not signed this body.
    accepted: !(name === "spelled" && by === "sdk" && judge.rewrites),
    labels: labels(judge, name),
  }));
  const { plain } = bodies(judge);
  const refused = (name, rest) => ({ name, body: plain, accepted: false, ...rest });
  all.push(
    refused("body, one bit", {
      onTheWay: (request) => bodyTurned(judge, request),
      accepted: judge.bodyIsUnsigned === true,
    }),
    refused("tag, one bit", { onTheWay: (request) => turned(judge, request) }),
    refused("another secret", { signedWith: 2 }),
  );
  if (judge.past && !(by === "sdk" && judge.signsNow)) {
    all.push(
      { name: "aged", body: plain, accepted: true, age: Math.floor(judge.past / 2) },
      refused("stale", { age: judge.past + 60 }),
      refused("ahead", { age: -(Math.max(judge.past, 300) + 60) }),
    );
  }
  // Cases of this judge alone.
  for (const { by: signer, ...test } of judge.also ?? []) {
    if (!signer || signer === by) all.push({ body: plain, ...test });
  }
  return all;
};
