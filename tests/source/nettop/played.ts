/** A Mac that is played: sockets whose counters are known, listed by nettop as it lists them under load. */
import { HEADER, process, row } from "./rows.ts";

export interface Step {
  readonly births: readonly ("tcp" | "udp" | "quic" | "listener" | "equal")[];
  readonly deeds: readonly { readonly who: number; readonly what: Deed; readonly amount: number }[];
  /** Rows that nobody can read, and sockets that are not connected yet, stand among the others. */
  readonly noise: boolean;
  /** nettop is started again before it. */
  readonly restart: boolean;
  readonly turn: number;
}
export type Deed = "move" | "zero" | "minus" | "low" | "no rx" | "empty" | "left out" | "end" | "closed" | "pass";

type Kind = Step["births"][number];

/** Longest that a live socket is listed wrongly, in frames. */
const DISTURBED = 2;
const FORGOTTEN_AFTER = 3;
/** Sockets with equal labels are so far apart that none comes near another by moving. */
const APART = 1e7;

export class PlayedSocket {
  readonly label: string;
  rx: number;
  tx = 0;
  isAlive = true;
  /** What the tracker can know: the highest reading, and what it was when the socket was first shown. */
  readonly seen: { rx: number; tx: number } = { rx: 0, tx: 0 };
  before: { rx: number; tx: number } | null = null;
  isListed = false;
  isShown = false;
  isFresh = false;
  hasClosed = false;
  disturbed = 0;
  misses = 0;
  shownPid = 0;

  constructor(readonly id: number, readonly kind: Kind, public pid: number, isOld: boolean) {
    const port = 10_000 + id;
    this.label = kind === "equal"
      ? "udp4 *:5353<->*:*"
      : kind === "listener"
      ? `tcp4 *:${port}<->*:*`
      : `${kind}4 192.0.2.1:${port}<->198.51.100.1:443`;
    this.rx = kind === "equal" ? (id + 1) * APART : isOld ? 3e9 + id : id;
  }
  get isTcp(): boolean {
    return this.kind === "tcp";
  }
  get port(): number {
    return this.kind === "equal" ? 5353 : 10_000 + this.id;
  }
}

export class PlayedMac {
  readonly sockets: PlayedSocket[] = [];
  opened = 0;
  closed = 0;
  noise = 0;
  #frame = 0;
  #sinceStart = 0;
  /** The last frame in which a socket with an equal label was listed wrongly, or ended. */
  #oddEqual = -Infinity;

  /** The lines of the next frame. `isLast`: nothing more happens and all is listed rightly. */
  frame(step: Step, isLast = false): string[] {
    this.#frame++;
    this.#sinceStart = step.restart || this.#frame === 1 ? 1 : this.#sinceStart + 1;
    if (!isLast) step.births.forEach((kind) => this.#bear(kind));
    const deeds = new Map<PlayedSocket, Deed>();
    for (const { who, what, amount } of isLast ? [] : step.deeds) {
      const socket = this.sockets[who % Math.max(1, this.sockets.length)];
      if (socket === undefined || !socket.isAlive || deeds.has(socket)) continue;
      socket.rx += amount;
      socket.tx += amount >> 1;
      deeds.set(socket, what);
    }
    const lines: [pid: number, line: string][] = [];
    for (const socket of this.sockets) {
      const line = this.#list(socket, deeds.get(socket) ?? "move");
      if (line !== null) lines.push([socket.pid, line]);
      this.#take(socket, line !== null);
    }
    return this.#lay(lines, step);
  }

  /** The first frame after a start, which is no sample. */
  get isPreliminary(): boolean {
    return this.#sinceStart === 1;
  }

  #bear(kind: Kind): void {
    // What comes soon after one with its label was missing, or read wrongly, could be either.
    const isDoubtful = this.#frame - this.#oddEqual < 2 * FORGOTTEN_AFTER;
    if (kind === "equal" && this.#frame > 1 && (isDoubtful || this.#sinceStart <= 2)) return;
    const id = this.sockets.length;
    this.sockets.push(new PlayedSocket(id, kind, kind === "equal" ? 300 : 100 + id % 5, this.#frame === 1));
  }

  /** What nettop writes of it; null: nothing. */
  #list(socket: PlayedSocket, deed: Deed): string | null {
    if (!socket.isAlive) return null;
    if (deed === "end" || deed === "closed") {
      const hasSister = (other: PlayedSocket) => other.kind === "equal" && !other.isListed;
      if (socket.kind === "equal" && this.sockets.some(hasSister)) return this.#read(socket, "", socket.rx, socket.tx);
      socket.isAlive = false;
      this.#note(socket);
      if (deed === "end" || !socket.isTcp || !socket.isShown) return null;
      return this.#read(socket, "Closed", socket.rx, socket.tx);
    }
    const isEqual = socket.kind === "equal",
      state = socket.kind === "tcp" ? "Established" : socket.kind === "listener" ? "Listen" : "";
    if (socket.kind === "listener") {
      if (deed === "left out" && this.#mayDisturb(socket)) return null;
      socket.disturbed = 0;
      return row(socket.label, state);
    }
    if (deed === "pass" && !isEqual) socket.pid += 10;
    const isWrong = !["move", "pass"].includes(deed) && !(isEqual && (deed === "low" || deed === "no rx"));
    if (isWrong && this.#mayDisturb(socket)) {
      const lower = Math.floor(socket.seen.rx / 3);
      switch (deed) {
        case "zero":
          return row(socket.label, state, 0, 0);
        case "minus":
          return row(socket.label, state, -1, -1);
        case "empty":
          return row(socket.label, state);
        case "low":
          return row(socket.label, state, lower, 0);
        case "no rx":
          return this.#read(socket, state, 0, socket.tx);
        default:
          return null;
      }
    }
    socket.disturbed = 0;
    return this.#read(socket, state, socket.rx, socket.tx);
  }

  #mayDisturb(socket: PlayedSocket): boolean {
    if (socket.kind === "equal" && this.sockets.some(({ kind, isListed }) => kind === "equal" && !isListed)) {
      return false;
    }
    if (socket.disturbed >= (this.#sinceStart === 2 ? 0 : DISTURBED)) return false;
    // Of what is never listed rightly at a start nobody could know what it had before.
    if (this.#sinceStart === 1 && socket.disturbed > 0 || this.#sinceStart === 2 && !socket.isListed) return false;
    socket.disturbed++;
    this.#note(socket);
    return true;
  }

  #note({ kind }: PlayedSocket): void {
    if (kind === "equal") this.#oddEqual = this.#frame;
  }

  #read(socket: PlayedSocket, state: string, rx: number, tx: number): string {
    socket.seen.rx = Math.max(socket.seen.rx, rx);
    socket.seen.tx = Math.max(socket.seen.tx, tx);
    return row(socket.label, state, rx, tx);
  }

  /** What the tracker must make of it. */
  #take(socket: PlayedSocket, isListed: boolean): void {
    if (isListed) {
      if (!socket.isListed) socket.isFresh = this.#sinceStart > 2;
      socket.isListed = true;
      socket.misses = 0;
      socket.shownPid = socket.pid;
      if (this.isPreliminary) return;
      if (!socket.isShown) {
        socket.before = socket.isFresh ? { rx: 0, tx: 0 } : { ...socket.seen };
        if (socket.isFresh && socket.isTcp) this.opened++;
      }
      socket.isShown = true;
      if (!socket.isAlive) this.#close(socket);
    } else if (socket.isListed && !this.isPreliminary && ++socket.misses >= FORGOTTEN_AFTER) this.#close(socket);
  }

  #close(socket: PlayedSocket): void {
    if (!socket.hasClosed && socket.isShown && socket.isTcp) this.closed++;
    socket.hasClosed = true;
  }

  #lay(lines: [pid: number, line: string][], { noise, turn }: Step): string[] {
    const laid = [HEADER], byPid = Map.groupBy(lines, ([pid]) => pid);
    for (const [pid, own] of byPid) {
      laid.push(process("played", pid));
      const at = turn % own.length, turned = [...own.slice(at), ...own.slice(0, at)];
      turned.forEach(([, line], i) => {
        laid.push(line);
        if (!noise || i > 0) return;
        laid.push(
          row("tcp46 *.22<->*.80", "Established", 1e9, 1e9),
          row("tcp4 *:*<->*:*", "Closed", 0, 0),
          row("<->.77"),
        );
        this.noise += 2;
      });
    }
    return laid;
  }
}
