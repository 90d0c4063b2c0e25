import type { Sample } from "../../flow/sample.ts";
import { isTcp } from "../../flow/row.ts";
import { TcpState } from "../../wire/tcp_state.ts";
import { type Metric, updown } from "./instrument.ts";

/** The conventions' words for the states. */
const WORDS: ReadonlyMap<number, string> = new Map([
  [TcpState.ESTABLISHED, "established"],
  [TcpState.SYN_SENT, "syn_sent"],
  [TcpState.SYN_RECV, "syn_received"],
  [TcpState.FIN_WAIT1, "fin_wait_1"],
  [TcpState.FIN_WAIT2, "fin_wait_2"],
  [TcpState.TIME_WAIT, "time_wait"],
  [TcpState.CLOSE, "closed"],
  [TcpState.CLOSE_WAIT, "close_wait"],
  [TcpState.LAST_ACK, "last_ack"],
  [TcpState.LISTEN, "listen"],
  [TcpState.CLOSING, "closing"],
]);

/** TCP connections of the machine that there are, by state. Those that linger, or have no socket yet, where their number is known. */
export function connectionCount(sample: Sample, beganMs: number): Metric {
  const { flows } = sample, rows = sample.pastFrom ?? sample.length, states = new Map<string, number>();
  const add = (state: string, count: number) => states.set(state, (states.get(state) ?? 0) + count);
  for (const word of WORDS.values()) add(word, 0);
  for (let row = 0; row < rows; row++) {
    if (isTcp(flows, row) && !flows.closed[row]) add(WORDS.get(flows.state[row]) ?? "closed", 1);
  }
  if (sample.timeWait === null) states.delete("time_wait");
  else states.set("time_wait", sample.timeWait);
  if (sample.synRecv !== null) states.set("syn_received", sample.synRecv);
  const definition = {
    name: "system.network.connection.count",
    unit: "{connection}",
    description: "TCP connections and listeners, by state.",
  };
  return updown(
    definition,
    beganMs,
    [...states].map(([state, count]) => [
      { "network.connection.state": state, "network.transport": "tcp" },
      count,
    ]),
  );
}
