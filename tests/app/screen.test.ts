import type { KillResult } from "../../src/system/kill.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parseArguments } from "../../src/cli.ts";
import { type Control, LiveScreen } from "../../src/app/screen.ts";
import type { Moment, Step } from "../../src/view/screen/moment.ts";
import type { Device } from "../../src/render/terminal.ts";
import { fakeSample } from "../view/fake_sample.ts";

/** A terminal that keeps what it is told, and keys that come when the test says so. */
class FakeTerminal implements Device {
  written = "";
  raw = false;
  /** Set: writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  columns = 80;
  #keys: ((bytes: Uint8Array | null) => void)[] = [];

  setRaw(raw: boolean): void {
    this.raw = raw;
  }
  size() {
    return { columns: this.columns, rows: 24 };
  }
  async write(bytes: Uint8Array): Promise<number> {
    await this.gate;
    this.written += new TextDecoder().decode(bytes);
    return bytes.length;
  }
  async read(buffer: Uint8Array): Promise<number | null> {
    const bytes = await new Promise<Uint8Array | null>((resolve) => this.#keys.push(resolve));
    if (bytes === null) return null;
    buffer.set(bytes);
    return bytes.length;
  }
  press(keys: string | null): void {
    this.#keys.shift()!(keys === null ? null : new TextEncoder().encode(keys));
  }
}

class FakeControl implements Control {
  stirred = 0;
  stir(): void {
    this.stirred++;
  }
  stopped = 0;
  intervals: number[] = [];
  stop(): void {
    this.stopped++;
  }
  setInterval(ms: number): void {
    this.intervals.push(ms);
  }
  readonly steps: [number, Step][] = [];
  answer: (moment: Moment | null) => void = () => {};
  look(fromNs: number, step: Step): Promise<Moment | null> {
    this.steps.push([fromNs, step]);
    return new Promise((resolve) => this.answer = resolve);
  }
  readonly speeds: number[] = [];
  speed(speed: number): void {
    this.speeds.push(speed);
  }
  skips: number[] = [];
  skip(ms: number): void {
    this.skips.push(ms);
  }
  kept = 0;
  keep(): Promise<string> {
    this.kept++;
    return Promise.resolve("kept in FILE");
  }
  commandLine(): Promise<string | null> {
    return Promise.resolve("curl --silent");
  }
  killed = 0;
  kill(targets: readonly unknown[]): Promise<readonly KillResult[]> {
    this.killed++;
    return Promise.resolve(targets.map(() => ({ how: "killed", error: null })));
  }
}

function open(...args: string[]) {
  const invocation = parseArguments(["--no-resolve", ...args]);
  if (!("run" in invocation)) throw new Error("nothing to run");
  const terminal = new FakeTerminal(), control = new FakeControl();
  const screen = new LiveScreen(invocation.run, terminal, terminal);
  screen.control(control);
  return { terminal, control, screen };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    ok(tries < 400, `not seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const busy = fakeSample([{ process: "curl" }]);

Deno.test("LiveScreen opens with the first sample and closes with q", async () => {
  const { terminal, control, screen } = open();
  strictEqual(terminal.raw, false);
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  deepStrictEqual([terminal.raw, terminal.written.includes("\x1b[?1049h")], [true, true]);
  terminal.press("q");
  await until("the ordinary screen", () => terminal.written.includes("\x1b[?1049l"));
  deepStrictEqual([terminal.raw, control.stopped], [false, 1]);
  await screen.close();
});

Deno.test("LiveScreen writes nothing when nothing has changed", async () => {
  const { terminal, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  const before = terminal.written.length;
  for (let number = 1; number < 4; number++) {
    screen.sample({ ...busy, number, intervalMs: 0 });
    await new Promise((resolve) => setTimeout(resolve, 260));
  }
  strictEqual(terminal.written.length, before);
  await screen.close();
});

Deno.test("LiveScreen answers a key at once and a lone ESC soon", async () => {
  const { terminal, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  terminal.press("?");
  await until("help", () => terminal.written.includes("any other key closes"));
  terminal.written = "";
  terminal.press("\x1b");
  await until("the table", () => terminal.written.includes("curl"));
  await screen.close();
});

Deno.test("LiveScreen takes samples while the terminal takes nothing, and then shows the last one", async () => {
  const { terminal, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  let release = () => {};
  terminal.gate = new Promise((resolve) => release = resolve);
  for (const process of ["first", "second", "third"]) {
    screen.sample(fakeSample([{ process }]));
    await new Promise((resolve) => setTimeout(resolve, 260));
  }
  terminal.written = "";
  release();
  await until("the last", () => terminal.written.includes("third"));
  strictEqual(terminal.written.includes("second"), false);
  await screen.close();
});

Deno.test("LiveScreen leaves a terminal that takes nothing", async () => {
  const { terminal, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  let release = () => {};
  terminal.gate = new Promise((resolve) => release = resolve);
  screen.sample(fakeSample([{ process: "other" }]));
  await screen.close();
  strictEqual(terminal.raw, false);
  release();
});

Deno.test("LiveScreen stops the program when the terminal has gone", async () => {
  const { terminal, control, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  terminal.press(null);
  await until("the end", () => control.stopped === 1);
  await screen.close();
});

Deno.test("LiveScreen tells why the terminal takes nothing, unless it has gone, and puts it back", async () => {
  for (const [code, told] of [["EIO", null], ["ENOSPC", "Cannot write to the terminal: the disk is full"]] as const) {
    const { terminal, control, screen } = open();
    screen.start(busy);
    await until("the flow", () => terminal.written.includes("curl"));
    const whole = terminal.write;
    terminal.write = () => Promise.reject(Object.assign(new Error(code), { code }));
    terminal.press("h");
    await until("the end", () => control.stopped > 0);
    strictEqual((screen.failure as Error | null)?.message ?? null, told);
    terminal.write = whole;
    await screen.close();
    strictEqual(terminal.raw, false);
  }
});

Deno.test("LiveScreen takes a filter's word that every object answers to as a word", async () => {
  const { terminal, control, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  terminal.press("/constructor:a");
  await until("the sentence", () => terminal.written.includes("no field is called 'constructor'"));
  strictEqual(control.stopped, 0);
  await screen.close();
});

Deno.test("LiveScreen keeps what a key did wrong, instead of taking it for a terminal that has gone", async () => {
  const { terminal, control, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  control.commandLine = () => {
    throw new RangeError("no such process");
  };
  terminal.press("\r");
  await until("the end", () => control.stopped === 1);
  ok(screen.failure instanceof RangeError);
  await screen.close();
  deepStrictEqual([terminal.raw, terminal.written.includes("\x1b[?1049l")], [false, true]);
});

Deno.test("LiveScreen puts the terminal back and keeps what went wrong when a frame cannot be made", async () => {
  const { terminal, control, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  // Within the pause after a frame: it is drawn by a timer, where nobody catches anything.
  screen.sample({ ...busy, processes: null as never });
  await until("the end", () => control.stopped === 1);
  ok(screen.failure instanceof TypeError);
  await screen.close();
  deepStrictEqual([terminal.raw, terminal.written.includes("\x1b[?1049l")], [false, true]);
});

Deno.test("LiveScreen ends quietly when a resize finds the terminal gone, and tells what else goes wrong in one", async () => {
  const ends = { gone: () => ({ columns: 80, rows: 24 }), wrong: () => ({ columns: -1, rows: 24 }) };
  ends.gone = () => {
    throw new Deno.errors.BadResource("Bad file descriptor");
  };
  for (const [how, size] of Object.entries(ends)) {
    const { terminal, control, screen } = open();
    screen.start(busy);
    await until("the flow", () => terminal.written.includes("curl"));
    terminal.size = size;
    Deno.kill(Deno.pid, "SIGWINCH");
    await until("the end", () => control.stopped === 1);
    deepStrictEqual([how, screen.failure instanceof RangeError], [how, how === "wrong"]);
    await screen.close();
  }
});

Deno.test("LiveScreen asks for the command line that the details want, and for another interval", async () => {
  const { terminal, control, screen } = open();
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  terminal.press("\r");
  await until("the command", () => terminal.written.includes("curl --silent"));
  terminal.press("-");
  await until("the interval", () => control.intervals.length === 1);
  deepStrictEqual(control.intervals, [500]);
  await screen.close();
});

Deno.test("LiveScreen does what a key asks for once, whatever the terminal reports behind it", async () => {
  // A mode, as after each fg; a click and the wheel, from a terminal that reports them though it was not asked to.
  for (const report of ["\x1b[?2026;2$y", "\x1b[<0;5;5M", "\x1b[<64;5;5M"]) {
    const { terminal, control, screen } = open("--no-mouse", "--allow-kill");
    screen.start(busy);
    await until("the flow", () => terminal.written.includes("curl"));
    terminal.press(`w${report}Ky${report}[${report}${report}-`);
    await until("the last key", () => control.intervals.length === 1);
    control.answer(null);
    await new Promise((resolve) => setTimeout(resolve, 20));
    deepStrictEqual([control.kept, control.killed, control.steps.length], [1, 1, 1], JSON.stringify(report));
    await screen.close();
    const replay = open("--no-mouse", "--replay", "FILE");
    replay.screen.start(busy);
    await until("the flow", () => replay.terminal.written.includes("curl"));
    replay.terminal.press(`]${report}`);
    await until("the key", () => replay.control.skips.length > 0);
    deepStrictEqual(replay.control.skips, [0], JSON.stringify(report));
    await replay.screen.close();
  }
});

Deno.test("LiveScreen shows a moment of the past, and keeps nothing of the memory that it came in", async () => {
  const { terminal, control, screen } = open(), then = fakeSample([{ process: "wget" }]);
  const { buffer } = then.flows.rxBytes, extent = { oldestNs: 1, newestNs: 2, thinBeforeNs: null };
  screen.start(busy);
  await until("the flow", () => terminal.written.includes("curl"));
  terminal.press("[");
  await until("the key", () => control.steps.length === 1);
  control.answer({ sample: then, ended: [], extent });
  await until("the moment", () => terminal.written.includes("wget"));
  strictEqual(buffer.detached, true);
  await screen.close();
});

Deno.test("LiveScreen needs no sample once nothing moves, and one of now for a key", async () => {
  const { terminal, control, screen } = open(), none = { opened: 0, closed: 0, failed: 0 };
  const idle = fakeSample([{ process: "sshd", ageMs: 86_400_000 }], none);
  const needs: number[] = [];
  const take = async (number: number) => {
    screen.sample({ ...idle, number, timeNs: idle.timeNs + number * 1e9 });
    needs.push(screen.restsUntilNs);
    await new Promise((resolve) => setTimeout(resolve, 600));
  };
  screen.start(idle);
  await until("the flow", () => terminal.written.includes("sshd"));
  await take(1);
  await take(2);
  await take(3);
  strictEqual(needs[0], 0);
  ok(needs[2] > idle.timeNs, `${needs}`);
  strictEqual(control.stirred, 0);
  terminal.press("?");
  await until("help", () => terminal.written.includes("any other key closes"));
  deepStrictEqual([control.stirred, screen.restsUntilNs], [1, 0]);
  await screen.close();
});

Deno.test("LiveScreen draws what grows older while samples stay away, a second a second until then, and no more once one has come", async () => {
  const { terminal, control, screen } = open("--columns", "process,age"), began = performance.now();
  const young = fakeSample([{ process: "sshd", ageMs: 3_595_400 }], { opened: 0, closed: 0, failed: 0 });
  screen.start(young);
  await until("the flow", () => terminal.written.includes("59m55s"));
  const written = terminal.written.length;
  // Of the age alone the last figure is drawn.
  const drawn = () => {
    const [, ...figures] = terminal.written.slice(written).split("\x1b[4;41H\x1b[0;7m");
    return figures.map((text) => text[0]).join("");
  };
  screen.rests(young.timeNs + 2.9e9);
  await until("a second later", () => drawn() === "6");
  ok(performance.now() - began >= 1000);
  await until("another one", () => drawn() === "67");
  // That nothing is drawn can be seen only when more than a second has passed.
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1200));
  await pause();
  strictEqual(drawn(), "67", "a sample is due");
  screen.sample({ ...young, number: 2, timeNs: young.timeNs + 3e9 });
  await until("the sample", () => drawn() === "678");
  screen.rests(young.timeNs + 60e9);
  screen.sample({ ...young, number: 3, timeNs: young.timeNs + 4e9 });
  await pause();
  deepStrictEqual([drawn(), control.stirred], ["6789", 0]);
  await screen.close();
});
