// NextPay has no SDK: its guide signs with Node's crypto, and so does this.

import { createHmac } from "node:crypto";
import { expect, getJson, send, until, withSystem } from "./program.mjs";

const SECRET = "nextpay_test_secret_0123456789";

const tag = (body) => createHmac("sha256", SECRET).update(body).digest("hex");

export default [
  {
    client: "node:crypto",
    what: "a payout is booked; another amount is a 401",
    run: ({ folder }) =>
      withSystem(folder, "nextpay-payouts", async ({ door }) => {
        const data = { id: "pr_1", amount: 50000, currency: "PHP" };
        const body = JSON.stringify({ id: "evt_1", type: "payout_request.completed", data });
        const post = (body, signature) =>
          send(`${door}/webhooks/nextpay`, { body, headers: { "x-nextpay-signature": signature } });
        expect("genuine", await post(body, tag(body)), 200, "OK");
        const changed = body.replace("50000", "90000");
        expect("changed", await post(changed, tag(body)), 401, "Invalid signature");
        const [booked] = await until("booked", async () => {
          const entries = await getJson(`${door}/ledger`);
          return entries.length > 0 && entries;
        });
        if (booked.entry.minor !== 50000) throw new Error(JSON.stringify(booked));
      }),
  },
];
