/** What a datagram takes more while tcptop counts it: the load's own CPU time, in pairs of turns with and without. */
import type { Pty } from "../../support/pty.ts";
import { execute } from "../../support/tcptop.ts";
import { workloadProgram } from "../../support/workload.ts";
import { digits } from "../markdown.ts";
import { liveScreen } from "../live.ts";
import { atMost, pairedRatio, tellsPercent, turns } from "../statistics.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { intervalText } from "./interval.ts";

const MOST = 1.05, BYTES = 64;

/** Nanoseconds of CPU of sender and receiver for each datagram that was sent: `times` tells what the children of a shell took. */
async function flood(seconds: number): Promise<number> {
  const line = [await workloadProgram(), "udpflood", "--bytes", String(BYTES), "--seconds", String(seconds)];
  const { code, stdout } = await execute(["bash", "-c", '"$@"; times', "bash", ...line]);
  const sent = /"phase":"done".*"datagrams":(\d+)/.exec(stdout),
    used = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/.exec(stdout);
  if (code !== 0 || sent === null || used === null) throw new Error(`the load ended with ${code}: ${stdout}`);
  const [userMinutes, user, systemMinutes, system] = used.slice(1).map(Number);
  return ((userMinutes + systemMinutes) * 60 + user + system) * 1e9 / Number(sent[1]);
}

/** Before a turn: until the screen has got over its start, and until what ended has gone. */
const SETTLE_MS = 1000, AFTER_MS = 300;

/** `one` is measured in each turn: with the live screen on, and without. */
export async function inPairs(pairs: number, one: () => Promise<number>): Promise<[number, number][]> {
  const found: [number, number][] = [];
  await one(); // fills caches, counts for nothing
  for (const order of turns(pairs)) {
    const figures: [number, number] = [0, 0];
    for (const isOn of order) {
      const pty: Pty | null = isOn ? await liveScreen() : null;
      try {
        await new Promise((resolve) => setTimeout(resolve, isOn ? SETTLE_MS : AFTER_MS));
        figures[isOn ? 1 : 0] = await one();
      } finally {
        await pty?.[Symbol.asyncDispose]();
      }
    }
    found.push(figures);
  }
  return found;
}

export async function datagrams({ pairs, loadSeconds }: Scale): Promise<Found> {
  progress("UDP flood, in pairs");
  const found = pairedRatio(await inPairs(pairs, () => flood(loadSeconds)));
  return {
    goals: [{
      what: `UDP flood, loopback, ${BYTES}-byte datagrams: CPU a datagram against none`,
      seen: intervalText(found),
      goal: `below ${MOST}`,
      met: atMost(found, MOST),
    }],
    notes: [
      `The load's own CPU time a datagram, ${found.pairs} pairs; differences from ${
        digits(tellsPercent(found))
      } % on are told.`,
    ],
  };
}
