/// <reference lib="dom" />

/** Throws where the page has no such part. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found as T;
}

/** A colour of the page's scheme, by its name. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
}

/** Calls back whenever the reader's system goes from light to dark, or back. */
export function onScheme(changed: () => void): void {
  matchMedia("(prefers-color-scheme:dark)").addEventListener("change", changed);
}

export function add(parent: Element, tag: string, text = "", className = ""): HTMLElement {
  const child = document.createElement(tag);
  child.textContent = text;
  if (className !== "") child.className = className;
  parent.append(child);
  return child;
}
