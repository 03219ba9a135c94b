// Stripe's SDK signs as its `stripe trigger` does. Mercado Pago's can only verify: Node's crypto signs, and SDK and system
// have to agree about what it sends. QZPay's own packages need one that is not published.

import { createHmac } from "node:crypto";
import { WebhookSignatureValidator } from "mercadopago";
import Stripe from "stripe";
import { expect, getJson, send, until, withSystem } from "./program.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const STRIPE = "whsec_qzpay_test_0123456789";
const MERCADOPAGO = "mp_test_secret_0123456789";
const RECEIVED = '{"received":true}';
const INVALID = '{"error":"Invalid signature"}';

const inBilling = (door, kind, is) =>
  until(`in ${kind}`, async () => (await getJson(`${door}/billing`))[kind].find(is));

const stripe = {
  client: "stripe",
  what: "a subscription is recorded; stale, changed, and under another secret: 400",
  run: ({ folder }) =>
    withSystem(folder, "qzpay-billing", async ({ door }) => {
      const items = { data: [{ price: { id: "price_pro" } }] };
      const object = { id: "sub_1", customer: "cus_1", status: "active", items };
      const created = Math.floor(Date.now() / 1000);
      const type = "customer.subscription.created";
      const payload = JSON.stringify({ id: "evt_1", object: "event", type, created, data: { object } });
      const header = (more) => Stripe.webhooks.generateTestHeaderString({ payload, secret: STRIPE, ...more });
      const post = (body, signature) =>
        send(`${door}/webhooks/stripe`, { body, headers: { ...JSON_TYPE, "stripe-signature": signature } });
      expect("stale", await post(payload, header({ timestamp: created - 400 })), 400, INVALID);
      expect("another secret", await post(payload, header({ secret: "whsec_another" })), 400, INVALID);
      expect("changed", await post(payload.replace("active", "actjve"), header()), 400, INVALID);
      const signature = header();
      Stripe.webhooks.constructEvent(payload, signature, STRIPE);
      expect("genuine", await post(payload, signature), 200, RECEIVED);
      await inBilling(door, "subscriptions", (it) => it.id === "sub_1" && it.plan === "price_pro");
    }),
};

/** A delivery of Mercado Pago about this payment. */
const payment = (id, secret) => {
  const ts = String(Math.floor(Date.now() / 1000));
  const requestId = `request-${id}`;
  const manifest = `id:${id};request-id:${requestId};ts:${ts};`;
  const v1 = createHmac("sha256", secret).update(manifest).digest("hex");
  return {
    dataId: id,
    requestId,
    signature: `ts=${ts},v1=${v1}`,
    body: JSON.stringify({ id: 1, live_mode: true, type: "payment", action: "payment.updated", data: { id } }),
  };
};

const paid = (door, sent) =>
  send(`${door}/webhooks/mercadopago?data.id=${sent.dataId}&type=payment`, {
    body: sent.body,
    headers: { ...JSON_TYPE, "x-signature": sent.signature, "x-request-id": sent.requestId },
  });

/** What Mercado Pago's SDK says. */
const verifies = ({ signature, requestId, dataId }) => {
  const given = { xSignature: signature, xRequestId: requestId, dataId, secret: MERCADOPAGO };
  try {
    WebhookSignatureValidator.validate({ ...given, toleranceSeconds: 300 });
    return true;
  } catch {
    return false;
  }
};

const mercadopago = {
  client: "mercadopago",
  what: "it verifies what is sent, the payment is fetched and recorded; another secret: both refuse",
  run: ({ folder }) =>
    withSystem(folder, "qzpay-billing", async ({ door }) => {
      const genuine = payment("4711", MERCADOPAGO);
      if (!verifies(genuine)) throw new Error("the SDK refuses what is genuine");
      expect("genuine", await paid(door, genuine), 200, RECEIVED);
      const forged = payment("4712", "another_secret_0123456789");
      if (verifies(forged)) throw new Error("the SDK accepts what is forged");
      expect("forged", await paid(door, forged), 400, INVALID);
      await inBilling(door, "payments", (it) => it.id === "4711" && it.minor === 1990);
    }),
};

export default [stripe, mercadopago];
