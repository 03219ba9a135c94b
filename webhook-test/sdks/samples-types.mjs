// Where the SDKs declare what their provider sends: the sample events of the test kit are held against these types.
//
// An entry makes a TypeScript type from the name of an event, or an object of them by the JSON pointer of the part that the type is of.

/** Of a union of events, the one whose `field` has the name. */
const named = (union, field = "type") => (type) => `Named<${union}, "${field}", ${JSON.stringify(type)}>`;

const always = (type) => () => type;

/** `repo/thing` to the name of a class: `orders/create` is an `Order`. */
const SHOPIFY = { orders: "order", products: "product", customers: "customer" };

const PLAID = {
  SYNC_UPDATES_AVAILABLE: "SyncUpdatesAvailable",
  ERROR: "ItemError",
  LOGIN_REPAIRED: "ItemLoginRepaired",
};

const SQUARE = { payment: "Payment", refund: "Refund", subscription: "Subscription" };

const pascal = (type) =>
  type
    .split(/[._]/)
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join("");

export default {
  adyen: {
    "/notificationItems/0/NotificationRequestItem": always(
      'import("@adyen/api-library/lib/src/typings/notification/notificationRequestItem.js").NotificationRequestItem',
    ),
  },
  "azure-event-grid": {
    "/0": always('import("@azure/eventgrid").EventGridEvent<unknown> & { metadataVersion: string }'),
    "/0/data": (type) => `import("@azure/eventgrid").SystemEventNameToEventData[${JSON.stringify(type)}]`,
  },
  chargebee: {
    // The SDK leaves out that every object says what it is.
    "": always('Omit<import("chargebee").Event, "content"> & { content: unknown; object: "event" }'),
    "/content": (type) => `Told<import("chargebee").${pascal(type)}Content>`,
  },
  clerk: named('import("@clerk/backend").WebhookEvent'),
  discord: {
    "": always('import("discord-api-types/v10").APIWebhookEvent'),
    "/event": named('import("discord-api-types/v10").APIWebhookEventBody'),
  },
  figma: (type) => `import("@figma/rest-api-spec").Webhook${pascal(type.toLowerCase())}Payload`,
  github: (type) => `import("@octokit/webhooks-types").EventPayloadMap[${JSON.stringify(type)}]`,
  gocardless: { "/events/0": always('import("../gocardless-nodejs/types/types/Types.js").Event') },
  line: { "": always('import("@line/bot-sdk").webhook.CallbackRequest') },
  linear: {
    "": (type) => `import("@linear/sdk/webhooks").EntityWebhookPayloadWith${type}Data`,
  },
  openai: named('import("openai/resources/webhooks").UnwrapWebhookEvent'),
  paddle: named('import("@paddle/paddle-node-sdk").IEvents', "event_type"),
  plaid: {
    "": (type) => `import("plaid").${PLAID[type]}Webhook`,
  },
  polar: named('import("@polar-sh/sdk/2027-01").webhooks.WebhookPayload'),
  razorpay: {
    "/payload/payment/entity": always('import("razorpay/dist/types/payments.js").Payments.RazorpayPayment'),
  },
  replicate: always('import("replicate").Prediction'),
  resend: named('import("resend").WebhookEventPayload'),
  shopify: (type) => {
    const name = SHOPIFY[type.split("/")[0]];
    const of = `import("../@shopify/shopify-api/dist/ts/rest/admin/2026-01/${name}.js").${name && pascal(name)}`;
    // Its classes say that an id is a text, where a number is sent, and leave out the id of GraphQL.
    return name && `Numbered<${of}> & { admin_graphql_api_id: string }`;
  },
  slack: {
    "": always('import("@slack/bolt").EnvelopedEvent<unknown>'),
    "/event": named('import("@slack/types").SlackEvent'),
  },
  square: (type) => {
    const [thing, verb] = type.split(".");
    return `import("square").serialization.${SQUARE[thing]}${pascal(verb)}Event.Raw`;
  },
  stripe: named('import("stripe").Stripe.Event'),
  telegram: always('import("@grammyjs/types").Update'),
  telnyx: { "/data": named('DataOf<import("telnyx/resources/webhooks.js").UnwrapWebhookEvent>', "event_type") },
  workos: named('import("@workos-inc/node").EventResponse', "event"),
  zoom: (type) => `import("@zoom/rivet/meetings").${pascal(type)}Event`,
};
