/** The filter language's grammar: words side by side and `and` bind closer than `or`, `not` closest. */
import { columnById, type Unit } from "../column.ts";
import { type Filter, FilterError, printFilter } from "./ast.ts";
import { isMistaken } from "./cidr.ts";
import { ENDS } from "./field_names.ts";
import { FIELDS } from "./fields.ts";
import { lexFilter, type Token } from "./lex.ts";
import { isApart, parseQuantity } from "./quantity.ts";

/** Deeper nesting than anyone writes: the parser recurses. */
const MAX_DEPTH = 100;

/** The unit of a figure that is none of a row; null: there is none of that name. */
export type Figures = (name: string) => Unit | null;

/** null: the text is blank, and everything passes. `figures`: what can be compared beside columns. Throws FilterError. */
export function parseFilter(text: string, figures: Figures = () => null): Filter | null {
  const tokens = lexFilter(text);
  if (tokens.length === 0) return null;
  const parser = new Parser(tokens, text.length, figures);
  return parser.whole();
}

class Parser {
  #next = 0;
  #depth = 0;

  constructor(readonly tokens: readonly Token[], readonly length: number, readonly figures: Figures) {}

  whole(): Filter {
    const filter = this.#or();
    const left = this.tokens[this.#next];
    if (left !== undefined) throw new FilterError("this parenthesis closes nothing", left.at);
    return filter;
  }

  #or(): Filter {
    const terms = [this.#and()];
    while (this.#take("or")) terms.push(this.#and());
    return terms.length === 1 ? terms[0] : { kind: "or", terms };
  }

  #and(): Filter {
    const terms = [this.#not()];
    for (;;) {
      const kind = this.tokens[this.#next]?.kind;
      if (kind === undefined || kind === "or" || kind === ")") break;
      if (!this.#take("and")) this.#apart();
      terms.push(this.#not());
    }
    return terms.length === 1 ? terms[0] : { kind: "and", terms };
  }

  /** Throws where the word before is a field's name, and the one that comes its value, as in tcpdump: side by side they would be two words. */
  #apart(): void {
    const [before, next] = this.tokens.slice(this.#next - 1, this.#next + 1);
    if (before?.kind !== "word" || before.quoted || next.kind !== "word" || next.quoted) return;
    const how = joined(before.text.toLowerCase(), next.text);
    if (how !== null) throw new FilterError(`write ${how}; a word that is meant stands in quotes`, before.at);
  }

  #not(): Filter {
    const at = this.tokens[this.#next]?.at ?? this.length;
    if (++this.#depth > MAX_DEPTH) throw new FilterError("this is nested too deeply", at);
    const filter: Filter = this.#take("not") ? { kind: "not", term: this.#not() } : this.#term();
    this.#depth--;
    return filter;
  }

  #term(): Filter {
    const token = this.tokens[this.#next];
    if (token === undefined) throw new FilterError("something must follow here", this.length);
    this.#next++;
    if (token.kind === "word") return word(token);
    if (token.kind === "failed") return { kind: "failed" };
    if (token.kind === "pair") return this.#pair(token);
    if (token.kind !== "(") throw new FilterError(`'${token.kind}' cannot stand here`, token.at);
    const filter = this.#or();
    if (!this.#take(")")) throw new FilterError("this parenthesis is not closed", token.at);
    return filter;
  }

  #pair(token: Pair): Filter {
    const { name, operator, value } = token, next = this.tokens[this.#next], unit = unitOf(name, this.figures);
    if (operator !== ":" && unit !== null && next?.kind === "word" && !next.quoted && isApart(unit, value, next.text)) {
      const joined = parseQuantity(unit, value + next.text);
      if (typeof joined === "string") throw new FilterError(joined, next.at);
      const how = `write ${name}${operator}${value}${next.text}`;
      throw new FilterError(
        `a unit stands right behind its number: ${how}; a word that is meant stands in quotes`,
        next.at,
      );
    }
    return pair(token, this.figures);
  }

  #take(kind: Token["kind"]): boolean {
    if (this.tokens[this.#next]?.kind !== kind) return false;
    this.#next++;
    return true;
  }
}

/** How a field and its value are written that stand apart; null: the first word is no field. */
function joined(name: string, value: string): string | null {
  const [address, port] = ENDS.get(name) ?? [];
  if (address !== undefined) return FIELDS.has(value) ? `${address}: or ${port}:` : `${address}:${value}`;
  const field = FIELDS.get(name);
  if (field === undefined) return null;
  if (name === "host") return `${value} alone, which is either end, or host:${value} for one of --hosts`;
  return `${name}:${typeof field.test(value) === "string" ? field.example : value}`;
}

type Pair = Extract<Token, { kind: "pair" }>;

/** Of other languages, and what stands for them here. */
const SIGNS = new Map([["&&", "and"], ["&", "and"], ["||", "or"], ["|", "or"]]);

function word({ text, quoted, at }: Extract<Token, { kind: "word" }>): Filter {
  const name = SIGNS.get(text);
  if (!quoted && name !== undefined) {
    throw new FilterError(`write ${name} for ${text}; a word that is meant stands in quotes`, at);
  }
  if (!quoted && /[<>]|^=/.test(text)) {
    throw new FilterError(
      "a comparison begins with its column, as rtt>50ms; a word that is meant stands in quotes",
      at,
    );
  }
  if (!quoted && isMistaken(text)) {
    throw new FilterError(`'${text}' is no address range such as 10.0.0.0/8`, at);
  }
  if (!quoted) plain(text, at);
  return { kind: "any", text };
}

/** A star may be meant in an endpoint alone, as the screen has it: `*`, `*:53`, `[::]:*`. */
const ENDPOINT = /^[0-9a-f:.\[\]*]*$/i;
/** Of other languages and of word processors. At the end of a word an apostrophe may be its own. */
const QUOTES = /^['`´‘’‚‛“”„‟«»‹›]/;

/** Throws where a text that stands in no quotes has a sign that is more likely one of another language, and would find nothing in silence. */
function plain(text: string, at: number): void {
  if (QUOTES.test(text)) throw new FilterError(`a quote is " here, as in "Web Content", and not ${text[0]}`, at);
  if (text.includes("*") && !ENDPOINT.test(text)) {
    throw new FilterError(
      "a part of a text is enough, and * stands for itself alone; one that is meant stands in quotes",
      at,
    );
  }
}

/** Fields that look for a text. */
const TEXTS = new Set(["process", "command", "exe", "user", "container", "host", "peer", "local", "remote"]);

function unitOf(name: string, figures: Figures): Unit | null {
  return columnById(name)?.unit ?? figures(name);
}

function pair({ name, operator, value, quoted, at, valueAt }: Pair, figures: Figures): Filter {
  if (!quoted && operator === "=" && value.startsWith("=")) throw new FilterError("write = for ==", at);
  if (!quoted && operator === "=" && value.startsWith("~")) {
    throw new FilterError(`a part of a text is enough: write ${name}: for ${name}=~`, at);
  }
  if (!quoted && TEXTS.has(name)) plain(value, valueAt);
  const column = columnById(name), field = FIELDS.get(name), unit = unitOf(name, figures);
  if (operator !== ":" && unit !== null) return comparison(column?.id ?? name, unit, operator, value, valueAt);
  if (operator === "=" && field?.exact !== undefined) {
    const test = field.exact(value);
    if (typeof test === "string") throw new FilterError(test, valueAt);
    return { kind: "field", field: name, value, exact: true };
  }
  if (operator !== ":") {
    const how = field === undefined
      ? numbers()
      : operator === "!="
      ? `write ${otherThan(name, value)}`
      : `write ${name}:${field.example}`;
    throw new FilterError(`'${name}' cannot be compared with ${operator}; ${how}`, at);
  }
  if (field === undefined) {
    const how = column?.value !== undefined
      ? `write ${name}> or ${name}<`
      : `there are ${[...FIELDS.keys()].join(", ")}`;
    throw new FilterError(`no field is called '${name}'; ${how}; a word with a colon goes in quotes`, at);
  }
  const test = field.test(value);
  if (typeof test === "string") throw new FilterError(test, valueAt);
  return { kind: "field", field: name, value };
}

/** NAME!=VALUE as it is to be written: what NAME=VALUE means where there is that, else NAME:VALUE. */
function otherThan(name: string, value: string): string {
  const field = FIELDS.get(name)!, wanted = typeof field.test(value) === "string" ? field.example : value;
  return printFilter({
    kind: "not",
    term: { kind: "field", field: name, value: wanted, exact: field.exact !== undefined },
  });
}

function comparison(
  column: string,
  unit: Unit,
  operator: Exclude<Pair["operator"], ":">,
  text: string,
  at: number,
): Filter {
  const value = parseQuantity(unit, text);
  if (typeof value === "string") throw new FilterError(value, at);
  return { kind: "compare", column, unit, operator, value };
}

function numbers(): string {
  return "numbers are such as rtt, rx/s, tx/s, rx, tx, retrans, cwnd, age";
}
