/** The live screen: samples and keys in, frames out. */
import type { Options } from "../options.ts";
import type { Sample } from "../flow/sample.ts";
import { InputDecoder, type ModeReport } from "../render/input.ts";
import { type Device, Terminal } from "../render/terminal.ts";
import { theme } from "../render/theme.ts";
import type { ProcessId } from "../view/flow.ts";
import { ScreenModel } from "../view/screen/model.ts";
import { initialState } from "../view/screen/initial.ts";
import type { Input } from "../view/screen/input.ts";
import { unchanged } from "../view/charset.ts";
import { after, nowMs } from "./clock.ts";
import type { Output } from "./output.ts";
import { FramePacer } from "./pacer.ts";
import { Resolver } from "./resolver.ts";
import { reverseDns } from "./reverse_dns.ts";
import { terminalCharset, wantsColour } from "./tty.ts";

/** What the screen can ask of the rest. */
export interface Control {
  stop(): void;
  setInterval(ms: number): void;
  /** null: it has gone, or may not be read. */
  commandLine(process: ProcessId): Promise<string | null>;
}

/** An ESC on its own is a key if nothing follows it for this long: the rest of a sequence comes in the same packet. */
const ESCAPE_MS = 40;
const RESIZE_MS = 40;
/** A terminal that takes nothing (^S) cannot be put back in order; nor may it keep us from leaving. */
const LEAVE_WITHIN_MS = 500;
const UNCAUGHT = ["error", "unhandledrejection"] as const;

export class LiveScreen implements Output {
  readonly #model: ScreenModel;
  readonly #terminal: Terminal;
  readonly #decoder = new InputDecoder();
  readonly #pacer = new FramePacer(() => this.#draw());
  readonly #resolver = new Resolver(reverseDns, nowMs, () => this.#named());
  readonly #signals: [Deno.Signal, () => void][];
  #control: Control | null = null;
  #failure: unknown = null;
  #open = false;
  #over = false;
  #closed: Promise<void> | null = null;
  #redraw = false;
  #cancelEscape = () => {};
  #cancelResize = () => {};

  constructor(options: Options, readonly device: Device, readonly input: ReadableInput) {
    this.#terminal = new Terminal(device, theme(wantsColour(options.color)), terminalCharset());
    this.#model = new ScreenModel(initialState(options, { ...device.size(), ascii: terminalCharset() !== unchanged }));
    this.#signals = [
      ["SIGWINCH", () => this.#resized()],
      ["SIGTSTP", () => this.#suspend()],
      ["SIGCONT", () => this.#resume()],
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
  sample(sample: Sample): void {
    if (this.#over) return;
    this.#model.take(sample);
    if (!this.#open) this.#begin();
    this.#pacer.soon();
  }

  /** Puts the terminal back in order. Safe to call at any time and twice. */
  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#over = true;
    this.#pacer.stop();
    if (!this.#open) return;
    for (const [signal, listener] of this.#signals) Deno.removeSignalListener(signal, listener);
    for (const event of UNCAUGHT) removeEventListener(event, this.#crashed);
    await this.#leave();
  }

  #begin(): void {
    this.#open = true;
    for (const [signal, listener] of this.#signals) Deno.addSignalListener(signal, listener);
    for (const event of UNCAUGHT) addEventListener(event, this.#crashed);
    this.#terminal.enter();
    this.#read();
  }

  /** Deno would say it across the screen and end with the terminal as we have set it. */
  readonly #crashed = (event: Event): void => {
    event.preventDefault();
    this.#fail(event instanceof ErrorEvent ? event.error : (event as PromiseRejectionEvent).reason);
  };

  /** Ends when the terminal has gone (EIO), which ends the program without a word. What goes wrong with a key that was read is
   * no such end: it is told. */
  async #read(): Promise<void> {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const bytes = await this.input.read(buffer).catch(() => null);
      if (this.#over) return;
      if (bytes === null) return this.#control?.stop();
      this.#cancelEscape();
      this.#guarded(() => this.#take(this.#decoder.decode(buffer.subarray(0, bytes))));
      if (this.#decoder.waits) {
        this.#cancelEscape = after(ESCAPE_MS, () => this.#guarded(() => this.#take(this.#decoder.flush())));
      }
    }
  }

  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#quit();
  }

  #take(inputs: readonly (Input | ModeReport)[]): void {
    const { intervalMs } = this.#model.state;
    for (const input of inputs) {
      if (input.type === "mode") this.#terminal.modeReported(input.mode, input.value);
      else this.#model.input(input);
      if (this.#model.state.wish === "quit") return this.#quit();
      if (this.#model.state.wish === "redraw") this.#terminal.forget();
    }
    if (this.#model.state.intervalMs !== intervalMs) this.#control?.setInterval(this.#model.state.intervalMs);
    if (inputs.length > 0) this.#pacer.now();
  }

  /** The terminal first: what the Worker still has to let go of need not be watched. */
  #quit(): void {
    this.close();
    this.#control?.stop();
  }

  #draw(): void {
    if (this.#over || !this.#open) return;
    if (this.#terminal.busy) {
      // Frames that nobody can see are not made: the one after this write shows what is true then.
      if (!this.#redraw) this.#terminal.written().then(() => this.#drawn(), () => this.#control?.stop());
      this.#redraw = true;
      return;
    }
    this.#terminal.draw(this.#model.draw());
    this.#terminal.written().catch(() => this.#control?.stop());
    this.#ask();
  }

  #drawn(): void {
    this.#redraw = false;
    this.#draw();
  }

  /** What this frame lacks and a later one may show. */
  #ask(): void {
    this.#resolver.want(this.#model.wantedNames());
    const process = this.#model.wantedCommand();
    if (process === null) return;
    this.#model.command(process, undefined);
    this.#control?.commandLine(process).then((line) => {
      this.#model.command(process, line);
      this.#pacer.soon();
    });
  }

  #named(): void {
    this.#model.name(this.#resolver.names);
    this.#pacer.soon();
  }

  #resized(): void {
    this.#cancelResize();
    this.#cancelResize = after(RESIZE_MS, () => {
      try {
        const { columns, rows } = this.device.size();
        this.#model.resize(columns, rows);
      } catch {
        return this.#control?.stop();
      }
      this.#terminal.forget();
      this.#pacer.now();
    });
  }

  /** ^Z: the shell gets its terminal back as it was, and only then do we stop. */
  async #suspend(): Promise<void> {
    await this.#leave();
    if (!this.#over) Deno.kill(Deno.pid, "SIGSTOP");
  }

  /** A hang-up comes with SIGCONT too (setsid(2)): the terminal has gone by then, and SIGHUP ends the program. */
  #resume(): void {
    if (this.#over) return;
    try {
      this.#terminal.enter();
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

/** Where keys come from; null: there will be no more. */
export interface ReadableInput {
  read(buffer: Uint8Array): Promise<number | null>;
}
