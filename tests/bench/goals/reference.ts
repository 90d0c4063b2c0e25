/** The least that a Deno program of tcptop's shape takes: a main thread, and a Worker that posts a message once a second. */
if ("postMessage" in globalThis) {
  setInterval(() => (globalThis as unknown as Worker).postMessage(performance.now()), 1000);
} else {
  new Worker(import.meta.url, { type: "module" }).onmessage = () => {};
}
