/**
 * bundle.ts page OUTPUT: the script of reports, as a browser runs it.
 *
 * bundle.ts MAKER WHY OUTPUT [TEXTS]: main.ts and all that it imports, with the Worker's module inside, as one file of JavaScript for the executable. With
 * TEXTS the programs are in that file, which the launcher maps, and not in the module.
 *
 * Deno reads every module with a TypeScript parser before V8 reads it again, and keeps its text. So the program itself is text beside a small module, which
 * only V8 reads. Where there is no other place for it, that text is a comment in a function of the module, as the Worker's and the script of reports are: a
 * comment is passed over several times faster than a string.
 */
import { MACHINE_SYMBOLS as SYMBOLS } from "../src/system/symbols/machine.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Modules of Deno's Node layer that most runs use nothing of. Each takes 3 to 35 ms to load: it is loaded when it is first used. */
const LAZY = ["node:child_process", "node:crypto", "node:fs", "node:path", "node:process", "node:util", "node:zlib"];

/** Names that may be imported from LAZY one by one: functions, which find their module when they are called. */
const FUNCTIONS = [
  "crc32",
  "createHash",
  "memoryUsage",
  "resourceUsage",
  "stripVTControlCharacters",
  "zstdCompressSync",
  "zstdDecompressSync",
];

/** commander's base class: of Node's (10 ms) it uses these three methods. */
const EVENT_EMITTER = `class{#listeners={};
on(name,listener){(this.#listeners[name]??=[]).push(listener);return this}
emit(name,...words){for(const listener of this.#listeners[name]??[])listener.apply(this,words);return name in this.#listeners}
listenerCount(name){return this.#listeners[name]?.length??0}}`;

/** Static imports at the head of a bundle, as esbuild writes them: a clause, and where it comes from. */
const IMPORT = /\bimport\s*([\w$]+|\{[^{}]*\}|\*\s*as\s+[\w$]+)\s*from\s*"([^"]+)";\n?/g;

/** What stands for `import { EventEmitter } from "node:events"`; undefined for an import of anything else of it. */
function ownEventEmitter(clause: string): string | undefined {
  const [, alias = "EventEmitter"] = /^\{\s*EventEmitter(?:\s+as\s+([\w$]+))?\s*\}$/.exec(clause) ?? [null, null];
  return alias === null ? undefined : `var ${alias}=${EVENT_EMITTER};`;
}

/** What stands for an import of a module that is loaded once something of it is used. */
function lazyImport(clause: string, specifier: string): string {
  const load = `process.getBuiltinModule(${JSON.stringify(specifier)})`;
  if (!clause.startsWith("{")) {
    const name = clause.replace(/^\*\s*as\s+/, "");
    return `var ${name}=new Proxy({},{get:(_,key)=>${load}[key]});`;
  }
  return clause.slice(1, -1).split(",").map((part) => {
    const [name, alias = name] = part.trim().split(/\s+as\s+/);
    if (!FUNCTIONS.includes(name)) {
      throw new Error(`bundle: say in FUNCTIONS that ${name} of ${specifier} is a function`);
    }
    return `var ${alias}=(...words)=>${load}.${name}(...words);`;
  }).join("");
}

/** ASCII alone: a program with any other character takes two bytes for each of its characters. Where those stand (strings, templates, regular
 * expressions) an escape means the same, unless a template is raw. */
function ascii(text: string): string {
  if (text.includes("String.raw`")) throw new Error("bundle: a raw template would keep its escapes");
  return text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `statement` is a function that is never called, with `text` in a comment; `value` gives the text. */
export function kept(name: string, text: string): { readonly statement: string; readonly value: string } {
  let end = "*@/";
  while (text.includes(end)) end = end.replace("@", "@@");
  const begin = `function ${name}(){/*`;
  return {
    statement: `${begin}${text.replaceAll("*/", end)}*/}`,
    value: `${name}.toString().slice(${begin.length},-3).replaceAll(${JSON.stringify(end)},"*/")`,
  };
}

/** A module as a function that does what it does: ASCII alone, and an expression. `free` are the names that it takes. */
interface Program {
  readonly source: string;
  readonly free: Readonly<Record<string, string>>;
  /** Its static imports, for the module that calls it. */
  readonly imports: string;
}

/** `parameters` are expressions for free names in `text`. */
function program(text: string, parameters: Readonly<Record<string, string>> = {}): Program {
  const imports: string[] = [];
  const names: string[] = [];
  const body = text.replace(IMPORT, (statement, clause: string, specifier: string) => {
    if (LAZY.includes(specifier)) return lazyImport(clause, specifier);
    const own = specifier === "node:events" ? ownEventEmitter(clause) : undefined;
    if (own !== undefined) return own;
    if (specifier.startsWith("node:")) {
      throw new Error(`bundle: ${specifier} would be loaded at each start: name it in LAZY`);
    }
    imports.push(statement.trim());
    names.push(...[...clause.matchAll(/([\w$]+)\s*(?=[,}]|$)/g)].map(([, name]) => name));
    return "";
  });
  const free = { ...parameters, ...Object.fromEntries(names.map((name) => [name, name])), importMeta: "import.meta" };
  const code = ascii(body.replaceAll("import.meta", "importMeta"));
  // In brackets, and no arrow: V8 then reads it once, to run it. Else it reads it once to find where it ends, and again when it is called.
  const source = `(async function(${Object.keys(free)}){"use strict";${code}\n})`;
  new Function(source); // throws here, not on a user's machine, if an import was of another form
  return { source, free, imports: imports.join("\n") };
}

/** The module that calls it. `text` is an expression for its source, which may name what `beside` has. */
function calling({ free, imports }: Program, text: string, beside = ""): string {
  return `${imports}\n${beside}await(0,eval)(${text})(${Object.values(free)});\n`;
}

/** The module `text` as a module that evaluates it. `parameters` are expressions for free names in it, which may name what `beside` has. */
export function wrapped(text: string, parameters: Readonly<Record<string, string>> = {}, beside = ""): string {
  const made = program(text, parameters), { statement, value } = kept("tcptopProgram", made.source);
  return calling(made, value, `${beside}${statement}\n`);
}

/** Texts that lie one behind the other in a file beside the module, which gets at them by the shim alone: Deno wants all permissions for what is below
 * /proc, and for memory that nothing has handed it. */
export class Texts {
  bytes = "";

  /** A statement for modules that ask for texts. `shim` is an expression for its path; `refused` are statements for
   * where that cannot be loaded, with its `error`. */
  static asking(shim: string, refused = "throw error"): string {
    const symbols = JSON.stringify({ tcptop__text: SYMBOLS.tcptop__text });
    return `let copy;try{copy=Deno.dlopen(${shim},${symbols}).symbols.tcptop__text}catch(error){${refused}}` +
      `const text=(begin,length)=>{const bytes=new Uint8Array(length);copy(begin,bytes,length);` +
      `const text=new TextDecoder().decode(bytes);bytes.buffer.transfer(0);return text};`;
  }

  /** An expression for the text. */
  add(text: string): string {
    if (/[\u0080-\uffff]/.test(text)) throw new Error("bundle: a text has other characters than ASCII's");
    this.bytes += text;
    return `text(${this.bytes.length - text.length},${text.length})`;
  }
}

/** Deno fetches its bundler with the first bundle, once, where npm would try three times. */
const TRIES = 3, PAUSE_MS = 3000;

async function bundle(entry: string, platform: "deno" | "browser" = "deno", left = TRIES - 1): Promise<string> {
  const args = ["bundle", "--quiet", "--frozen", "--minify", `--platform=${platform}`, entry];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
  if (success) return new TextDecoder().decode(stdout);
  const why = new TextDecoder().decode(stderr);
  if (left === 0 || !why.includes("error sending request")) throw new Error(`deno bundle ${entry}: ${why}`);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return await bundle(entry, platform, left - 1);
}

/** A classic script, whose names are its own, and that nothing in it ends. */
async function page(): Promise<string> {
  const text = await bundle("src/page/main.ts", "browser");
  return `(()=>{"use strict";${text}})();`.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
}

/** For `deno compile`: all of it is one module. */
async function oneModule(made: string): Promise<string> {
  const worker = kept("tcptopWorker", wrapped(await bundle("src/app/worker.ts")));
  const reports = kept("tcptopPage", ascii(await page()));
  const beside = `${worker.statement}\n${reports.statement}\n`;
  return wrapped(await bundle("main.ts"), { tcptopEmbedded: embedded(made, worker.value, reports.value) }, beside);
}

/** As of the launcher: one sentence, and the status of a run that failed. */
const REFUSED = "console.error(`tcptop: Cannot start: ${error.message}`);Deno.exit(1)";

/** For the launcher. */
async function besideTexts(made: string): Promise<{ module: string; bytes: string }> {
  const texts = new Texts(), worker = program(await bundle("src/app/worker.ts"));
  const workerModule = calling(worker, texts.add(worker.source), Texts.asking("SHIM"));
  const workerText = `${JSON.stringify(workerModule)}.replace("SHIM",JSON.stringify(shim))`;
  const values = embedded(made, workerText, texts.add(ascii(await page())));
  const main = program(await bundle("main.ts"), { tcptopEmbedded: values });
  const shim = 'const shim=`/proc/self/fd/${Deno.env.get("TCPTOP_SHIM_FD")}`;';
  return { module: calling(main, texts.add(main.source), shim + Texts.asking("shim", REFUSED)), bytes: texts.bytes };
}

/** An expression for what src/app/embedded.ts declares. */
function embedded(made: string, worker: string, page: string): string {
  return `{...${made},url:import.meta.url,get worker(){return ${worker}},get page(){return ${page}}}`;
}

async function executable(maker: string, why: string, output: string, textsOutput?: string): Promise<void> {
  const made = JSON.stringify({ maker, why });
  if (textsOutput === undefined) return await Deno.writeTextFile(output, await oneModule(made));
  const { module, bytes } = await besideTexts(made);
  await Deno.writeTextFile(output, module);
  await Deno.writeTextFile(textsOutput, bytes);
}

if (import.meta.main) {
  const [maker, why, output, texts] = Deno.args;
  if (maker === "page") await Deno.writeTextFile(why, await page());
  else await executable(maker, why, output, texts);
}
