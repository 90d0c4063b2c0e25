/** For what a condition begins to hold and ends to, sample by sample: a state machine without a clock, time comes with the samples. */
import { askedName, processName, remoteAddress } from "./flow.ts";
import { flowId, hasPeer, isListener } from "../flow/row.ts";
import type { Sample } from "../flow/sample.ts";
import { columnById } from "./column.ts";
import type { Condition } from "./condition.ts";
import { type Group, groupRows } from "./group.ts";
import type { Grouping } from "./group_key.ts";
import { type Choice, chosenRows } from "./selection.ts";

/** What a condition holds for. `rows`: of the sample; none where its flow, or the last of its group, has gone. */
export interface Subject {
  readonly of: Condition["of"];
  readonly rows: readonly number[];
  readonly group: Group | null;
  /** What is new; null: nothing is asked to be. */
  readonly name: string | null;
}

export interface Change<T> {
  readonly condition: Condition;
  readonly change: "begins" | "ends" | "new";
  /** ms since 1970, of the sample. */
  readonly wallMs: number;
  /** How long it has held, by the samples: of one that begins, for as long as was asked for at least. */
  readonly heldMs: number;
  /** What was told of the subject: of one that is there no more, when it began. */
  readonly facts: T;
}

interface State<T> {
  readonly sinceNs: number;
  /** Told of; null: it has not held for long enough. */
  readonly facts: T | null;
}

/** Names are kept as long as there are not more of them. */
const MOST_KNOWN = 1 << 18;
const BY_LABEL = { column: { ...columnById("process")!, id: "label" }, descending: false };

/** One condition. A first sample after others is that of another recording: what held until then has ended with the last one. `describe` is
 * asked about what there is to tell of, and of nothing else. */
export class When<T> {
  #states = new Map<string, State<T>>();
  /** When the last sample was; null: there was none. */
  #then: Pick<Sample, "timeNs" | "wallMs"> | null = null;
  #untold = 0;
  /** Of the first that it holds for, anew; null: it holds for none, or for single flows, of which no figure is told. */
  #first: T | null = null;

  /** `known`: of a condition for what is new, what is not; names are added. `baseline`: so is what the first sample has. */
  constructor(
    readonly condition: Condition,
    readonly by: Grouping | null,
    readonly choice: Choice,
    readonly describe: (sample: Sample, subject: Subject) => T,
    readonly known: Set<string> = new Set(),
    readonly baseline = true,
  ) {}

  /** What it holds for now: the first as it is now, where figures of it are told, the others as they were when it began. */
  get holding(): T[] {
    const all = [...this.#states.values()].flatMap(({ facts }) => facts === null ? [] : [facts]);
    return this.#first === null ? all : [this.#first, ...all.slice(1)];
  }

  /** How often a name was met for which there is no room. */
  get untold(): number {
    return this.#untold;
  }

  /** `told`: the sample with the names that are told; filters may know others. */
  take(sample: Sample, told = sample): Change<T>[] {
    const { condition } = this, { listeners } = this.choice;
    const rows = chosenRows(sample, { ...this.choice, listeners: listeners || condition.listeners })
      .filter((row) => condition.rows === null || condition.rows(sample, row));
    const isFirst = this.#then === null, over = sample.number === 0 ? this.#over() : [];
    this.#then = { timeNs: sample.timeNs, wallMs: sample.wallMs };
    if (condition.of === "remote" || condition.of === "process") {
      return this.#novelties(told, rows, condition.of, isFirst);
    }
    return [...over, ...this.#changes(told, rows, this.#subjects(told, rows))];
  }

  #over(): Change<T>[] {
    const states = [...this.#states.values()];
    this.#states = new Map();
    this.#first = null;
    return states.flatMap(({ sinceNs, facts }) =>
      facts === null ? [] : [this.#change("ends", this.#then!, sinceNs, facts)]
    );
  }

  #change(
    change: "begins" | "ends",
    { timeNs, wallMs }: Pick<Sample, "timeNs" | "wallMs">,
    sinceNs: number,
    facts: T,
  ): Change<T> {
    return { condition: this.condition, change, wallMs, heldMs: Math.max(0, timeNs - sinceNs) / 1e6, facts };
  }

  #subjects(sample: Sample, rows: readonly number[]): Map<string, Subject> {
    const { condition } = this, { flows } = sample, subjects = new Map<string, Subject>();
    if (condition.of === "flow") {
      for (const row of rows) {
        // One that has ended holds nothing for any time.
        if (flows.closed[row] && condition.forNs > 0) continue;
        subjects.set(flowId(flows, row), { of: "flow", rows: [row], group: null, name: null });
      }
    } else if (condition.of === "all") {
      if (condition.together(sample, rows)) subjects.set("", { of: "all", rows, group: null, name: null });
    } else {
      for (const [id, group] of this.#groups(sample, rows)) {
        if (condition.together(sample, group.rows)) {
          subjects.set(id, { of: "group", rows: group.rows, group, name: null });
        }
      }
    }
    return subjects;
  }

  #changes(sample: Sample, rows: readonly number[], subjects: ReadonlyMap<string, Subject>): Change<T>[] {
    const { condition } = this, before = this.#states, changes: Change<T>[] = [];
    this.#states = new Map();
    for (const [id, { sinceNs, facts }] of before) {
      if (facts !== null && !subjects.has(id)) {
        changes.push(this.#change("ends", sample, sinceNs, this.#last(sample, rows, id) ?? facts));
      }
    }
    for (const [id, subject] of subjects) {
      const { sinceNs, facts } = before.get(id) ?? { sinceNs: sample.timeNs, facts: null };
      if (facts !== null || sample.timeNs - sinceNs < condition.forNs) this.#states.set(id, { sinceNs, facts });
      else {
        const now = this.describe(sample, subject);
        this.#states.set(id, { sinceNs, facts: now });
        changes.push(this.#change("begins", sample, sinceNs, now));
      }
    }
    const [first] = this.#states.entries().find(([, { facts }]) => facts !== null) ?? [null];
    this.#first = first === null || condition.of === "flow" ? null : this.describe(sample, subjects.get(first)!);
    return changes;
  }

  /** What there is to say now of something that it holds for no more; null: no more than before. */
  #last(sample: Sample, rows: readonly number[], id: string): T | null {
    const { of } = this.condition;
    if (of === "all") return this.describe(sample, { of, rows, group: null, name: null });
    if (of === "group") {
      const group = this.#groups(sample, rows).get(id);
      return group === undefined ? null : this.describe(sample, { of, rows: group.rows, group, name: null });
    }
    const row = this.#rowOf(sample, id);
    return row < 0 ? null : this.describe(sample, { of, rows: [row], group: null, name: null });
  }

  #grouped: { readonly sample: Sample; readonly groups: ReadonlyMap<string, Group> } | null = null;

  /** The groups of a sample's rows, whether it holds for them or not. */
  #groups(sample: Sample, rows: readonly number[]): ReadonlyMap<string, Group> {
    if (this.#grouped?.sample !== sample) {
      const groups = groupRows(sample, rows, this.by!, BY_LABEL).map((group) => [stateKey(group), group] as const);
      this.#grouped = { sample, groups: new Map(groups) };
    }
    return this.#grouped.groups;
  }

  #indexed: Sample | null = null;
  #index = new Map<string, number>();

  #rowOf(sample: Sample, id: string): number {
    if (this.#indexed !== sample) {
      this.#index = new Map();
      for (let row = 0; row < sample.length; row++) this.#index.set(flowId(sample.flows, row), row);
      this.#indexed = sample;
    }
    return this.#index.get(id) ?? -1;
  }

  #novelties(sample: Sample, rows: readonly number[], of: "remote" | "process", isFirst: boolean): Change<T>[] {
    const { condition, known } = this, changes: Change<T>[] = [];
    for (const row of rows) {
      const name = of === "remote" ? remoteOf(sample, row) : processName(sample, row);
      if (name === null || known.has(name)) continue;
      if (known.size >= MOST_KNOWN) {
        this.#untold++;
        continue;
      }
      known.add(name);
      if (isFirst && this.baseline) continue;
      const facts = this.describe(sample, { of, rows: [row], group: null, name });
      changes.push({ condition, change: "new", wallMs: sample.wallMs, heldMs: 0, facts });
    }
    return changes;
  }
}

function stateKey({ id }: Group): string {
  return id === null ? "-" : `+${id}`;
}

/** The name that its process asked for, else the address; null: there is no peer. */
function remoteOf(sample: Sample, row: number): string | null {
  if (isListener(sample.flows, row) || !hasPeer(sample.flows, row)) return null;
  return askedName(sample, row) ?? remoteAddress(sample, row);
}
