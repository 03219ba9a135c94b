// Stripe's SDK signs for the checkout, and for the API behind it. Easypay and ifthenpay have no SDK that knows their
// notifications: they sign nothing.

import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { Webhook } from "standardwebhooks";
import { expect, getJson, send, sendJson, until, withSystem } from "./program.mjs";

const JSON_TYPE = { "content-type": "application/json" };
/** The test secrets of the platform, whose orders are those of `_`. */
const PLATFORM = "whsec_platform_test_0123456789";
const HOP = "whsec_Y2hlY2tvdXQtaG9wLXRlc3Qtc2VjcmV0LTAx";

const newOrder = async (door, id) => {
  const order = { minor: 1999, currency: "EUR" };
  expect("an order", await sendJson(`${door}/v1/orders/_/${id}`, order), 201);
};

const hasState = (door, id, state) =>
  until(`${id} is ${state}`, async () => {
    const orders = await getJson(`${door}/v1/orders`);
    return orders.some((it) => it.id === id && it.state === state);
  });

const session = (id, order) => {
  const object = {
    id: `cs_${order}`,
    client_reference_id: order,
    payment_intent: `pi_${order}`,
    payment_status: "paid",
    amount_total: 1999,
    currency: "eur",
  };
  return JSON.stringify({ id, object: "event", type: "checkout.session.completed", data: { object } });
};

const stripeHeader = (payload, secret) => ({
  ...JSON_TYPE,
  "stripe-signature": Stripe.webhooks.generateTestHeaderString({ payload, secret }),
});

const checkout = {
  client: "stripe",
  what: "verified, forwarded, and the order is paid; under another secret, or for a tenant without one: 401",
  run: ({ folder }) =>
    withSystem(folder, "prood-checkout", async ({ door }) => {
      await newOrder(door, "order-1");
      const body = session("evt_1", "order-1");
      const post = (org, secret) =>
        send(`${door}/api/webhooks/stripe/${org}`, { body, headers: stripeHeader(body, secret) });
      expect("another secret", await post("_", "whsec_another_0123456789"), 401);
      expect("another tenant", await post("acme", PLATFORM), 401);
      expect("genuine", await post("_", PLATFORM), 200);
      await hasState(door, "order-1", "paid");
    }),
};

const direct = {
  client: "stripe",
  what: "delivered to the API itself, without the checkout",
  run: ({ folder }) =>
    withSystem(folder, "prood-checkout", async ({ door }) => {
      await newOrder(door, "order-2");
      const body = session("evt_2", "order-2");
      const url = `${door}/v1/webhooks/payments/stripe?org=_`;
      expect("genuine", await send(url, { body, headers: stripeHeader(body, PLATFORM) }), 200);
      await hasState(door, "order-2", "paid");
    }),
};

const hop = {
  client: "standardwebhooks",
  what: "signs the hop to the API; the guide's `x-checkout-secret` alone is a 401",
  run: ({ folder }) =>
    withSystem(folder, "prood-checkout", async ({ door }) => {
      await newOrder(door, "order-3");
      const body = session("evt_3", "order-3");
      const [id, at] = [randomUUID(), new Date()];
      const headers = {
        ...JSON_TYPE,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(HOP).sign(id, at, body),
      };
      const url = `${door}/v1/webhooks/payments/stripe?org=_`;
      expect("a password", await send(url, { body, headers: { ...JSON_TYPE, "x-checkout-secret": HOP } }), 401);
      expect("changed", await send(url, { body: body.replace("1999", "1"), headers }), 401);
      expect("genuine", await send(url, { body, headers }), 200);
      await hasState(door, "order-3", "paid");
    }),
};

const unsigned = {
  client: "fetch",
  what: "ifthenpay's callback with its key pays an order, and without it is a 401",
  run: ({ folder }) =>
    withSystem(folder, "prood-checkout", async ({ door }) => {
      await newOrder(door, "order-4");
      const callback = (key) => {
        const query = new URLSearchParams({ key, orderId: "order-4", amount: "19.99", requestId: "r1" });
        return send(`${door}/api/webhooks/ifthenpay/_?${query}`, { method: "GET" });
      };
      expect("another key", await callback("another-phishing-key-0123456789"), 401);
      expect("genuine", await callback("platform-phishing-key-0123456789"), 200);
      await hasState(door, "order-4", "paid");
    }),
};

export default [checkout, direct, hop, unsigned];
