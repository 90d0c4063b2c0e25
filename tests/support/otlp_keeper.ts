/** For a network namespace that has no way to a test's own receiver: takes OTLP at the usual port, and keeps each request as a file of the folder. */
const [folder] = Deno.args;
let count = 0;

Deno.serve({ hostname: "127.0.0.1", port: 4318, onListen: () => {} }, async (request) => {
  const signal = new URL(request.url).pathname.split("/").at(-1);
  await Deno.writeFile(
    `${folder}/${signal}-${String(count++).padStart(6, "0")}`,
    new Uint8Array(await request.arrayBuffer()),
  );
  return new Response(new Uint8Array());
});
