/** A part of the measurement of the project's goals: what it measures, and what it gives. */
import type { Chart } from "../chart.ts";
import type { Goal, Table } from "../markdown.ts";

/** How much is measured. */
export interface Scale {
  /** A turn of what is idle, and of a load. */
  readonly restSeconds: number;
  readonly loadSeconds: number;
  readonly rounds: number;
  /** Of turns with and without. */
  readonly pairs: number;
  readonly keys: number;
  /** Most connections that are held at once. */
  readonly sockets: number;
  readonly connections: number;
}

export const FULL_SCALE: Scale = {
  restSeconds: 7,
  loadSeconds: 3,
  rounds: 3,
  pairs: 8,
  keys: 200,
  sockets: 250_000,
  connections: 60_000,
};

/** Whether everything runs; its figures say little. */
export const QUICK: Scale = {
  restSeconds: 2,
  loadSeconds: 1,
  rounds: 1,
  pairs: 2,
  keys: 40,
  sockets: 20_000,
  connections: 6_000,
};

export interface Found {
  readonly goals: readonly Goal[];
  readonly table?: Table;
  /** By the name of the file, without its ending. */
  readonly charts?: Readonly<Record<string, Chart>>;
  readonly notes?: readonly string[];
}

export interface Part {
  readonly name: string;
  readonly about: string;
  /** What it takes at full scale on two cores that have nothing else to do. */
  readonly minutes: number;
  readonly run: (scale: Scale) => Promise<Found>;
}

/** Says on the terminal what goes on; the tables are standard output's. */
export function progress(text: string): void {
  console.error(`bench: ${text}`);
}
