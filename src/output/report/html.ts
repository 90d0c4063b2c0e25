/** HTML from data: whatever the network says is text. */
import { harmless } from "../../harmless.ts";

/** Markup. Made by this module alone, so that text cannot be taken for it. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escaped(text: string): string {
  return harmless(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** Values are escaped unless they are markup; a list is its parts one after the other, null nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + (i < values.length ? partText(values[i]) : "")).join(""));
}

function partText(part: Part): string {
  if (part === null) return "";
  if (part instanceof Html) return part.markup;
  return typeof part === "object" ? part.map(partText).join("") : escaped(String(part));
}

/** For a script element that holds data: it has no < that could end it. */
export function dataJson(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
