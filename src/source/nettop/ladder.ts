/** One way of running nettop. */
export interface Rung {
  /** For the user: what is different about it. null: it is the first choice. */
  readonly note: string | null;
  readonly command: readonly string[];
  /** One sample a run, or samples for as long as it lives. */
  readonly runs: "once" | "on";
  /** Whether its output is a terminal. */
  readonly hasTerminal: boolean;
}

// What is read and no more: every column costs nettop time.
const COLUMNS = "time,state,bytes_in,bytes_out,packets_in,packets_out,rtt_avg";
const FEW_COLUMNS = "time,state,bytes_in,bytes_out";
// Without names for addresses (they cost seconds and DNS queries), with exact figures, as CSV for ever.
const LOG = ["-n", "-x", "-L", "0"];

/**
 * From the best to the last. A nettop that does not know a column or an option writes how to use it to standard output and
 * exits with 0, so only its output says whether it is content.
 */
export function ladder(nettop: string, script: string): readonly Rung[] {
  return [
    { note: null, command: [nettop, ...LOG, "-s", "1", "-J", COLUMNS], runs: "on", hasTerminal: false },
    {
      note: "this nettop does not know the columns for packets and round-trip times",
      command: [nettop, ...LOG, "-s", "1", "-J", FEW_COLUMNS],
      runs: "on",
      hasTerminal: false,
    },
    { note: "this nettop takes no choice of columns", command: [nettop, ...LOG], runs: "on", hasTerminal: false },
    {
      note: "this nettop writes at once only to a terminal, so it is given one",
      command: [script, "-q", "/dev/null", nettop, ...LOG],
      runs: "on",
      hasTerminal: true,
    },
    {
      note: "this nettop gives no lasting log, so it is run anew every second",
      command: [nettop, "-n", "-x", "-L", "1"],
      runs: "once",
      hasTerminal: false,
    },
  ];
}
