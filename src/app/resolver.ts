/** Names of addresses, asked for in the background. Nothing waits for it: a name is there, or it is not yet. */

/** Rejects or gives null when there is none. */
export type LookUp = (address: string) => Promise<string | null>;

export interface ResolverLimits {
  /** Questions under way at once. */
  readonly atOnce: number;
  /** Addresses that wait for their turn; more are dropped and asked for again if they are still wanted. */
  readonly waiting: number;
  /** Answers kept. */
  readonly kept: number;
  readonly nameForMs: number;
  /** "No name" and "no answer" are kept too, or one dead server is asked with every frame. */
  readonly noneForMs: number;
}

const LIMITS: ResolverLimits = { atOnce: 8, waiting: 256, kept: 4096, nameForMs: 600e3, noneForMs: 120e3 };

export class Resolver {
  /** Every name that is known now, by address. */
  readonly names = new Map<string, string>();
  readonly #until = new Map<string, number>();
  #waiting: string[] = [];
  #underWay = new Set<string>();
  readonly #settling: (() => void)[] = [];

  /** `named` is called after a name has come. */
  constructor(
    readonly lookUp: LookUp,
    readonly nowMs: () => number,
    readonly named: () => void,
    readonly limits: ResolverLimits = LIMITS,
  ) {}

  /** Asks for those that are not known. A call replaces what the one before it left waiting: what is wanted now goes first. */
  want(addresses: readonly string[]): void {
    const now = this.nowMs();
    this.#waiting = [];
    for (const address of new Set(addresses)) {
      const isKnown = (this.#until.get(address) ?? 0) > now;
      if (isKnown || this.#underWay.has(address) || this.#waiting.length >= this.limits.waiting) continue;
      this.#waiting.push(address);
    }
    this.#fill();
  }

  /** Resolves when every question has its answer. */
  settled(): Promise<void> {
    return this.#isSettled() ? Promise.resolve() : new Promise((resolve) => this.#settling.push(resolve));
  }

  #isSettled(): boolean {
    return this.#underWay.size === 0 && this.#waiting.length === 0;
  }

  #fill(): void {
    while (this.#underWay.size < this.limits.atOnce) {
      const address = this.#waiting.shift();
      if (address === undefined) return;
      this.#underWay.add(address);
      this.lookUp(address).catch(() => null).then((name) => this.#answered(address, name));
    }
  }

  #answered(address: string, name: string | null): void {
    this.#underWay.delete(address);
    this.#until.delete(address);
    this.#until.set(address, this.nowMs() + (name === null ? this.limits.noneForMs : this.limits.nameForMs));
    // A map keeps the order of insertion: the first is the oldest answer.
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= this.limits.kept) break;
      this.#until.delete(oldest);
      this.names.delete(oldest);
    }
    const before = this.names.get(address);
    if (name === null) this.names.delete(address);
    else this.names.set(address, name);
    if (before !== this.names.get(address)) this.named();
    this.#fill();
    if (this.#isSettled()) { for (const resolve of this.#settling.splice(0)) resolve(); }
  }
}
