import { hostState, isStale } from "../../flow/host.ts";
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

/** TCP connections that there are, by state, on the machine or each of several that is heard. Those that linger, or have no socket yet,
 * where their number is known. */
export function connectionCount(sample: Sample, beganMs: number): Metric {
  const { flows } = sample, rows = sample.pastFrom ?? sample.length;
  const none = () => new Map(Array.from(WORDS.values(), (word) => [word, 0]));
  const heard = sample.fleet?.filter(({ staleSinceMs }) => staleSinceMs === null).map(({ name }) => name) ?? [null];
  const machines = new Map<string | null, Map<string, number>>(heard.map((name) => [name, none()]));
  for (let row = 0; row < rows; row++) {
    if (!isTcp(flows, row) || flows.closed[row] || isStale(sample, row)) continue;
    const states = machines.get(hostState(sample, row)?.name ?? null), state = WORDS.get(flows.state[row]) ?? "closed";
    states?.set(state, states.get(state)! + 1);
  }
  for (const states of machines.values()) {
    if (sample.timeWait === null) states.delete("time_wait");
    else states.set("time_wait", sample.timeWait);
    if (sample.synRecv !== null) states.set("syn_received", sample.synRecv);
  }
  const definition = {
    name: "system.network.connection.count",
    unit: "{connection}",
    description: "TCP connections and listeners, by state.",
  };
  return updown(
    definition,
    beganMs,
    [...machines].flatMap(([host, states]) =>
      [...states].map(([state, count]) =>
        [{
          ...host === null ? {} : { "host.name": host },
          "network.connection.state": state,
          "network.transport": "tcp",
        }, count] as const
      )
    ),
  );
}
