/** Where the bars of connections stand: those of one process and far end in a track, side by side where they overlap. */
import type { ConnectionColumns } from "../output/report/data.ts";

/** Further ones lie over each other. */
const MOST_LANES = 12;
const LANE = 8, LEAST_TRACK = 19, GAP = 5;

export interface Track {
  /** Any connection of it. */
  readonly first: number;
  /** Connections by the time they began, in each lane. */
  readonly lanes: readonly (readonly number[])[];
  /** Pixels from the top. */
  readonly top: number;
  readonly height: number;
}

/** In the order in which their first connections began. */
export function tracksOf({ opened, lasted, process, host }: ConnectionColumns): Track[] {
  const order = opened.map((_, i) => i).sort((a, b) => (opened[a] ?? -1) - (opened[b] ?? -1) || a - b);
  const tracks = new Map<string, { readonly lanes: number[][]; readonly ends: number[] }>();
  for (const i of order) {
    const key = `${process[i]} ${host[i]}`, began = opened[i] ?? 0;
    let track = tracks.get(key);
    if (track === undefined) tracks.set(key, track = { lanes: [], ends: [] });
    let lane = track.ends.findIndex((end) => end <= began);
    if (lane < 0 && track.lanes.length < MOST_LANES) lane = track.lanes.push([]) - 1;
    if (lane < 0) lane = track.ends.indexOf(Math.min(...track.ends));
    track.lanes[lane].push(i);
    track.ends[lane] = Math.max(track.ends[lane] ?? 0, began + lasted[i]);
  }
  let top = GAP;
  return [...tracks.values()].map(({ lanes }) => {
    const height = Math.max(LEAST_TRACK, lanes.length * LANE + GAP), track = { first: lanes[0][0], lanes, top, height };
    top += height;
    return track;
  });
}

export function heightOf(tracks: readonly Track[]): number {
  const last = tracks.at(-1);
  return last === undefined ? 0 : last.top + last.height;
}

/** The top of a lane's bars, and their height. */
export function laneBox(
  { top, height, lanes }: Track,
  lane: number,
): { readonly top: number; readonly height: number } {
  const each = lanes.length === 1 ? LANE + 2 : LANE - 1;
  const all = lanes.length === 1 ? each : lanes.length * LANE - 1;
  return { top: top + (height - all) / 2 + lane * LANE, height: each };
}
