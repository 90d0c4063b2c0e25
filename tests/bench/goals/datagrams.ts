/** What a datagram takes more while tcptop counts it, and what the kernel's call of a program takes: the load's own CPU time, in turns. */
import { compiled } from "../../support/compiled.ts";
import { lines, within } from "../../support/lines.ts";
import { execute } from "../../support/tcptop.ts";
import { workloadProgram } from "../../support/workload.ts";
import { median } from "../compare.ts";
import { digits } from "../markdown.ts";
import { liveScreen } from "../live.ts";
import { atMost, pairedRatio, tellsPercent, turns } from "../statistics.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { intervalText } from "./interval.ts";

const MOST = 1.05, BYTES = 64;

/** In a turn, of which the one in the middle counts: starts of the load differ more from each other than what is to be told. */
const FLOODS = 5;

/** Rounds for each pair of other loads. */
const ROUNDS = 2;

/** Nanoseconds of CPU of sender and receiver for each datagram that was sent: `times` tells what the children of a shell took. Both on one CPU: how two share
 * their caches is another thing with each start. */
async function flood(seconds: number): Promise<number> {
  const load = [await workloadProgram(), "udpflood", "--bytes", String(BYTES), "--seconds", String(seconds)];
  const line = ["taskset", "-c", String(navigator.hardwareConcurrency - 1), ...load];
  const { code, stdout } = await execute(["bash", "-c", '"$@"; times', "bash", ...line]);
  const sent = /"phase":"done".*"datagrams":(\d+)/.exec(stdout),
    used = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/.exec(stdout);
  if (code !== 0 || sent === null || used === null) throw new Error(`the load ended with ${code}: ${stdout}`);
  const [userMinutes, user, systemMinutes, system] = used.slice(1).map(Number);
  return ((userMinutes + systemMinutes) * 60 + user + system) * 1e9 / Number(sent[1]);
}

async function floods(seconds: number): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < FLOODS; i++) found.push(await flood(seconds));
  return median(found);
}

/** What is there while a turn is measured; null: nothing. */
type Kind = () => Promise<AsyncDisposable | null>;

const nothing: Kind = () => Promise.resolve(null);

/** Programs where tcptop's are, which do nothing. */
async function emptyHooks(): Promise<AsyncDisposable> {
  const program = await compiled("empty_hooks", [new URL("../empty_hooks.c", import.meta.url)]);
  const child = new Deno.Command(program, { stdin: "piped", stdout: "piped" }).spawn(), said = lines(child.stdout);
  const { value } = await within(10, "two empty programs", said.next());
  if (value !== "ready") throw new Error("no two empty programs in the kernel");
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await said.return(undefined);
      await child.status;
    },
  };
}

/** Before a turn: until the screen has got over its start, and until what ended has gone. */
const SETTLE_MS = 1000, AFTER_MS = 300;

/** `one` is measured in each round with each kind; a round is a row. */
async function inRounds(rounds: number, kinds: readonly Kind[], one: () => Promise<number>): Promise<number[][]> {
  const found: number[][] = [];
  await one(); // fills caches, counts for nothing
  for (const order of turns(rounds, kinds.length)) {
    const figures: number[] = [];
    for (const kind of order) {
      await using present = await kinds[kind]();
      await new Promise((resolve) => setTimeout(resolve, present === null ? AFTER_MS : SETTLE_MS));
      figures[kind] = await one();
    }
    found.push(figures);
  }
  return found;
}

/** `one` is measured without the live screen, and with it. */
export async function inPairs(pairs: number, one: () => Promise<number>): Promise<[number, number][]> {
  const rounds = await inRounds(pairs, [nothing, () => liveScreen()], one);
  return rounds.map(([without, with_]) => [without, with_]);
}

export async function datagrams({ pairs, loadSeconds }: Scale): Promise<Found> {
  progress("UDP flood, in rounds of three");
  const seconds = loadSeconds / FLOODS;
  const rounds = await inRounds(pairs * ROUNDS, [nothing, emptyHooks, () => liveScreen()], () => floods(seconds));
  const found = pairedRatio(rounds.map(([none, , screen]) => [none, screen]));
  const hooks = pairedRatio(rounds.map(([none, empty]) => [none, empty]));
  const own = pairedRatio(rounds.map(([, empty, screen]) => [empty, screen]));
  return {
    goals: [{
      what: `UDP flood, loopback, ${BYTES}-byte datagrams: CPU a datagram against none`,
      seen: intervalText(found),
      goal: `below ${MOST}`,
      met: atMost(found, MOST),
    }],
    notes: [
      `The load's own CPU time a datagram (${
        digits(median(rounds.map(([none]) => none)))
      } ns alone), ${found.pairs} rounds of ${FLOODS} floods ` +
      `of ${digits(seconds)} s each; differences from ${digits(tellsPercent(found))} % on are told.`,
      `Two programs in the same places that do nothing, against none: ${intervalText(hooks)}. tcptop against these: ${
        intervalText(own)
      }.`,
    ],
  };
}
