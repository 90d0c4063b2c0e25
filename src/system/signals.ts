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
 * who writes it. Until the process ends: were the listeners taken away before, a signal that comes after that would end it, with a status of its own. */
export function onSignals(stop: () => void): void {
  Deno.addSignalListener("SIGXFSZ", nothing);
  for (const signal of ENDING) Deno.addSignalListener(signal, signal === "SIGHUP" && hangsOn() ? nothing : stop);
}
