/** What many sockets cost that do nothing: in all, and each. */
import { tcptop } from "../../support/tcptop.ts";
import { median } from "../compare.ts";
import { digits, type Goal, range } from "../markdown.ts";
import { inTurns, type Rest } from "./at_rest.ts";
import { hold } from "./idle.ts";
import { type Found, progress, type Scale } from "./part.ts";
import { NETHOGS, SCREEN } from "./subjects.ts";

const MB = 2 ** 20 / 1e6;
/** Of which nethogs is measured too: it takes more than a core with more. */
const BESIDE = 50_000;
const COUNTS = [10_000, 50_000, 100_000, 250_000];
const MOST_PERCENT: ReadonlyMap<number, number> = new Map([[10_000, 1.5], [50_000, 5]]);
const MOST_GROWTH = 1.2;

interface Measured {
  readonly count: number;
  readonly own: readonly Rest[];
  readonly peer: readonly Rest[];
  readonly said: Totals;
}

interface Totals {
  readonly tcp: number;
  readonly untracked: number;
}

/** To the first sample of so many sockets. */
const MOST_SECONDS = 90;

/** Of one document, however many rows it has. */
async function totals(env: Record<string, string> = {}): Promise<Totals> {
  const args = [String(MOST_SECONDS), ...tcptop(["--once", "--json", "--limit", "1"])];
  const { code, stdout, stderr } = await new Deno.Command("timeout", { args, env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code === 124) throw new Error(`no sample within ${MOST_SECONDS} s`); // timeout's own status
  if (code !== 0) throw new Error(`tcptop ended with ${code}: ${text(stderr)}`);
  const { totals, health } = JSON.parse(text(stdout));
  return { tcp: totals.tcp, untracked: health.sockets_untracked };
}

async function measure(count: number, { rounds, restSeconds }: Scale): Promise<Measured> {
  progress(`${count} idle`);
  await using _held = await hold(count);
  const said = await totals(), subjects = count <= BESIDE ? [SCREEN, NETHOGS] : [SCREEN];
  const found = await inTurns(subjects, Math.min(2, rounds), restSeconds);
  return { count, own: found.get(SCREEN.name)!, peer: found.get(NETHOGS.name) ?? [], said };
}

const cpu = (rests: readonly Rest[]) => median(rests.map(({ cpuPercent }) => cpuPercent));
/** More than the table of sockets has room for, which is how hardened kernels are followed: SOCKETS_MAX in bpf/shared.h. */
const TOO_MANY = 300_000;

async function tooMany(): Promise<Goal> {
  progress(`${TOO_MANY} idle`);
  await using _held = await hold(TOO_MANY);
  const { tcp, untracked } = await totals({ TCPTOP_SOCKETS: "table" });
  return {
    what: `${number(TOO_MANY)} idle, more than the table of sockets has room for: sockets in the totals`,
    seen: `${number(tcp)}; ${number(untracked)} are said to have no row`,
    goal: `${number(TOO_MANY)}, those without a row said`,
    met: tcp >= TOO_MANY && untracked > 0,
  };
}

const number = (value: number) => value.toLocaleString("en");

function goals(all: readonly Measured[]): Goal[] {
  const each = ({ own, count }: Measured) => cpu(own) / count, least = all[0];
  return all.flatMap((one): Goal[] => {
    const { count, own, said } = one, percent = cpu(own), most = MOST_PERCENT.get(count);
    const growth = each(one) / each(least);
    return [
      most === undefined
        ? {
          what: `${number(count)} idle: CPU a socket against that with ${number(least.count)}`,
          seen: digits(growth),
          goal: `at most ${MOST_GROWTH}`,
          met: growth <= MOST_GROWTH,
        }
        : {
          what: `${number(count)} idle: CPU, of one core`,
          seen: `${digits(percent)} %`,
          goal: `at most ${most} %`,
          met: percent <= most,
        },
      // Others' sockets are among them: not fewer than ours.
      {
        what: `${number(count)} idle: sockets in the totals`,
        seen: `${number(said.tcp)}${said.untracked ? `, ${number(said.untracked)} said to be without a row` : ""}`,
        goal: `${number(count)}`,
        met: said.tcp >= count,
      },
    ];
  });
}

export async function sockets(scale: Scale): Promise<Found> {
  const all: Measured[] = [], notes: string[] = [];
  for (const count of COUNTS.filter((count) => count <= scale.sockets)) {
    try {
      all.push(await measure(count, scale));
    } catch (error) {
      notes.push(`${number(count)} sockets: did not run: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  const beyond = scale.sockets < Math.max(...COUNTS) ? [] : await tooMany().then((goal) => [goal], (error) => {
    notes.push(`${number(TOO_MANY)} sockets: did not run: ${(error as Error).message.split("\n")[0]}`);
    return [];
  });
  if (all.length === 0) throw new Error(notes.join(" "));
  return {
    goals: [...goals(all), ...beyond],
    table: {
      titles: ["Idle sockets", "tcptop: CPU", "microseconds a socket and second", "peak, MB", "nethogs: CPU"],
      rows: all.map(({ count, own, peer }) => [
        number(count),
        `${range(own.map(({ cpuPercent }) => cpuPercent))} %`,
        digits(cpu(own) * 1e4 / count),
        digits(median(own.map(({ peakMiB }) => peakMiB * MB))),
        peer.length === 0 ? "not measured" : `${range(peer.map(({ cpuPercent }) => cpuPercent))} %`,
      ]),
    },
    charts: {
      "bench-sockets": {
        title: "CPU with idle sockets, % of one core",
        unit: "%",
        bars: all.flatMap(({ count, own, peer }) => [
          { label: `tcptop, ${number(count)}`, value: cpu(own), series: 0 },
          ...peer.length === 0 ? [] : [{ label: `nethogs, ${number(count)}`, value: cpu(peer), series: 1 }],
        ]),
      },
    },
    notes,
  };
}
