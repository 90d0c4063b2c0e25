/** The live screen: samples and keys in, frames out. */
import { writeFailure } from "../file.ts";
import type { Options } from "../options.ts";
import type { KillResult, KillTarget } from "../system/kill.ts";
import { killedNotice } from "../output/kill.ts";
import type { Sample } from "../flow/sample.ts";
import { writeError } from "../output/stderr.ts";
import type { ModeReport } from "../render/input.ts";
import { type Device, Terminal } from "../render/terminal.ts";
import { theme } from "../render/theme.ts";
import type { Canvas } from "../view/canvas.ts";
import { unchanged } from "../view/charset.ts";
import type { ProcessId } from "../view/flow.ts";
import type { LentFlows } from "../view/lent_flows.ts";
import { initialState } from "../view/screen/initial.ts";
import type { Input } from "../view/screen/input.ts";
import type { ScreenState } from "../view/screen/state.ts";
import { ScreenModel } from "../view/screen/model.ts";
import { type Moment, type Step, together } from "../view/screen/moment.ts";
import { after, nowMs } from "./clock.ts";
import { Frames } from "./frames.ts";
import { inputs, type ReadableInput } from "./keys.ts";
import type { Output } from "./output.ts";
import type { Told } from "./when_output.ts";
import { Questions } from "./questions.ts";
import { terminalCharset, wantsColour } from "./tty.ts";
import { screenSize } from "./screen_size.ts";

/** What the screen asks of the program around it. */
export interface Control {
  stop(): void;
  /** What is shown may be of a sample that nothing has moved since: one of now is wanted. */
  stir(): void;
  setInterval(ms: number): void;
  /** A moment of the past, which is whoever asks's alone, so far from the sample of that time; null: the step leads to the present. */
  look(fromNs: number, step: Step): Promise<Moment | null>;
  /** Of a replay: FlowSource.setSpeed() and skip(). */
  speed(speed: number): void;
  skip(ms: number): void;
  /** Keeps what is remembered in a file; what to say of it. */
  keep(): Promise<string>;
  /** Ends sockets: what came of each. */
  kill(targets: readonly KillTarget[]): Promise<readonly KillResult[]>;
  /** null: the process has gone, or may not be read. */
  commandLine(process: ProcessId): Promise<string | null>;
}

const paceOf = ({ paused, speed }: ScreenState) => paused ? 0 : speed;

const RESIZE_MS = 40;
/** A sample is there so long after it was due, as a rule. */
const LATE_MS = 50;
/** After a frame that differed from the one before, as what tcptop itself takes did, no longer than this passes without a sample. */
const ALTERED_NS = 10e9;
/** A terminal that takes nothing (^S) cannot be put back in order; nor may it keep us from leaving. */
const LEAVE_WITHIN_MS = 500;
/** A signal that came with a SIGCONT is heard, and a SIGTTOU has stopped us. */
const HEARD_WITHIN_MS = 100, STOPS_WITHIN_MS = 1000;
/** What is said to a write where nobody looks at a terminal any more. */
const GONE: ReadonlySet<string> = new Set(["EIO", "ENXIO", "EPIPE"]);
const UNCAUGHT = ["error", "unhandledrejection"] as const;

export class LiveScreen implements Output, Told {
  readonly #model: ScreenModel;
  readonly #terminal: Terminal;
  readonly #frames: Frames;
  readonly #questions: Questions;
  readonly #signals: [Deno.Signal, () => void][];
  #control: Control | null = null;
  #failure: unknown = null;
  #open = false;
  #over = false;
  #closed: Promise<void> | null = null;
  #cancelResize = () => {};
  /** When the sample came that was taken last. */
  #takenMs = 0;
  #cancelAgeing = () => {};
  /** Where keys want to go while an answer is under way; null: nothing is asked. */
  #step: Step | null = null;
  #looking = false;
  #reads = false;
  #ends = false;
  /** SIGCONTs so far. */
  #continuations = 0;

  constructor(options: Options, readonly device: Device, readonly input: ReadableInput) {
    this.#terminal = new Terminal(device, theme(wantsColour(options.color)), terminalCharset());
    this.#terminal.setMouse(options.mouse);
    this.#model = new ScreenModel(
      initialState(options, { ...screenSize(device), ascii: terminalCharset() !== unchanged }),
    );
    this.#frames = new Frames(this.#terminal, (spare) => this.#frame(spare), (error) => this.#lost(error));
    this.#questions = new Questions(this.#model, () => this.#frames.soon());
    this.#signals = [
      ["SIGWINCH", () => this.#resized()],
      ["SIGTSTP", () => this.#suspend()],
      ["SIGCONT", () => this.#continued()],
      // The read of keys that was under way when we stopped: it would stop us again before a signal that ends us is heard.
      ["SIGTTIN", () => {}],
    ];
  }

  control(control: Control): void {
    this.#control = control;
  }

  start(sample: Sample): void {
    this.sample(sample);
  }

  /** What went wrong where nobody was there to catch it; null: nothing did. */
  get failure(): unknown {
    return this.#failure;
  }

  /** The first sample opens the screen: until then what goes wrong is said on the ordinary one. */
  sample(sample: Sample, lent: LentFlows | null = null): void {
    if (this.#over) return;
    this.#cancelAgeing();
    this.#takenMs = nowMs();
    this.#model.take(sample, lent);
    if (!this.#open) this.#begin();
    // Of a recording that stands still a sample comes only where a key has led to it.
    if (paceOf(this.#model.state) === 0) this.#frames.now();
    else this.#frames.soon();
  }

  get restsUntilNs(): number {
    const { shownNs, restsUntilNs } = this.#model;
    if (!this.#open || this.#over || shownNs === null || this.#frames.isLate) return 0;
    return this.#frames.isAlike ? restsUntilNs : Math.min(restsUntilNs, shownNs + ALTERED_NS);
  }

  /** Samples stay away while nothing moves. Ages move all the same, and are drawn as often as samples would come. */
  rests(untilNs: number): void {
    const { shownNs, agesMoveNs, state: { intervalMs } } = this.#model;
    if (shownNs === null || agesMoveNs >= untilNs) return;
    const intervals = Math.max(1, Math.ceil((agesMoveNs - shownNs) / 1e6 / intervalMs));
    // A sample that tells that something has moved comes first.
    const drawMs = this.#takenMs + intervals * intervalMs + LATE_MS;
    this.#cancelAgeing = after(drawMs - nowMs(), () => {
      const timeNs = shownNs + Math.round((nowMs() - this.#takenMs) * 1e6);
      if (timeNs >= untilNs) return;
      this.#model.age(timeNs);
      this.#frames.soon();
      this.rests(untilNs);
    });
  }

  atEnd(): void {
    this.#model.end();
    if (!this.#over) this.#frames.soon();
  }

  /** What a condition holds for, or does no more, is heard; what stands in the head says which. */
  tell(): void {
    if (!this.#over) this.#terminal.bell();
  }

  holds(lines: readonly string[]): void {
    this.#model.holds(lines);
    if (this.#open && !this.#over) this.#frames.soon();
  }

  say(sentence: string): void {
    if (this.#over || !this.#open) return writeError(sentence);
    this.#model.notice(sentence);
    this.#frames.soon();
  }

  /** Puts the terminal back in order. Safe to call at any time and twice. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#over = true;
    this.#cancelAgeing();
    this.#frames.stop();
    if (!this.#open) return;
    for (const [signal, listener] of this.#signals) {
      // The runtime stops the process for it once nobody listens.
      if (signal !== "SIGTTIN" || this.#isInFront()) Deno.removeSignalListener(signal, listener);
    }
    for (const event of UNCAUGHT) removeEventListener(event, this.#crashed);
    await this.#leave();
  }

  #begin(): void {
    this.#open = true;
    for (const [signal, listener] of this.#signals) Deno.addSignalListener(signal, listener);
    for (const event of UNCAUGHT) addEventListener(event, this.#crashed);
    if (!this.#isInFront()) return this.#holdBack();
    this.#terminal.enter();
    this.#readKeys();
  }

  #isInFront(): boolean {
    return this.device.isInFront?.() ?? true;
  }

  /** Deno would say it across the screen and end with the terminal as we have set it. */
  readonly #crashed = (event: Event): void => {
    event.preventDefault();
    this.#fail(event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason);
  };

  /** That keys come no more is the terminal's end, and ends the program without a word. What goes wrong with a key is told. */
  async #readKeys(): Promise<void> {
    if (this.#reads) return;
    this.#reads = true;
    try {
      for await (const keys of inputs(this.input)) {
        if (this.#over) return;
        this.#take(keys);
      }
      if (!this.#over) this.#control?.stop();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A frame could not be written. That the terminal has gone ends the program without a word. */
  #lost(error: unknown): void {
    if (GONE.has((error as { code?: string }).code ?? "")) this.#control?.stop();
    else this.#fail(writeFailure("the terminal", error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#quit();
  }

  #take(keys: readonly (Input | ModeReport)[]): void {
    this.#control?.stir();
    const { intervalMs } = this.#model.state, before = paceOf(this.#model.state);
    for (const input of keys) {
      if (input.type === "mode") {
        // What the key before it has asked for has been done.
        this.#terminal.modeReported(input.mode, input.value);
        continue;
      }
      this.#model.input(input);
      if (this.#model.state.wish === "quit") return this.#quit();
      if (this.#model.state.wish === "redraw") this.#terminal.forget();
      if (this.#model.state.wish === "keep") this.#keep();
      else if (this.#model.state.wish !== null && typeof this.#model.state.wish === "object") {
        this.#kill(this.#model.state.wish);
      }
      if (this.#model.state.skip !== null) this.#control?.skip(this.#model.state.skip);
      if (this.#model.state.step !== null) this.#look(this.#model.state.step);
    }
    this.#terminal.setMouse(this.#model.state.mouse);
    if (this.#model.state.intervalMs !== intervalMs) this.#control?.setInterval(this.#model.state.intervalMs);
    if (paceOf(this.#model.state) !== before) this.#control?.speed(paceOf(this.#model.state));
    if (keys.length > 0) this.#frames.now();
  }

  /** One look at a time: what is typed meanwhile adds up to the next. */
  async #look(step: Step): Promise<void> {
    this.#step = this.#step === null ? step : together(this.#step, step);
    if (this.#looking || this.#control === null) return;
    this.#looking = true;
    try {
      while (this.#step !== null && !this.#over) {
        const next: Step = this.#step, fromNs = this.#model.shownNs;
        this.#step = null;
        if (fromNs === null) break;
        const moment = await this.#control.look(fromNs, next);
        this.#model.moment(moment);
        // The model has a copy. Megabytes a key would wait for the collector.
        moment?.sample.flows.rxBytes.buffer.transfer(0);
        this.#frames.now();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#looking = false;
    }
  }

  #kill({ kill, text, again }: Extract<ScreenState["wish"], object>): void {
    this.#control?.kill([kill]).then(([result]) => {
      this.#model.notice(killedNotice(text, result, again));
      this.#frames.now();
    }, (error) => this.#fail(error));
  }

  #keep(): void {
    this.#control?.keep().then((sentence) => {
      this.#model.notice(sentence);
      this.#frames.now();
    }, (error) => this.#fail(error));
  }

  /** The terminal first: what the Worker still has to let go of need not be watched. */
  #quit(): void {
    this.close();
    this.#control?.stop();
  }

  #frame(spare: Canvas | null): Canvas {
    const canvas = this.#model.draw(spare);
    this.#questions.ask(this.#control?.commandLine.bind(this.#control));
    return canvas;
  }

  #resized(): void {
    this.#cancelResize();
    this.#cancelResize = after(RESIZE_MS, () => {
      if (this.#over) return;
      const size = this.#size();
      if (size === null) return this.#control?.stop();
      this.#model.resize(size.columns, size.rows);
      this.#control?.stir();
      this.#terminal.forget();
      this.#frames.now();
    });
  }

  /** null: the terminal has gone. */
  #size(): ReturnType<Device["size"]> | null {
    try {
      return screenSize(this.device);
    } catch {
      return null;
    }
  }

  /** ^Z: the shell gets its terminal back as it was, and only then do we stop. */
  async #suspend(): Promise<void> {
    await this.#leave();
    if (!this.#over) Deno.kill(Deno.pid, "SIGSTOP");
  }

  #continued(): void {
    this.#continuations++;
    this.#resume();
  }

  /** A job in the background that wants the terminal stops, as the kernel stops one that sets its modes. The kernel would do so within that call, and again
   * after each SIGCONT, before the SIGTERM that came with it (kill %1, timeout) is heard: so that is waited for. What does not stop, as nobody would
   * let it go on (an orphaned job), ends. */
  #holdBack(): void {
    const before = this.#continuations;
    after(HEARD_WITHIN_MS, () => {
      if (this.#over || this.#ends) return;
      if (this.#isInFront()) return this.#resume();
      Deno.kill(Deno.pid, "SIGTTOU");
      after(STOPS_WITHIN_MS, () =>
        after(HEARD_WITHIN_MS, () => {
          if (!this.#over && before === this.#continuations) this.#control?.stop();
        }));
    });
  }

  /** The program ends, though not at once: it takes the terminal no more. */
  ends(): void {
    this.#ends = true;
  }

  /** A hang-up comes with SIGCONT too (setsid(2)): the terminal has gone by then, and SIGHUP ends the program. */
  #resume(): void {
    if (this.#over || this.#ends) return;
    if (!this.#isInFront()) return this.#holdBack();
    try {
      this.#terminal.enter();
      this.#readKeys();
    } catch {
      return this.#control?.stop();
    }
    this.#resized();
  }

  #leave(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(LEAVE_WITHIN_MS, resolve);
      this.#terminal.leave().finally(() => {
        cancel();
        resolve();
      });
    });
  }
}
