/// <reference lib="dom" />
import type { TimeWindow } from "./time_window.ts";

const IN = 0.5, OUT = 2, STEP = 0.25;

const ACTIONS: Readonly<Record<string, (time: TimeWindow) => void>> = {
  in: (time) => time.zoom(IN),
  out: (time) => time.zoom(OUT),
  left: (time) => time.move(-STEP),
  right: (time) => time.move(STEP),
  all: (time) => time.all(),
};

const KEYS: Readonly<Record<string, string>> = {
  "+": "in",
  "=": "in",
  "-": "out",
  "_": "out",
  ArrowLeft: "left",
  ArrowRight: "right",
  "0": "all",
  Home: "all",
};

/** The keys of a picture that has the focus; `buttons`: those inside instead. */
export function zoomBy(target: HTMLElement, time: TimeWindow, buttons = false): void {
  if (buttons) {
    for (const button of target.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
      button.addEventListener("click", () => ACTIONS[button.dataset.zoom!](time));
    }
    return;
  }
  target.addEventListener("keydown", (event) => {
    const action = KEYS[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || event.target !== target) return;
    event.preventDefault();
    ACTIONS[action](time);
  });
}
