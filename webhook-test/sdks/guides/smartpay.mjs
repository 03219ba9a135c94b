// Smartpay's SDK signs for the system, and its middleware for Express verifies what we sign.

import { once } from "node:events";
import express from "express";
import sdk from "@smartpay/sdk-node";
import { expect, getJson, send, until, withSystem } from "./program.mjs";

const Smartpay = sdk.default ?? sdk;

/** The test secrets of the system. */
const DEFAULT = "AAYOURSIGNINGKEYfortests0123456789abcdef";
const SECOND = "SECONDsigningKeyForTests0123456789abcdef";

const event = (id, order) =>
  JSON.stringify({
    id,
    object: "event",
    createdAt: Date.now(),
    test: true,
    eventData: {
      type: "order.authorized",
      version: "2022-02-18",
      data: { id: order, amount: 2500, currency: "JPY" },
    },
  });

const signed = (secret, body) => {
  const time = String(Date.now());
  const signature = Smartpay.calculateWebhookSignature({ data: `${time}.${body}`, secret });
  return {
    "content-type": "application/json",
    "smartpay-signature": signature,
    "smartpay-signature-timestamp": time,
  };
};

const captured = (door, order) =>
  until(`${order} is captured`, async () => {
    const orders = await getJson(`${door}/orders`);
    return orders.some((it) => it.subject === order && it.status === "captured");
  });

const accepted = {
  client: "@smartpay/sdk-node",
  what: "an order is captured under both secrets; changed, unsigned, and with equal headers: 400",
  run: ({ folder }) =>
    withSystem(folder, "smartpay-orders", async ({ door }) => {
      const post = (body, headers) => send(`${door}/webhooks`, { body, headers });
      const body = event("evt_1", "order_1");
      const headers = signed(DEFAULT, body);
      expect("genuine", await post(body, headers), 200, "");
      const changed = body.replace("2500", "9500");
      expect("changed", await post(changed, headers), 400, "");
      expect("unsigned", await post(body, { "content-type": "application/json" }), 400, "");
      const equal = { "smartpay-signature": "x", "calculated-signature": "x" };
      expect("equal headers", await post(body, { ...headers, ...equal }), 400, "");
      const other = event("evt_2", "order_2");
      const second = { ...signed(SECOND, other), "smartpay-subscription-id": "webhook_second" };
      expect("the second secret", await post(other, second), 200, "");
      await captured(door, "order_1");
      await captured(door, "order_2");
    }),
};

const retried = {
  client: "@smartpay/sdk-node",
  what: "the guide's demonstration of retries: 400, 400, 200, and then a duplicate",
  run: ({ folder }) =>
    withSystem(folder, "smartpay-orders", async ({ door }) => {
      const body = event("evt_3", "order_3");
      for (const status of [400, 400, 200, 200]) {
        const request = { body, headers: signed(DEFAULT, body) };
        expect("an attempt", await send(`${door}/webhooks/retries`, request), status, "");
      }
    }),
};

/** A receiver with the SDK's middleware, as the guide puts it into Express. */
const receiver = async (secret) => {
  const app = express();
  app.use(express.json({ verify: Smartpay.expressWebhookMiddleware(secret) }));
  app.post("/webhooks", (request, response) => {
    const { headers } = request;
    const isGenuine = headers["smartpay-signature"] === headers["calculated-signature"];
    response.status(isGenuine ? 200 : 400).send("");
  });
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
};

const verified = {
  client: "@smartpay/sdk-node with Express",
  what: "the SDK's middleware verifies what this crate signs, and not what was changed",
  run: async ({ ours }) => {
    const server = await receiver(DEFAULT);
    try {
      const now = Math.floor(Date.now() / 1000);
      const body = event("evt_4", "order_4");
      const question = { provider: "smartpay", secret: DEFAULT, now, url: "http://localhost", headers: {} };
      const made = await ours.sign({ ...question, target: "/webhooks", body });
      const headers = { ...made.headers, "content-type": "application/json" };
      const url = `http://127.0.0.1:${server.address().port}/webhooks`;
      expect("genuine", await send(url, { headers, body }), 200, "");
      expect("changed", await send(url, { headers, body: body.replace("2500", "9500") }), 400, "");
    } finally {
      server.close();
    }
  },
};

export default [accepted, retried, verified];
