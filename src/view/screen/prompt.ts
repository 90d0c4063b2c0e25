/** The line in which a filter is typed. It takes effect with every key. */
import { compileFilter } from "../filter/compile.ts";
import { type Filter, FilterError } from "../filter/ast.ts";
import { parseFilter } from "../filter/parse.ts";
import { asksForListeners } from "../filter/fields.ts";
import { thousands } from "../units.ts";
import type { Input } from "./input.ts";
import type { Listeners, Mode, ScreenState } from "./state.ts";

type Prompt = Extract<Mode, { kind: "prompt" }>;

/** A filter longer than this is a paste gone wrong. */
const MOST_CHARACTERS = 1000;
const TOO_LONG = `no more than ${thousands(MOST_CHARACTERS)} characters: not added`;
/** Filters from before that the arrows lead back to. */
const MOST_FILTERS = 50;

export function openPrompt(state: ScreenState): ScreenState {
  const { filterText: text, listeners, listenersOfFilter } = state;
  return {
    ...state,
    filters: remembered(state.filters, text),
    mode: {
      kind: "prompt",
      text,
      caret: [...text].length,
      draft: text,
      ago: 0,
      before: text,
      listenersBefore: { listeners, listenersOfFilter },
      refused: null,
    },
  };
}

export function promptInput(state: ScreenState, before: Prompt, input: Exclude<Input, { type: "mouse" }>): ScreenState {
  const mode: Prompt = { ...before, refused: null };
  if (input.type === "paste") return typed(state, mode, input.text.replace(/\s+/g, " "));
  switch (input.key) {
    case "enter":
      if (state.filterError !== null) return state;
      return { ...state, mode: { kind: "table" }, filters: remembered(state.filters, state.filterText) };
    case "escape":
      return asBefore(state, mode);
    default:
      return edited(state, mode, input.key);
  }
}

function edited(state: ScreenState, mode: Prompt, key: string): ScreenState {
  const { caret } = mode, characters = [...mode.text];
  const moved = (to: number) => ({ ...state, mode: { ...mode, caret: Math.max(0, Math.min(to, characters.length)) } });
  const cut = (from: number, to: number) => {
    const begin = Math.max(0, from);
    return changed(state, mode, [...characters.slice(0, begin), ...characters.slice(to)].join(""), begin);
  };
  switch (key) {
    case "up":
    case "ctrl-p":
      return recalled(state, mode, mode.ago + 1);
    case "down":
    case "ctrl-n":
      return recalled(state, mode, mode.ago - 1);
    case "left":
      return moved(caret - 1);
    case "right":
      return moved(caret + 1);
    case "wordleft":
      return moved(wordBegin(characters.slice(0, caret)));
    case "wordright":
      return moved(wordEnd(characters, caret));
    case "home":
    case "ctrl-a":
      return moved(0);
    case "end":
    case "ctrl-e":
      return moved(characters.length);
    case "backspace":
      return cut(caret - 1, caret);
    case "delete":
      return cut(caret, caret + 1);
    case "ctrl-u":
      return cut(0, caret);
    case "ctrl-k":
      return cut(caret, characters.length);
    case "ctrl-w":
      return cut(wordBegin(characters.slice(0, caret)), caret);
    default:
      return [...key].length === 1 ? typed(state, mode, key) : state;
  }
}

/** The newest first, each once. */
function remembered(filters: readonly string[], text: string): readonly string[] {
  return text === "" ? filters : [text, ...filters.filter((filter) => filter !== text)].slice(0, MOST_FILTERS);
}

/** The filter so many before the draft, which is there again at 0. */
function recalled(state: ScreenState, mode: Prompt, ago: number): ScreenState {
  const { draft } = mode, all = [draft, ...state.filters.filter((filter) => filter !== draft.trim())];
  if (ago < 0 || ago >= all.length) {
    const refused = ago < 0 ? "no newer filter" : "no older filter";
    return { ...state, mode: { ...mode, refused } };
  }
  const text = all[ago];
  return filtered({ ...state, mode: { ...mode, text, caret: [...text].length, ago } }, text);
}

/** Where the last word begins, in characters. */
function wordBegin(characters: readonly string[]): number {
  const end = characters.findLastIndex((character) => character !== " ");
  return characters.slice(0, end + 1).lastIndexOf(" ") + 1;
}

/** Where the word at or behind this character ends. */
function wordEnd(characters: readonly string[], from: number): number {
  const begin = characters.findIndex((character, i) => i >= from && character !== " ");
  const end = begin < 0 ? -1 : characters.indexOf(" ", begin);
  return end < 0 ? characters.length : end;
}

function typed(state: ScreenState, mode: Prompt, text: string): ScreenState {
  const characters = [...mode.text], added = [...text];
  // A part of it could be another filter.
  if (characters.length + added.length > MOST_CHARACTERS) return { ...state, mode: { ...mode, refused: TOO_LONG } };
  characters.splice(mode.caret, 0, ...added);
  return changed(state, mode, characters.join(""), mode.caret + added.length);
}

function changed(state: ScreenState, mode: Prompt, text: string, caret: number): ScreenState {
  return filtered({ ...state, mode: { ...mode, text, caret, draft: text, ago: 0 } }, text);
}

/** The state with this filter; while the text is none, the filter from before the typing holds and the error says why. */
export function filtered(state: ScreenState, text: string): ScreenState {
  try {
    const filter = parseFilter(text);
    return {
      ...state,
      filterText: text.trim(),
      filterError: null,
      filter: filter === null ? null : compileFilter(filter),
      ...listenersOf(state, filter),
    };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const before = state.mode.kind === "prompt" ? asBefore(state, state.mode) : state;
    return { ...before, mode: state.mode, filterError: error.message };
  }
}

/** The state without what has been typed. */
function asBefore(state: ScreenState, { before, listenersBefore }: Prompt): ScreenState {
  return { ...filtered({ ...state, mode: { kind: "table" } }, before), ...listenersBefore };
}

/** What a filter asks for goes when the filter goes, be it while it is typed or later; what L or --listen has asked for stays. */
function listenersOf(state: ScreenState, filter: Filter | null): Listeners {
  const { listeners, listenersOfFilter } = state.mode.kind === "prompt" ? state.mode.listenersBefore : state;
  const stays = listeners && !listenersOfFilter, asks = filter !== null && asksForListeners(filter);
  return { listeners: stays || asks, listenersOfFilter: asks && !stays };
}
