// A service that counts how often it was run.
import * as restate from "@restatedev/restate-sdk";

const hooks = restate.object({
  name: "hooks",
  handlers: {
    paid: async (context, _event) => {
      const count = (await context.get("count")) ?? 0;
      context.set("count", count + 1);
    },
    count: restate.handlers.object.shared(async (context) => (await context.get("count")) ?? 0),
  },
});

const port = await restate.serve({ services: [hooks], port: Number(process.argv[2]) });
console.log(`listens on ${port}`);
