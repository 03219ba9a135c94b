// A service that counts how often it was run.
// The SDK needs this function, which Node.js has from version 22 on.
Promise.withResolvers ??= function () {
  const parts = {};
  parts.promise = new this((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const restate = await import("@restatedev/restate-sdk");

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
