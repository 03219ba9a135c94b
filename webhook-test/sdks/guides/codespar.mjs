// CodeSpar's SDK of npm is not published, and that of PyPI has nothing about webhooks: its guide signs and verifies with
// Node's crypto. The providers that post to CodeSpar have SDKs.

import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import coinbase from "coinbase-commerce-node";
import Stripe from "stripe";
import { expect, getJson, send, sendJson, until, withSystem } from "./program.mjs";

const JSON_TYPE = { "content-type": "application/json" };

const hex = (secret, body) => createHmac("sha256", secret).update(body).digest("hex");

const ofType = (jobs, consumer, state) => jobs.find((it) => it.consumer === consumer && it.state.toLowerCase() === state);

const ended = (inner, consumer) =>
  until(`${consumer} is done`, async () => ofType(await getJson(`${inner}/v1/jobs`), consumer, "done"));

/** A receiver with the guide's condition: the hex HMAC-SHA-256 of the raw body, under the secret of its trigger. */
const receiver = async () => {
  const calls = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    calls.push({ raw, signature: request.headers["x-codespar-signature"] });
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/hook`;
  return { calls, url, close: () => server.close() };
};

const shop = {
  client: "node:crypto",
  what: "the shop runs its steps; a copy is `already_processed`; another tag is a 401",
  run: ({ folder }) =>
    withSystem(folder, "codespar-payments", async ({ door, inner }) => {
      const body = JSON.stringify({
        event: "payment.confirmed",
        payment_id: "pay_1",
        amount: 19.99,
        items: [],
        customer: { cpf: "00000000000", phone: "+5500" },
        shipping: { cep: "01000-000", weight: 1.5 },
      });
      const post = (signature) =>
        send(`${door}/api/webhooks/payment`, { body, headers: { ...JSON_TYPE, "x-codespar-signature": signature } });
      const tag = hex("whsec_codespar_test_0123456789", body);
      expect("genuine", await post(tag), 200, '{"received":true}');
      expect("a copy", await post(tag), 200, '{"already_processed":true}');
      expect("forged", await post(hex("another", body)), 401, '{"error":"Invalid signature"}');
      await ended(inner, "shop");
    }),
};

/** A provider's SDK signs; what is genuine arrives at a receiver of ours, under the guide's check. */
const adapter = ({ client, server, secret, event, name, sign }) => ({
  client,
  what: `\`${server}\` is verified, normalised to \`${name}\`, and called with the guide's signature`,
  run: ({ folder }) =>
    withSystem(folder, "codespar-payments", async ({ door, inner }) => {
      const mine = await receiver();
      try {
        const connection = `${inner}/v1/connections/${server}/conn_1`;
        expect("connected", await sendJson(connection, { secret }, "PUT"), 200);
        const trigger = { name: "mine", event: name, webhook_url: mine.url };
        const created = await sendJson(`${inner}/v1/triggers`, trigger);
        expect("a trigger", created, 200);
        const body = JSON.stringify(event);
        const url = `${door}/v1/webhooks/${server}/conn_1`;
        const headers = { ...JSON_TYPE, ...sign(body, secret) };
        expect("genuine", await send(url, { body, headers }), 200, '{"received":true}');
        const another = { ...JSON_TYPE, ...sign(body, "another_secret_0123456789") };
        expect("another secret", await send(url, { body, headers: another }), 401);
        const [call] = await until("a call", () => mine.calls.length > 0 && mine.calls);
        if (call.signature !== hex(JSON.parse(created.text).secret, call.raw)) throw new Error("the guide's check fails");
        if (JSON.parse(call.raw).event !== name) throw new Error(String(call.raw));
        await ended(inner, server);
      } finally {
        mine.close();
      }
    }),
});

export default [
  shop,
  adapter({
    client: "stripe",
    server: "stripe",
    secret: "whsec_0123456789abcdef",
    name: "payment.confirmed",
    event: {
      id: "evt_1",
      type: "payment_intent.succeeded",
      data: { object: { id: "pi_1", amount_received: 1999, currency: "brl" } },
    },
    sign: (payload, secret) => ({
      "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload, secret }),
    }),
  }),
  adapter({
    client: "coinbase-commerce-node",
    server: "coinbase-commerce",
    secret: "coinbase_shared_secret_0123456789",
    name: "payment.confirmed",
    event: {
      id: "1",
      event: {
        id: "evt_1",
        type: "charge:confirmed",
        data: { code: "CODE", id: "charge_1", pricing: { local: { amount: "19.99", currency: "USD" } } },
      },
    },
    sign: (body, secret) => ({ "x-cc-webhook-signature": coinbase.Webhook.computeSignature(body, secret) }),
  }),
];
