/** Signals that end a run, and those that do not. */
const ENDING = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGQUIT",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
  "SIGXCPU",
  "SIGUSR2",
] as const;

/** Whether whoever started us wants hang-ups to be ignored, as nohup(1) does. The launcher says it, and scripts/run: Deno takes SIGHUP, SIGINT and SIGTERM
 * with the first listener for any signal, and by itself half a second after its start. */
const hangsOn = () => Deno.env.get("TCPTOP_HANGS_ON") === "1";

const nothing = () => {};

/** Calls `stop` for each signal that would end the process at once, and leave the terminal as it is. A file that may not grow (SIGXFSZ) is an error of
 * who writes it. Until the result is disposed of. */
export function onSignals(stop: () => void): Disposable {
  const listeners = new Map<Deno.Signal, () => void>([["SIGXFSZ", nothing]]);
  for (const signal of ENDING) listeners.set(signal, signal === "SIGHUP" && hangsOn() ? nothing : stop);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
