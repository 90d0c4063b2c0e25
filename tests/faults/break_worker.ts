/** For deno run --preload: a Worker that breaks as BREAK_WORKER says. What waits for 10 s and more waits for a twentieth of it. */
const Whole = Worker, wait = setTimeout;

globalThis.Worker = class extends Whole {
  constructor(_url: string | URL, options?: WorkerOptions) {
    super(new URL(`./broken_worker.ts#${Deno.env.get("BREAK_WORKER")}`, import.meta.url), options);
  }
};
const hasty = (call: () => void, ms: number) => wait(call, ms >= 10_000 ? ms / 20 : ms);
Object.assign(globalThis, { setTimeout: hasty });
