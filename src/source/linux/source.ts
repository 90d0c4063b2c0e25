import type { TcptopError } from "../../errors.ts";
import type { Identity } from "../../system/identity.ts";
import type { FlowSource, RecordSink, SourceOptions } from "../source.ts";
import type { KillResult, KillTarget } from "../../system/kill.ts";
import type { Note, SourceInfo } from "../../system/source_info.ts";
import { Rest, type Snapshots } from "./rest.ts";
import { limitNotes } from "./netlink_notes.ts";
import { dropsUnknown } from "./drop_notes.ts";
import { bpfRefusal, fallbackNote, missingNote, type Refusal } from "./refusal.ts";
import { shimError, type ShimFailure } from "./error.ts";
import { hiddenProcesses } from "./hidden.ts";
import { keep } from "../../system/ahead.ts";
import { killSocket } from "../../system/kill.ts";
import { type Library, newHandle } from "../../system/shim.ts";
import { Errno } from "../../wire/errno.ts";
import { TickLayout } from "../../wire/layout.ts";
import { tcpLimitNotes } from "./tcp_notes.ts";
import { untranslated } from "./nat_notes.ts";
import { UDP_IS_LISTED, udpLeftOut, udpLimitNotes, udpMissing } from "./udp_notes.ts";

const BUFFER_BYTES = 1 << 20;
/** enum tcptop_snapshot of ffi/tcptop.h. */
const SNAPSHOT_LOOK = 1, SNAPSHOT_CHANGES = 2;
/** How often all descriptors of the machine are gone over for owners although no socket is without one: a socket may have been passed on to
 * another process. Less often where the pass would take more than a fiftieth of the time: two in a row, for one may just have been held up. */
const OWNER_PASS_EVERY_MS = 3000;
/** The same while nothing moves on any socket. */
const OWNER_PASS_AT_REST_MS = 10_000;
const OWNER_PASS_SHARE = 50;
/** Of a thread that waits for something to fill up: one that nobody ends, as that of a Worker that was killed, has an end. */
const LONGEST_MS = 60_000;

const ROOT_KEPT: Note = {
  code: "root_kept",
  message: "tcptop stays the user root, without capabilities: it may not change its user",
  remedy:
    "Give it CAP_SETUID and CAP_SETGID (in a container: --cap-add SETUID --cap-add SETGID), or start it as another user",
};

const OUTSIDE: Note = {
  code: "pid_namespace",
  message:
    "tcptop is in a PID namespace: processes outside of it have no pid here, and no owner is known of what they opened before",
  remedy: "Start it in the host's PID namespace: docker run --pid=host",
};

interface Opened extends Pick<SourceInfo, "tcp" | "notes"> {
  readonly error?: TcptopError;
}

/** All of Linux's sources, which the shim has. TCP comes from the kernel's own counters, by eBPF or, where that is not to be had, by netlink; UDP from
 * eBPF programs on the root cgroup. */
export class ShimSource implements FlowSource {
  readonly info: SourceInfo;
  readonly #library: Library;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #euid: number | null;
  #handle: Deno.PointerValue;
  readonly rest = new Rest();
  /** When the last snapshot ended that looked for owners, how long it took, and for how long none looks for them then, at the least. */
  #lookedMs = -Infinity;
  #lookedForMs = 0;
  #lookPauseMs = 0;
  #wholeIsDue = false;
  #woken = false;
  /** Ends the sleep that is under way. */
  #rouse: () => void = () => {};
  /** tcptop__wait() under way; and what the last one has returned. */
  #filling: Promise<void> | null = null;
  #filled = 0;

  /** Opens the best that the options and the machine allow, or throws a TcptopError with nothing left behind. */
  constructor(library: Library, options: SourceOptions) {
    this.#library = library;
    this.#euid = options.euid;
    this.#handle = library.symbols.tcptop__begun() ?? newHandle(library);
    try {
      const { tcp, notes: found, error } = this.#openTcp(options), udp = this.#openUdp(options);
      if (error !== undefined && udp.udp !== "bpf") throw error;
      const translations = this.#openTranslations();
      const drops = this.#watchDrops(options);
      if (options.allowKill) this.#check(library.symbols.tcptop__allow_kill(this.#handle));
      const kept = options.dropTo === null ? [] : this.#drop(options.dropTo);
      const outside = library.symbols.tcptop__sees_all_processes() ? [] : [OUTSIDE];
      // Asked after root has been given up: to root nothing is hidden.
      const notes = [
        ...outside,
        ...found,
        ...udp.notes,
        ...translations,
        ...drops,
        ...kept,
        ...hiddenProcesses(library.symbols),
      ];
      this.info = { tcp, udp: udp.udp, notes };
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  /** By a timer, which wakes this thread alone. Another one, which tells when something fills up, sleeps meanwhile. */
  async wait(ms: number): Promise<boolean> {
    const { tcptop__ends_waits, tcptop__longest_wait } = this.#library.symbols;
    if (this.#filling === null && tcptop__ends_waits(this.#handle)) this.#filling = this.#untilFull();
    if (!this.#woken) await this.#sleep(Math.min(ms, tcptop__longest_wait(this.#handle)));
    this.#woken = false;
    this.#check(this.#filled);
    return true;
  }

  get synRecv(): number | null {
    const count = Number(this.#library.symbols.tcptop__syn_recv(this.#handle));
    return count < 0 ? null : count;
  }

  wake(): void {
    this.#woken = true;
    this.#rouse();
  }

  drain(sink: RecordSink): void {
    this.rest.drain(this.#drains, sink);
  }

  snapshot(sink: RecordSink): void {
    this.rest.snapshot(this.#snapshots, sink);
  }

  /** What Rest asks for. */
  readonly #drains = (sink: RecordSink): void => {
    const { tcptop__drain } = this.#library.symbols;
    for (let bytes = 0; (bytes = this.#check(tcptop__drain(this.#handle, this.#buffer, BUFFER_BYTES))) > 0;) {
      sink(this.#buffer.subarray(0, bytes));
    }
  };
  readonly #snapshots: Snapshots = {
    take: () => this.#take(),
    read: () => {
      const { tcptop__snapshot_read } = this.#library.symbols;
      return this.#buffer.subarray(0, this.#check(tcptop__snapshot_read(this.#handle, this.#buffer, BUFFER_BYTES)));
    },
    tick: () => {
      const tick = new Uint32Array(TickLayout.byteLength / 4);
      this.#library.symbols.tcptop__snapshot_tick(this.#handle, new Uint8Array(tick.buffer));
      return tick;
    },
    sum: () => this.#library.symbols.tcptop__snapshot_sum(this.#handle),
    synRecv: () => this.synRecv,
  };

  #take(): number {
    const { tcptop__snapshot } = this.#library.symbols;
    const everyMs = this.rest.isResting ? OWNER_PASS_AT_REST_MS : OWNER_PASS_EVERY_MS, startMs = performance.now();
    const look = startMs >= this.#lookedMs + Math.max(everyMs, this.#lookPauseMs), changes = !this.#wholeIsDue;
    const bytes = this.#check(
      tcptop__snapshot(this.#handle, (look ? SNAPSHOT_LOOK : 0) | (changes ? SNAPSHOT_CHANGES : 0)),
    );
    const nowMs = performance.now();
    if (look) {
      const tookMs = nowMs - startMs, usualMs = Math.min(tookMs, this.#lookedForMs);
      this.#lookedForMs = tookMs;
      this.#lookedMs = nowMs;
      this.#lookPauseMs = OWNER_PASS_SHARE * usualMs;
    }
    this.#wholeIsDue = false;
    return bytes;
  }

  tellAll(): void {
    this.#wholeIsDue = true;
  }

  describeAgain(): void {
    this.#library.symbols.tcptop__describe_again(this.#handle);
  }

  /** A line "ID PATH" for each cgroup of version 2. */
  cgroupPaths(): string {
    let buffer = this.#buffer, bytes = 0;
    for (;;) {
      bytes = this.#library.symbols.tcptop__cgroups(this.#handle, buffer, buffer.length);
      if (bytes <= buffer.length) return new TextDecoder().decode(buffer.subarray(0, bytes));
      buffer = new Uint8Array(bytes * 2);
    }
  }

  kill(target: KillTarget): KillResult {
    return killSocket(this.#library, this.#handle, target);
  }

  async close(): Promise<void> {
    if (this.#filling !== null) {
      this.#library.symbols.tcptop__wake(this.#handle);
      await this.#filling;
    }
    this.#free();
  }

  #free(): void {
    if (this.#handle) this.#library.symbols.tcptop__free(this.#handle);
    this.#handle = null;
  }

  async #untilFull(): Promise<void> {
    this.#filled = await this.#library.symbols.tcptop__wait(this.#handle, LONGEST_MS);
    this.#filling = null;
    if (this.#filled !== 0) this.wake();
  }

  /** Timers count whole milliseconds: one that is rounded down ends before what was waited for, and another one has to follow. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.ceil(ms));
      this.#rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** `error` is set where TCP has no source: it is thrown if UDP has none either. */
  #openTcp({ source, ringBytes, openings, allowKill }: SourceOptions): Opened {
    const { tcptop__load, tcptop__open_netlink } = this.#library.symbols;
    let refusal: Refusal | null = null;
    if (source !== "netlink") {
      const result = tcptop__load(this.#handle, ringBytes, openings ? 1 : 0, keep());
      if (result >= 0) return { tcp: "bpf", notes: tcpLimitNotes(result) };
      const failure = this.#account(-result);
      refusal = bpfRefusal(failure, this.#euid, Deno.osRelease());
      if (source === "bpf" || refusal === null) throw shimError(failure, this.#euid, Deno.osRelease(), allowKill);
      this.#startAnew();
    }
    const result = tcptop__open_netlink(this.#handle), fallback = refusal === null ? [] : [fallbackNote(refusal)];
    if (result >= 0) return { tcp: "netlink", notes: [...fallback, ...limitNotes(result, this.#euid)] };
    const failure = this.#account(-result), error = shimError(failure, this.#euid, Deno.osRelease());
    if (refusal === null) throw error;
    this.#startAnew();
    return { tcp: null, notes: [missingNote(refusal, failure)], error };
  }

  /** Frees what a failed attempt has opened. */
  #startAnew(): void {
    this.#free();
    this.#handle = newHandle(this.#library);
  }

  /** Never fails: where UDP cannot be seen, a note says so and TCP goes on. */
  #openUdp({ source, udpTimeoutMs, watchDns }: SourceOptions): Pick<SourceInfo, "udp" | "notes"> {
    const { tcptop__udp_load, tcptop__list_udp } = this.#library.symbols;
    let missing = udpLeftOut(this.#euid);
    if (source !== "netlink") {
      const result = tcptop__udp_load(this.#handle, udpTimeoutMs, watchDns ? 1 : 0);
      if (result >= 0) return { udp: "bpf", notes: udpLimitNotes(result) };
      missing = udpMissing(this.#account(-result), this.#euid, Deno.osRelease());
    }
    return tcptop__list_udp(this.#handle) < 0
      ? { udp: null, notes: [missing] }
      : { udp: "netlink", notes: [{ ...missing, message: `${missing.message}. ${UDP_IS_LISTED}` }] };
  }

  /** Connections whose addresses are translated are joined by what the kernel tells of it; a kernel that translates none tells nothing. */
  #openTranslations(): Note[] {
    const result = this.#library.symbols.tcptop__translations(this.#handle);
    return result === 0 || -result === Errno.ENOENT ? [] : [untranslated(this.#account(-result), this.#euid)];
  }

  /** Never fails: where it is not told why packets are dropped, a note says so. */
  #watchDrops({ source }: SourceOptions): Note[] {
    const result = this.#library.symbols.tcptop__watch_drops(this.#handle);
    return result === 1 ? [] : [dropsUnknown(-result, source, this.#euid, Deno.osRelease())];
  }

  /** Gives up root. What could not be given up comes back as notes. */
  #drop({ uid, gid }: Identity): Note[] {
    return this.#check(this.#library.symbols.tcptop__drop(this.#handle, uid, gid)) === 1 ? [ROOT_KEPT] : [];
  }

  #check(result: number): number {
    if (result < 0) throw this.#failure(-result);
    return result;
  }

  #failure(errno: number): TcptopError {
    return shimError(this.#account(errno), this.#euid, Deno.osRelease());
  }

  #account(errno: number): ShimFailure {
    const text = new Uint8Array(8192);
    const bytes = this.#library.symbols.tcptop__error(this.#handle, text, text.length);
    const [stage, ...log] = new TextDecoder().decode(text.subarray(0, bytes)).split("\n");
    return { errno, stage, log: log.join("\n") };
  }
}
