/// <reference lib="dom" />
import type { ReportData } from "../output/report/data.ts";
import { END_KINDS } from "../output/report/ends.ts";
import type { Chart } from "./chart.ts";
import { connectionText } from "./connection_text.ts";
import { add, colour, element, onScheme } from "./dom.ts";
import { heightOf, laneBox, type Track, tracksOf } from "./lanes.ts";
import type { TimeWindow } from "./time_window.ts";

/** In pixels. */
const LEAST_BAR = 2, NEAR = 3, MOST_HEIGHT = 440, LABEL_GAP = 12;

/** Connections as bars over time, below the rates and on the same time. */
export class Bars {
  readonly #box = element("bars-box");
  readonly #canvas = element<HTMLCanvasElement>("bars");
  readonly #tip = element("tip");
  readonly #tracks: readonly Track[];
  /** As up and down go through them. */
  readonly #order: readonly number[];
  #chosen = -1;
  #draws = false;

  /** `choose` is called with a text that only the chosen connection and those like it have. */
  constructor(
    readonly data: ReportData,
    readonly time: TimeWindow,
    readonly chart: Chart,
    readonly choose: (text: string) => void,
  ) {
    this.#tracks = tracksOf(data.connections);
    this.#order = this.#tracks.flatMap(({ lanes }) => lanes.flat().sort((a, b) => this.#began(a) - this.#began(b)));
    const height = heightOf(this.#tracks) + LABEL_GAP, shown = Math.min(height, MOST_HEIGHT);
    this.#box.style.height = `${shown + 2}px`;
    // The canvas is as large as what is seen of it: the rest is scrolled to.
    add(this.#box, "div").style.height = `${height - shown}px`;
    this.#canvas.style.height = `${shown}px`;
    const draw = () => this.#drawSoon();
    time.onChange(draw);
    onScheme(draw);
    this.#box.addEventListener("scroll", draw);
    new ResizeObserver(draw).observe(this.#box);
    this.#listen();
  }

  #began(i: number): number {
    return this.data.connections.opened[i] ?? 0;
  }

  #drawSoon(): void {
    if (this.#draws) return;
    this.#draws = true;
    requestAnimationFrame(() => {
      this.#draws = false;
      this.#draw();
    });
  }

  #draw(): void {
    const canvas = this.#canvas, width = this.#box.clientWidth, height = parseFloat(canvas.style.height);
    const scale = devicePixelRatio, context = canvas.getContext("2d")!;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.width = `${width}px`;
    context.setTransform(scale, 0, 0, scale, 0, -this.#box.scrollTop * scale);
    const from = this.#box.scrollTop, to = from + height;
    this.#drawGrid(context, from, to);
    const colours = END_KINDS.map(({ id }) => colour(id));
    for (const track of this.#tracks) {
      if (track.top > to || track.top + track.height < from) continue;
      this.#drawTrack(context, track, colours);
    }
  }

  #drawGrid(context: CanvasRenderingContext2D, from: number, to: number): void {
    context.fillStyle = colour("line");
    for (const ms of this.chart.ticks()) {
      context.fillRect(Math.round(this.#x(ms - this.data.fromMs)), from, 1, to - from);
    }
  }

  #drawTrack(context: CanvasRenderingContext2D, track: Track, colours: readonly string[]): void {
    const { kind, process, host } = this.data.connections, { texts } = this.data, { left, right } = this.chart.edges;
    track.lanes.forEach((lane, number) => {
      const { top, height } = laneBox(track, number);
      for (const i of lane) {
        const bar = this.#bar(i);
        if (bar === null) continue;
        context.fillStyle = colours[kind[i]];
        context.fillRect(bar.x, top, bar.width, height);
      }
      // Over those that lie over it.
      const chosen = lane.includes(this.#chosen) ? this.#bar(this.#chosen) : null;
      if (chosen === null) return;
      context.fillStyle = colours[kind[this.#chosen]];
      context.fillRect(chosen.x, top, chosen.width, height);
      context.strokeStyle = colour("text");
      context.lineWidth = 2;
      context.strokeRect(chosen.x - 2, top - 2, chosen.width + 4, height + 4);
    });
    const label = `${texts[process[track.first]]} ↔ ${texts[host[track.first]]}`;
    context.fillStyle = colour("soft");
    context.font = "12px system-ui,sans-serif";
    context.textBaseline = "middle";
    context.fillText(fitted(context, label, left - 2 * LABEL_GAP), LABEL_GAP, track.top + track.height / 2);
    context.fillStyle = colour("line");
    context.fillRect(left, track.top + track.height, right - left, 0.5);
  }

  #x(ms: number): number {
    const { left, right } = this.chart.edges, { from, to } = this.time;
    return left + (ms - from) / (to - from) * (right - left);
  }

  /** null: it is not in the time that is shown. */
  #bar(i: number): { readonly x: number; readonly width: number } | null {
    const began = this.#began(i), ended = began + this.data.connections.lasted[i];
    if (ended < this.time.from || began > this.time.to) return null;
    const x = this.#x(Math.max(began, this.time.from)), end = this.#x(Math.min(ended, this.time.to));
    return { x, width: Math.max(LEAST_BAR, end - x) };
  }

  #listen(): void {
    const box = this.#box;
    let pressed: number | null = null;
    box.addEventListener("mousemove", (event) => {
      const i = this.#at(event);
      if (i >= 0) this.#tell(i, event.clientX + 14, event.clientY + 14);
      else this.#tip.hidden = true;
    });
    box.addEventListener("mouseleave", () => this.#tip.hidden = true);
    box.addEventListener("mousedown", (event) => pressed = this.#ms(event));
    box.addEventListener("mouseup", (event) => {
      const from = pressed, to = this.#ms(event), i = this.#at(event);
      pressed = null;
      if (from === null) return;
      if (Math.abs(this.#x(from) - this.#x(to)) > 2 * NEAR) this.time.set(Math.min(from, to), Math.max(from, to));
      else if (i >= 0) this.#choose(i);
    });
    box.addEventListener("dblclick", () => this.time.all());
    box.addEventListener("blur", () => this.#tip.hidden = true);
    box.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.#step(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && this.#chosen >= 0) this.#choose(this.#chosen);
    });
  }

  /** To the next connection that is in the time that is shown. */
  #step(by: 1 | -1): void {
    const { length } = this.#order, before = this.#order.indexOf(this.#chosen);
    for (let step = 1; step <= length; step++) {
      const place = before < 0 ? (by > 0 ? step - 1 : length - step) : (before + by * step + length * step) % length;
      if (this.#bar(this.#order[place]) === null) continue;
      this.#chosen = this.#order[place];
      this.#showChosen();
      return;
    }
  }

  #showChosen(): void {
    const track = this.#tracks.find(({ lanes }) => lanes.some((lane) => lane.includes(this.#chosen)))!, box = this.#box;
    if (track.top < box.scrollTop) box.scrollTop = track.top;
    else if (track.top + track.height > box.scrollTop + box.clientHeight) {
      box.scrollTop = track.top + track.height - box.clientHeight;
    }
    const { left, top } = box.getBoundingClientRect(), bar = this.#bar(this.#chosen)!;
    this.#tell(this.#chosen, left + bar.x, top + track.top + track.height - box.scrollTop + 6);
    this.#drawSoon();
  }

  #choose(i: number): void {
    this.choose(this.data.texts[this.data.connections.peer[i]]);
  }

  #tell(i: number, x: number, y: number): void {
    this.#tip.textContent = connectionText(this.data, i);
    this.#tip.hidden = false;
    const { width, height } = this.#tip.getBoundingClientRect();
    this.#tip.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 8))}px`;
    this.#tip.style.top = `${y + height > innerHeight - 8 ? Math.max(4, y - height - 30) : y}px`;
  }

  #ms(event: MouseEvent): number {
    const { left, right } = this.chart.edges, x = event.clientX - this.#box.getBoundingClientRect().left;
    return this.time.from + (x - left) / (right - left) * (this.time.to - this.time.from);
  }

  /** The connection there; -1: none. */
  #at(event: MouseEvent): number {
    const rect = this.#box.getBoundingClientRect();
    const x = event.clientX - rect.left, y = event.clientY - rect.top + this.#box.scrollTop;
    const track = this.#tracks.find(({ top, height }) => y >= top && y < top + height);
    for (const [number, lane] of track?.lanes.entries() ?? []) {
      const { top, height } = laneBox(track!, number);
      if (y < top - 1 || y > top + height + 1) continue;
      for (const i of lane) {
        const bar = this.#bar(i);
        if (bar !== null && x >= bar.x - NEAR && x <= bar.x + bar.width + NEAR) return i;
      }
    }
    return -1;
  }
}

/** Cut where it is too long. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const characters = [...text];
  let least = 0, most = characters.length;
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (context.measureText(`${characters.slice(0, middle).join("")}…`).width <= width) least = middle;
    else most = middle - 1;
  }
  return least === 0 ? "" : `${characters.slice(0, least).join("")}…`;
}
