/** For deno run --preload: a Worker that breaks as BREAK_WORKER says. What waits for more
 * than 2 s waits for a twentieth of it, and the clock that such waits are compared with goes as much faster. */
const Whole = Worker, wait = setTimeout, now = performance.now.bind(performance);

globalThis.Worker = class extends Whole {
  constructor(_url: string | URL, options?: WorkerOptions) {
    super(new URL(`./broken_worker.ts#${Deno.env.get("BREAK_WORKER")}`, import.meta.url), options);
  }
};
const HASTE = 20;
const hasty = (call: () => void, ms: number) => wait(call, ms > 2000 ? ms / HASTE : ms);
Object.assign(globalThis, { setTimeout: hasty });
Object.assign(performance, { now: () => now() * HASTE });
