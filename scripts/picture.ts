/** The pictures of README.md from what scripts/picture has recorded: picture.ts RECORDING FOLDER writes screen.svg and tour.svg. */
import { InputDecoder } from "../src/render/input.ts";
import { parseArguments } from "../src/cli.ts";
import { Canvas, Role, SELECTED } from "../src/view/canvas.ts";
import { initialState } from "../src/view/screen/initial.ts";
import { ScreenModel } from "../src/view/screen/model.ts";
import type { Sample } from "../src/flow/sample.ts";
import { readFacts, samplesOf } from "./picture-samples.ts";
import { film, type Frame, still } from "./picture-svg.ts";

/** Samples that the film shows beyond the picture's. */
const LATER = 6;
const DOWN = "\x1b[B", RIGHT = "\x1b[C", CTRL_U = "\x15";

const [path, folder] = Deno.args,
  facts = readFacts(`${path}.facts`),
  samples = await samplesOf(path, facts);
const encoder = new TextEncoder();

/** The screen as the program makes it: what is typed goes through the same decoder. */
class Screen {
  readonly #model: ScreenModel;
  readonly #decoder = new InputDecoder();
  #next = 0;

  constructor(columns: number, rows: number) {
    const invocation = parseArguments(["--no-resolve"]);
    if (!("run" in invocation)) throw new Error("nothing to draw");
    this.#model = new ScreenModel(
      initialState(invocation.run, { columns, rows }),
    );
  }

  tick(count = 1): void {
    for (const sample of samples.slice(this.#next, this.#next += count)) {
      this.#model.take(sample as Sample);
    }
  }

  type(bytes: string): void {
    for (const input of this.#decoder.decode(encoder.encode(bytes))) {
      if (input.type !== "mode") this.#model.input(input);
    }
  }

  /** Moves down to the line that begins with `what`. */
  find(what: string): void {
    for (let line = 0; line < samples.at(-1)!.length; line++) {
      const canvas = this.#model.draw(), at = canvas.styles.findIndex((style) => (style & SELECTED) !== 0);
      if (at >= 0 && canvas.line(Math.floor(at / canvas.columns)).slice(1).startsWith(what)) return;
      this.type(DOWN);
    }
    throw new Error(`no line begins with ${what}`);
  }

  draw(): Canvas {
    const process = this.#model.wantedCommand();
    if (process !== null) {
      this.#model.command(process, facts.commands.get(process.pid) ?? null);
    }
    return this.#model.draw();
  }
}

/** A canvas with a line below it that says what is done. */
function captioned(canvas: Canvas, keys: string, text: string): Canvas {
  const whole = new Canvas(canvas.columns, canvas.rows + 2);
  whole.texts.splice(0, canvas.texts.length, ...canvas.texts);
  whole.styles.set(canvas.styles);
  const x = keys === "" ? 1 : whole.put(1, canvas.rows + 1, ` ${keys} `, Role.badge) + 1;
  whole.put(x, canvas.rows + 1, text, Role.strong);
  return whole;
}

function picture(): string {
  const screen = new Screen(120, 34);
  screen.tick(samples.length - LATER);
  screen.type(DOWN);
  return still(
    screen.draw(),
    "tcptop: every connection with its process, peer, rates and round-trip time, and two minutes of history above",
  );
}

/** The table, a filter, groups, details: 14 s. */
function tour(): string {
  const screen = new Screen(104, 26), frames: Frame[] = [];
  const show = (forMs: number, keys: string, text: string) =>
    frames.push({ canvas: captioned(screen.draw(), keys, text), forMs });
  const goOn = (forMs: number, keys: string, text: string) => {
    screen.tick();
    show(forMs, keys, text);
  };
  screen.tick(samples.length - LATER);
  show(1000, "", "every connection, live");
  goOn(1000, "", "every connection, live");
  const filter = "a filter is in effect while it is typed";
  for (const key of "/nginx tx/s>150K") {
    screen.type(key);
    show(key === "/" ? 500 : 110, "/", filter);
  }
  screen.type("\r");
  goOn(1800, "/", filter);
  screen.type(`/${CTRL_U}\rg`);
  show(1300, "g", "groups by process, remote, port or container");
  goOn(1000, "g", "groups by process, remote, port or container");
  screen.find("ssh ");
  screen.type(RIGHT);
  show(1300, "→", "opens a group");
  screen.type(DOWN + "\r");
  show(1100, "⏎", "shows all that is known of a connection");
  goOn(1600, "⏎", "shows all that is known of a connection");
  goOn(1600, "⏎", "shows all that is known of a connection");
  return film(
    frames,
    "tcptop: the table, a filter being typed, groups by process, and the details of a connection",
  );
}

Deno.writeTextFileSync(`${folder}/screen.svg`, picture());
Deno.writeTextFileSync(`${folder}/tour.svg`, tour());
