/** Keys through time: back and forth in what is remembered, and how a recording is played. */
import type { ScreenState } from "./state.ts";
import { STEPS } from "./moment.ts";

const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 64, Infinity] as const;

const AT_END = "this is the end, [ { ( lead back";

/** In ASCII × is a dash, as beside a name, and a speed of -2 would be another one. */
export function speedText({ speed, ascii }: Pick<ScreenState, "speed" | "ascii">): string {
  const times = ascii ? "x" : "×", half = ascii ? "1/2" : "½";
  return speed === Infinity ? "max" : `${times}${speed === 0.5 ? half : speed}`;
}

export function faster(state: ScreenState, step: 1 | -1): ScreenState {
  if (!state.replay) return { ...state, notice: "only a replay has a speed" };
  const at = SPEEDS.findIndex((speed) => speed === state.speed) + step;
  const speed = SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at))];
  return { ...state, speed, notice: `speed ${speedText({ ...state, speed })}` };
}

/** Freezes the screen, or has a replay stand still; from the past it leads to the present. */
export function spaceBar(state: ScreenState): ScreenState {
  if (state.moment !== null) return { ...inTime(state, ")"), paused: false };
  if (state.atEnd) return { ...state, notice: AT_END };
  return state.replay ? { ...state, paused: !state.paused } : { ...state, frozen: !state.frozen };
}

/** In a replay, which stands still then, what is not played yet is ahead. */
export function inTime(before: ScreenState, key: string): ScreenState {
  const step = STEPS.get(key)!, ahead = step.samples + step.ms > 0;
  const state = before.replay ? { ...before, paused: true } : before;
  if (state.replay && state.moment === null && ahead) {
    if (state.atEnd) return { ...before, notice: AT_END };
    if (key === ")") return { ...before, notice: "nothing is played beyond" };
    return { ...state, skip: step.ms };
  }
  if (state.historyMs === 0) return nothingRemembered(before);
  if (state.moment === null && !state.frozen && ahead) return { ...state, notice: "this is now" };
  return { ...state, step };
}

/** Until its sentence comes, which may take a moment, this is said. */
export function keepIt(state: ScreenState): ScreenState {
  return state.historyMs === 0 ? nothingRemembered(state) : { ...state, wish: "keep", notice: "keeping it …" };
}

function nothingRemembered(state: ScreenState): ScreenState {
  return { ...state, notice: "nothing is remembered (--history 0)" };
}
