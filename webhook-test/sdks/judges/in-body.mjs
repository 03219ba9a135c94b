// Judges of providers whose signature is a part of the body. What they sign is rarely all of it.
//
// `inBody` says where: `tag` turns the tag in a body, and `text` the event's text where it is encoded.

import https from "node:https";
import { Readable } from "node:stream";
import { sign as signWith } from "node:crypto";
import { inForm, inJson } from "../cases.mjs";
import { hex } from "../secrets.mjs";
import { pairs } from "../keys.mjs";
import { NO_TIME, utf8 } from "../words.mjs";

const form = { "content-type": "application/x-www-form-urlencoded" };

const rsa = pairs("rsa", { modulusLength: 2048 });

/** The payload of Braintree's forms. */
const encoded = (text) => `${Buffer.from(text).toString("base64")}\n`;

const adyenItem = (text) => ({
  additionalData: {},
  amount: { currency: "EUR", value: 1999 },
  eventCode: "AUTHORISATION",
  eventDate: "2027-01-15T08:00:00+01:00",
  merchantAccountCode: "TestMerchant",
  // At most 80 characters. What is longer is in a field that is not signed.
  merchantReference: text.slice(0, 80),
  originalReference: "",
  pspReference: "7914073381342284",
  reason: text,
  success: "true",
});

const adyen = (item) => ({ live: "false", notificationItems: [{ NotificationRequestItem: item }] });

const TOPIC = "arn:aws:sns:us-east-1:123456789012:things";

const CERTIFICATE = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem";

/** A judge of SNS with signatures of this version, by this hash. */
const sns = (provider, version, hash) => ({
  ...utf8,
  provider,
  sdk: "sns-validator",
  secret: rsa.secret,
  signer: "node:crypto",
  asymmetric: true,
  settings: { topic_arn: TOPIC },
  inBody: { tag: inJson("Signature") },
  event: (text) => ({ Message: text }),
  small: '{"Message":""}',
  type: "Notification",
  alwaysLabelled: true,
  past: 4200,
  make: async (load) => {
    const { default: Validator } = await load("sns-validator");
    const validator = new Validator();
    const fetched = https.get;
    return {
      sign: ({ secret, body, now }) => {
        const signed = {
          Message: JSON.parse(body).Message,
          MessageId: "evt_1",
          Subject: "é",
          Timestamp: new Date(now * 1000).toISOString(),
          TopicArn: TOPIC,
          Type: "Notification",
        };
        const lines = Object.entries(signed).map(([name, value]) => `${name}\n${value}\n`);
        const tag = signWith(hash, Buffer.from(lines.join("")), rsa.privateKeyOf(secret));
        const rest = { SignatureVersion: version, SigningCertURL: CERTIFICATE, Signature: tag.toString("base64") };
        return { body: JSON.stringify({ ...signed, ...rest }), headers: {} };
      },
      verify: ({ secret, body }) =>
        new Promise((resolve, reject) => {
          // The validator fetches the certificate. Here it is the public key, without a connection.
          https.get = (_, heard) => {
            const answer = Readable.from([Buffer.from(secret)]);
            heard(Object.assign(answer, { statusCode: 200 }));
            return { on: () => {} };
          };
          validator.validate(body, (error) => (error ? reject(error) : resolve(true)));
        }).finally(() => {
          https.get = fetched;
        }),
    };
  },
  differs: { stale: NO_TIME, ahead: "the SDK reads no time" },
});

export default [
  {
    ...utf8,
    provider: "adyen",
    sdk: "@adyen/api-library",
    secret: hex,
    inBody: { tag: inJson("hmacSignature") },
    event: (text) => adyen(adyenItem(text)),
    small: JSON.stringify(adyen({ ...adyenItem(""), additionalData: {} })),
    id: null,
    type: "AUTHORISATION",
    make: async (load) => {
      const { hmacValidator: HmacValidator } = await load("@adyen/api-library");
      const validator = new HmacValidator();
      const itemOf = (document) => document.notificationItems[0].NotificationRequestItem;
      return {
        sign: ({ secret, body }) => {
          const document = JSON.parse(body);
          const item = itemOf(document);
          item.additionalData.hmacSignature = validator.calculateHmac(item, secret);
          return { body: JSON.stringify(document), headers: {} };
        },
        verify: ({ secret, body }) => validator.validateHMAC(itemOf(JSON.parse(body)), secret),
      };
    },
  },
  {
    ...utf8,
    provider: "braintree",
    sdk: "braintree",
    settings: { public_key: "public_1" },
    headers: form,
    inBody: {
      tag: inForm("bt_signature"),
      text: (body, turn) => inForm("bt_payload")(body, (payload) => encoded(turn(atob(payload)))),
    },
    event: (text) => text,
    written: (text) =>
      "<notification><kind>check</kind><timestamp type=\"datetime\">2027-01-15T08:00:00Z</timestamp>" +
      `<subject><check type="boolean">true</check><text>${text.replaceAll("&", "&amp;")}</text></subject></notification>`,
    small: "<notification><kind>check</kind><subject><check>1</check></subject></notification>",
    id: null,
    type: "check",
    alwaysLabelled: true,
    make: async (load) => {
      const { BraintreeGateway, Environment } = await load("braintree");
      const gateway = (privateKey) =>
        new BraintreeGateway({
          environment: Environment.Sandbox,
          merchantId: "merchant_1",
          publicKey: "public_1",
          privateKey,
        });
      return {
        sign: async ({ secret, body }) => {
          const payload = encoded(body);
          const tag = await gateway(secret).webhookTesting.sampleSignature(payload);
          const fields = new URLSearchParams({ bt_signature: tag, bt_payload: payload });
          return { body: fields.toString(), headers: {} };
        },
        verify: async ({ secret, body }) => {
          const fields = new URLSearchParams(body);
          const { kind } = await gateway(secret).webhookNotification.parse(
            fields.get("bt_signature"),
            fields.get("bt_payload"),
          );
          return kind === "check";
        },
      };
    },
  },
  {
    ...utf8,
    provider: "dropbox-sign",
    sdk: "@dropbox/sign",
    bodyIsUnsigned: true,
    inBody: { tag: inJson("event_hash") },
    event: (text) => ({
      event: { event_type: "signature_request_sent", event_metadata: { related_signature_id: text } },
    }),
    small: '{"event":{"event_type":"signature_request_sent"}}',
    id: null,
    type: "signature_request_sent",
    make: async (load) => {
      const { EventCallbackHelper, EventCallbackRequest } = await load("@dropbox/sign");
      return {
        verify: async ({ secret, body, headers }) => {
          const fields = await new Response(body, { headers }).formData();
          const event = JSON.parse(fields.get("json"));
          return EventCallbackHelper.isValid(secret, EventCallbackRequest.init(event));
        },
      };
    },
  },
  {
    ...utf8,
    provider: "opennode",
    sdk: "opennode",
    headers: form,
    bodyIsUnsigned: true,
    inBody: { tag: inForm("hashed_order") },
    written: ({ text }) => new URLSearchParams({ id: "evt_1", status: "paid", description: text }).toString(),
    small: "id=evt_1",
    id: null,
    type: null,
    make: async (load) => {
      const { OpenNodeClient } = await load("opennode");
      return {
        verify: ({ secret, body }) =>
          new OpenNodeClient(secret).verifySignature(Object.fromEntries(new URLSearchParams(body))),
      };
    },
  },
  {
    ...utf8,
    provider: "alipay",
    sdk: "alipay-sdk",
    secret: rsa.secret,
    signer: "node:crypto",
    asymmetric: true,
    headers: form,
    inBody: { tag: inForm("sign") },
    written: ({ text }) =>
      new URLSearchParams({ trade_status: "TRADE_SUCCESS", subject: text, charset: "utf-8" }).toString(),
    small: "trade_status=TRADE_SUCCESS",
    id: null,
    type: null,
    make: async (load) => {
      const { AlipaySdk } = await load("alipay-sdk");
      // Its own key, which signs requests, is not asked for here.
      const at = (alipayPublicKey) => new AlipaySdk({ appId: "0", privateKey: "0", alipayPublicKey });
      const fieldsOf = (body) => Object.fromEntries(new URLSearchParams(body));
      return {
        sign: ({ secret, body }) => {
          const fields = fieldsOf(body);
          const names = Object.keys(fields).sort();
          const signed = names.map((name) => `${name}=${fields[name]}`).join("&");
          const tag = signWith("sha256", Buffer.from(signed), rsa.privateKeyOf(secret));
          const more = new URLSearchParams({ sign_type: "RSA2", sign: tag.toString("base64") });
          return { body: `${body}&${more}`, headers: {} };
        },
        verify: ({ secret, body }) => at(secret).checkNotifySignV2(fieldsOf(body)),
      };
    },
  },
  sns("aws-sns", "2", "sha256"),
  sns("aws-sns-legacy-sha1", "1", "sha1"),
];
