/// <reference lib="dom" />
import uPlot from "uplot";
import type { ReportData } from "../output/report/data.ts";
import { rateText } from "../view/units.ts";
import { add, colour, element, onScheme } from "./dom.ts";
import { exactTime, ticks, tickTexts } from "./ticks.ts";
import type { TimeWindow } from "./time_window.ts";

const HEIGHT = 250, AXIS = 84, RIGHT = 32, TICK_PIXELS = 90, LABEL_PIXELS = 220, NARROW = 700;

/** What goes out is drawn downwards. */
const SERIES = [
  { of: "rx", text: "In", colour: "in", sign: 1, inside: false },
  { of: "tx", text: "Out", colour: "out", sign: -1, inside: false },
  { of: "insideRx", text: "Inside, in", colour: "in", sign: 1, inside: true },
  { of: "insideTx", text: "Inside, out", colour: "out", sign: -1, inside: true },
] as const;

/** Rates over time, in upwards and out downwards. What moved nothing in the whole run is not offered. */
export class Chart {
  readonly #plot: uPlot;
  readonly #shown: readonly (typeof SERIES[number])[];
  readonly #values: HTMLElement[] = [];

  constructor(readonly box: HTMLElement, readonly data: ReportData, readonly time: TimeWindow) {
    const { rates, fromMs } = data;
    const moved = SERIES.filter(({ of }) => rates[of].some((rate) => rate > 0));
    this.#shown = moved.length > 0 ? moved : SERIES.slice(0, 2);
    const at = [0, ...rates.at].map((ms) => (fromMs + ms) / 1000);
    const columns = this.#shown.map(({ of, sign }) => [rates[of][0] ?? 0, ...rates[of]].map((rate) => sign * rate));
    this.#plot = new uPlot(this.#options(), [at, ...columns], box);
    this.#addKeys();
    time.onChange(() => this.#show());
    new ResizeObserver(() => this.#plot.setSize({ width: this.width, height: HEIGHT })).observe(box);
    onScheme(() => this.#plot.redraw());
    this.#tell();
  }

  get width(): number {
    return Math.max(260, this.box.clientWidth);
  }

  /** Where the picture's time begins and ends, in pixels of the box: other pictures stand below it. */
  get edges(): { readonly left: number; readonly right: number } {
    return { left: this.#left, right: this.width - RIGHT };
  }

  get #left(): number {
    return this.width < NARROW ? AXIS : LABEL_PIXELS;
  }

  #options(): uPlot.Options {
    const { fromMs } = this.data,
      line = () => colour("line"),
      words = () => colour("soft"),
      font = "12px system-ui,sans-serif";
    return {
      width: this.width,
      height: HEIGHT,
      legend: { show: false },
      padding: [10, RIGHT, 0, 0],
      scales: {
        x: { time: true, range: () => [(fromMs + this.time.from) / 1000, (fromMs + this.time.to) / 1000] },
        y: { range: (_, least, most) => padded(least ?? 0, most ?? 0) },
      },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      axes: [
        {
          stroke: words,
          font,
          grid: { stroke: line, width: 1 },
          ticks: { stroke: line, width: 1 },
          splits: () => this.ticks().map((ms) => ms / 1000),
          values: (_, times) => tickTexts(times.map((s) => s * 1000)),
        },
        {
          stroke: words,
          font,
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          size: () => this.#left,
          splits: (_, __, least, most) => binarySplits(least, most),
          values: (_, rates) => rates.map((rate) => rateText(Math.abs(rate))),
        },
      ],
      series: [
        {},
        ...this.#shown.map(({ colour: name, inside }): uPlot.Series => ({
          stroke: () => colour(name),
          ...!inside || this.#shown.every(({ inside }) => inside)
            ? { fill: () => `color-mix(in srgb, ${colour(name)} 14%, transparent)` }
            : { dash: [5, 4] },
          width: 1.6,
          paths: uPlot.paths.stepped!({ align: -1 }),
          points: { show: false },
        })),
      ],
      hooks: {
        setSelect: [(plot) => this.#selected(plot)],
        setCursor: [(plot) => this.#point(plot.cursor.idx ?? null)],
      },
    };
  }

  /** ms since 1970. */
  ticks(): number[] {
    const { left, right } = this.edges, { fromMs } = this.data;
    return ticks(fromMs + this.time.from, fromMs + this.time.to, Math.max(2, Math.floor((right - left) / TICK_PIXELS)));
  }

  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 3) return;
    const ms = (pixel: number) => plot.posToVal(pixel, "x") * 1000 - this.data.fromMs;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.time.set(ms(left), ms(left + width));
  }

  #show(): void {
    const { fromMs } = this.data;
    this.#plot.setScale("x", { min: (fromMs + this.time.from) / 1000, max: (fromMs + this.time.to) / 1000 });
    this.#tell();
  }

  #tell(): void {
    const { fromMs } = this.data, { from, to } = this.time;
    element("window").textContent = `${exactTime(fromMs + from)} to ${exactTime(fromMs + to)}${
      this.time.isWhole ? ", all of it" : ""
    }`;
  }

  /** A button for each rate: it shows and hides it, and has its figure where the pointer is. */
  #addKeys(): void {
    this.#shown.forEach(({ text, colour: name }, i) => {
      const button = add(element("rates-keys"), "button") as HTMLButtonElement;
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      add(button, "span", "", `kind ${name}`);
      button.append(text);
      this.#values.push(add(button, "span", "", "at"));
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(shown));
        this.#plot.setSeries(i + 1, { show: shown });
      });
    });
  }

  #point(index: number | null): void {
    this.#values.forEach((value, i) => {
      const rate = index === null ? null : this.#plot.data[i + 1][index] ?? null;
      value.textContent = rate === null ? "" : ` ${rateText(Math.abs(rate))}`;
    });
  }
}

/** With zero in it, and some room above and below. */
function padded(least: number, most: number): [number, number] {
  const low = Math.min(0, least), high = Math.max(0, most), room = (high - low) * 0.06;
  return high === low ? [0, 1] : [low === 0 ? 0 : low - room, high === 0 ? 0 : high + room];
}

/** Round in KiB and MiB, as the figures are. */
function binarySplits(least: number, most: number): number[] {
  const step = 2 ** Math.ceil(Math.log2(Math.max(1, (most - least) / 5))), splits: number[] = [];
  for (let i = Math.ceil(least / step); i * step <= most; i++) splits.push(i * step);
  return splits;
}
