/** The main thread's end of the Worker: messages in, samples out. */
import { ExitStatus, shortageText, TcptopError } from "../errors.ts";
import { unpackFlows } from "../flow/columns.ts";
import { type Cgroup, NO_CGROUP } from "../flow/container.ts";
import type { KillResult, KillTarget } from "../system/kill.ts";
import type { NewCommands } from "./command_lines.ts";
import type { Command, EventBatch, Sample } from "../flow/sample.ts";
import { unpackEvents } from "../flow/event_log.ts";
import type { ProcessId } from "../view/flow.ts";
import { after } from "./clock.ts";
import type { ContainerNames } from "./container_names.ts";
import { workerUrl } from "./paths.ts";
import { StartHeap } from "./start_heap.ts";
import { LentFlows } from "../view/lent_flows.ts";
import type { Moment, Step } from "../view/screen/moment.ts";
import { Watch } from "./watch.ts";
import type {
  Beside,
  EventsMessage,
  FromWorker,
  MomentMessage,
  SampleMessage,
  ToWorker,
  WorkerOptions,
} from "./protocol.ts";

export type News =
  | { readonly type: "sample"; readonly sample: Sample; readonly lent: LentFlows }
  | { readonly type: "events"; readonly batch: EventBatch }
  /** A recording that is looked at is at its end. */
  | { readonly type: "atEnd" };

const CLOSE_WITHIN_MS = 1500;
/** Several times as many as the Worker numbers before it starts anew (MOST_NUMBERS in programs.ts and flow/answers.ts). */
const MOST_NUMBERED = 1 << 17;
const MOST_ZONES = 1 << 13;
const MOST_COMMANDS = 1 << 16;
const GONE = "The thread that reads the kernel does not answer any more. Start tcptop again";

/** Yields samples, the one found at the start (number 0) first, until the source ends or stop() is called. Throws the Worker's failure. The
 * Worker sends no sample before the one before has been taken, so a slow consumer makes samples longer, not memory larger. The `flows` of a
 * sample are there until the next is asked for: the Worker then gets their memory back, unless somebody has kept it. */
export class Session {
  readonly #worker: Worker;
  readonly #users = new Map<number, string>();
  readonly #processes = new Map<number, string>();
  readonly #programs = new Map<number, string>();
  /** null: nobody wants them. */
  #commands: Map<number, Command> | null = null;
  #cgroups: Cgroup[] = [NO_CGROUP];
  #oldestCgroup = 1;
  readonly #containers: ContainerNames;
  readonly #watchDns: boolean;
  readonly #names = new Map<string, string>();
  #news = 0;
  readonly #zones = new Map<string, string>();
  readonly #answers = new Map<number, string>();
  #hosts: ReadonlyMap<string, string> = new Map();
  #inbox: FromWorker[] = [];
  #wake: (() => void) | null = null;
  #last: Sample | null = null;
  #ended = false;
  #rests = false;
  readonly #startHeap = new StartHeap();
  readonly #watch = new Watch(() => this.#send({ type: "there" }), () => this.#fail(GONE, "no answer"));
  #cancelStop = () => {};
  readonly #asked = new Map<string, (line: string | null) => void>();
  #looked: ((moment: Moment | null) => void) | null = null;
  #killed: ((results: readonly KillResult[]) => void) | null = null;
  #kept: ((sentence: string) => void) | null = null;

  constructor(options: WorkerOptions, containers: ContainerNames) {
    this.#containers = containers;
    if (options.record !== null || options.historyMs > 0) {
      containers.found = (id, name) => this.#send({ type: "container", id, name });
    }
    this.#watchDns = options.watchDns;
    this.#worker = new Worker(workerUrl(), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const message = shortageText(event.message) ?? `The thread that reads the kernel has failed: ${event.message}`;
      this.#fail(message, event.message);
    };
    this.#send({ type: "start", options });
  }

  /** Samples, and batches of events between them if the options ask for these. */
  async *news(): AsyncGenerator<News> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) {
        await this.#message();
      } else if (message.type === "sample") {
        const lent = new LentFlows(message.sample.flows, message.sample.room);
        yield { type: "sample", sample: this.#last = this.#unpack(message), lent };
        const { back: flows, wanted: room, restsUntilNs } = lent;
        this.#rests = restsUntilNs > 0;
        const isThere = flows !== null && flows.byteLength > 0;
        this.#send({ type: "taken", flows: isThere ? flows : null, room, restsUntilNs }, isThere ? [flows] : []);
        this.#startHeap.giveBack(message.sample.length, this.#inbox.length === 0);
      } else if (message.type === "events") {
        if (this.#last !== null) yield { type: "events", batch: this.#unpackEvents(message, this.#last) };
        const { events, rows } = message.batch;
        this.#send({ type: "eventsTaken", events, rows });
      } else if (message.type === "atEnd") {
        yield message;
      } else if (message.type === "failed") {
        throw new TcptopError(message.message, message.status, { cause: new Error(message.detail) });
      } else return;
    }
  }

  /** A sample of now, though nothing may have moved: the last one may be older than an interval. */
  stir(): void {
    if (this.#rests) this.#send({ type: "stir" });
    this.#rests = false;
  }

  setInterval(ms: number): void {
    this.#send({ type: "interval", ms });
  }

  commandLine({ pid, startNs }: ProcessId): Promise<string | null> {
    this.#send({ type: "command", pid, startNs });
    return new Promise((resolve) => this.#asked.set(`${pid} ${startNs}`, resolve));
  }

  /** news() has one more sample, of now, and ends. */
  finish(): void {
    this.#send({ type: "finish" });
  }

  /** A moment of the past, so far from the sample of `fromNs`; null: the step leads to the present. One at a time. */
  look(fromNs: number, step: Step): Promise<Moment | null> {
    this.#send({ type: "look", fromNs, step });
    return new Promise((resolve) => this.#looked = resolve);
  }

  speed(speed: number): void {
    this.#send({ type: "speed", speed });
  }

  skip(ms: number): void {
    this.#send({ type: "skip", ms });
  }

  /** Ends these sockets: what came of each, in order. One call at a time. */
  kill(targets: readonly KillTarget[]): Promise<readonly KillResult[]> {
    this.#send({ type: "kill", targets });
    return new Promise((resolve) => this.#killed = resolve);
  }

  /** Keeps what is remembered in a file. What to say of it. */
  keep(): Promise<string> {
    this.#send({ type: "keep" });
    return new Promise((resolve) => this.#kept = resolve);
  }

  /** news() ends once the Worker has closed its source, or after CLOSE_WITHIN_MS. */
  stop(): void {
    this.#send({ type: "stop" });
    this.#cancelStop();
    this.#cancelStop = after(CLOSE_WITHIN_MS, () => this.#receive({ type: "stopped" }));
  }

  /** Ends the Worker once it has closed its source: its child process (nettop) would outlive tcptop otherwise. */
  async close(): Promise<void> {
    this.stop();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), CLOSE_WITHIN_MS));
    while (!this.#ended && await Promise.race([this.#message().then(() => true), deadline])) this.#inbox.length = 0;
    clearTimeout(timer);
    this.#cancelStop();
    this.#watch.stop();
    this.#worker.terminate();
  }

  #message(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #fail(message: string, detail: string): void {
    this.#receive({ type: "failed", message, status: ExitStatus.failed, detail });
  }

  /** The first message starts the watch: opening the source may take any time. */
  #receive(message: FromWorker): void {
    if (message.type !== "command") this.#watch.heard();
    if (message.type === "here") return;
    if (message.type === "command") return this.#answered(message.pid, message.startNs, message.line);
    if (message.type === "moment") return this.#looked?.(message.moment && this.#momentOf(message.moment));
    if (message.type === "killed") return this.#killed?.(message.results);
    if (message.type === "kept") return this.#kept?.(message.sentence);
    this.#ended ||= message.type === "stopped" || message.type === "failed";
    this.#inbox.push(message);
    this.#wake?.();
    this.#wake = null;
  }

  #answered(pid: number, startNs: number, line: string | null): void {
    const key = `${pid} ${startNs}`;
    this.#asked.get(key)?.(line);
    this.#asked.delete(key);
  }

  #unpackEvents(message: EventsMessage, last: Sample): EventBatch {
    this.#learn(message);
    const { batch, bootWallMs } = message, events = unpackEvents(batch);
    return {
      ...last,
      length: batch.length,
      flows: events,
      events,
      cgroups: this.#cgroups,
      bootWallMs,
      dropped: batch.dropped,
      drops: batch.drops,
    };
  }

  /** The names that come with a message. */
  #learn(message: SampleMessage | EventsMessage): void {
    const { users, processes, programs, commands, cgroups, containers, zones, answers } = message;
    const news = containers.length + zones.length + users.length + processes.length + programs.length +
      cgroups.cgroups.length +
      answers.length + (commands?.length ?? 0);
    if (news > 0 || cgroups.oldest > this.#oldestCgroup) this.#news++;
    if (this.#zones.size > MOST_ZONES) this.#zones.clear();
    for (const [key, name] of zones) this.#zones.set(key, name);
    for (const [uid, name] of users) this.#users.set(uid, name);
    for (const [pid, name] of processes) this.#processes.set(pid, name);
    addNumbered(this.#programs, programs);
    this.#containers.add(containers);
    if (commands !== null) this.#addCommands(commands);
    // Recordings and other hosts have them all the same.
    if (this.#watchDns) addNumbered(this.#answers, answers);
    this.#addCgroups(cgroups);
  }

  #addCommands(commands: NewCommands): void {
    this.#commands ??= new Map();
    if (this.#commands.size > MOST_COMMANDS) this.#commands.clear();
    for (const [pid, startNs, line] of commands) this.#commands.set(pid, { startNs, line });
  }

  /** A sample that is still shown keeps the cgroups that it came with. */
  #addCgroups({ first, oldest, cgroups }: SampleMessage["cgroups"]): void {
    if (this.#oldestCgroup < oldest) this.#cgroups = this.#cgroups.slice();
    for (; this.#oldestCgroup < oldest; this.#oldestCgroup++) this.#cgroups[this.#oldestCgroup] = NO_CGROUP;
    cgroups.forEach((cgroup, i) => {
      this.#cgroups[first + i] = cgroup;
      this.#containers.want(cgroup);
    });
  }

  #momentOf(message: NonNullable<MomentMessage["moment"]>): Moment {
    return { sample: this.#view(message), ended: message.ended, extent: message.extent };
  }

  #unpack(message: SampleMessage): Sample {
    this.#learn(message);
    if (message.hosts) this.#news++;
    this.#hosts = message.hosts ?? this.#hosts;
    const sample = this.#view(message);
    return message.isBeforePart
      ? { ...sample, isBeforePart: true, length: 0, drops: new Map(), dropTotals: [] }
      : sample;
  }

  #view(message: Beside & Pick<SampleMessage, "host" | "fleet" | "sample">): Sample {
    const { sample, host, fleet, health, source, selfCpuPercent, selfRssBytes, timeWait, synRecv } = message;
    return {
      ...sample,
      host,
      ...fleet && { fleet },
      health,
      source,
      selfCpuPercent,
      selfRssBytes,
      timeWait,
      synRecv,
      flows: unpackFlows(sample.flows, sample.length, sample.room),
      news: this.#news,
      users: this.#users,
      cgroups: this.#cgroups,
      containers: this.#containers.names,
      programs: this.#programs,
      ...this.#commands === null ? {} : { commands: this.#commands },
      processes: this.#processes,
      zones: this.#zones,
      answers: this.#answers,
      hosts: this.#hosts,
      names: this.#names,
    };
  }
}

/** Numbers only grow, so the lowest are those of flows that are not shown any more: they go first. */
function addNumbered(known: Map<number, string>, fresh: readonly (readonly [number: number, text: string])[]): void {
  for (const [number, text] of fresh) known.set(number, text);
  if (known.size <= MOST_NUMBERED) return;
  for (const number of known.keys()) {
    if (known.size <= MOST_NUMBERED / 2) break;
    known.delete(number);
  }
}
