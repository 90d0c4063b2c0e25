import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { kept, Texts, wrapped } from "../../scripts/bundle.ts";

/** What the module says through `globalThis.said`. */
async function run(module: string): Promise<unknown[]> {
  const said: unknown[] = [];
  Object.assign(globalThis, { said });
  await import(`data:text/javascript,${encodeURIComponent(module)}`);
  return said;
}

Deno.test("wrapped() runs a module that awaits, imports, and knows its own address", async () => {
  const text =
    `import{EventEmitter as a}from"node:events";said.push(await Promise.resolve(typeof a),import.meta.url.slice(0,5));`;
  deepStrictEqual(await run(wrapped(text)), ["function", "data:"]);
});

Deno.test("wrapped() gives values to free names", async () => {
  deepStrictEqual(await run(wrapped("said.push(typeof missing,given.x);", { given: "{x:7}" })), ["undefined", 7]);
});

Deno.test("wrapped() keeps any character of the text", async () => {
  const odd = "\"'`\\\\${x}\u2028\u2029\x1b é 😀 </script>";
  deepStrictEqual(await run(wrapped(`said.push(${JSON.stringify(odd)});`)), [odd]);
});

Deno.test("wrapped() is ASCII alone, and keeps text with ends of comments, also inside of itself", async () => {
  const odd = "a */ b *@/ c *@@/ é", inner = wrapped(`said.push(${JSON.stringify(odd)});`);
  const { statement, value } = kept("tcptopInner", inner);
  const outer = wrapped("said.push(inner);", { inner: value }, `${statement}\n`);
  strictEqual(/[\u0080-\uffff]/.test(outer), false);
  deepStrictEqual(await run(outer), [inner]);
  deepStrictEqual(await run(inner), [odd]);
});

Deno.test("Texts lie one behind the other, and add() gives what asks for each", async () => {
  const texts = new Texts(), asked = [texts.add("one"), texts.add(""), texts.add("said.push(2)")];
  strictEqual(texts.bytes, "onesaid.push(2)");
  const text = `const text=(begin,length)=>${JSON.stringify(texts.bytes)}.slice(begin,begin+length);`;
  deepStrictEqual(await run(`${text}said.push(${asked.slice(0, 2)});(0,eval)(${asked[2]});`), ["one", "", 2]);
  throws(() => texts.add("é"), /other characters/);
});

Deno.test("wrapped() is strict, as a module is", async () => {
  await rejects(run(wrapped("undeclared=1;")), ReferenceError);
});

Deno.test("wrapped() imports nothing that only might be used, and finds it when it is", async () => {
  const text =
    `import x from"node:path";import{stripVTControlCharacters as s}from"node:util";said.push(x.basename("/a/b"),s("\\x1b[1mc"));`;
  strictEqual(/\bimport[\s{]/.test(wrapped(text)), false);
  deepStrictEqual(await run(wrapped(text)), ["b", "c"]);
});

Deno.test("wrapped() supplies the EventEmitter that commander extends", async () => {
  const text =
    `import{EventEmitter as E}from"node:events";class C extends E{}const c=new C;const f=function(x){said.push(this===c,x)};` +
    `said.push(c.emit("a",1),c.listenerCount("a"));c.on("a",f).on("a",f);said.push(c.emit("a",2),c.listenerCount("a"));`;
  deepStrictEqual(await run(wrapped(text)), [false, 0, true, 2, true, 2, true, 2]);
});

Deno.test("wrapped() refuses imports that it does not understand", () => {
  throws(() => wrapped(`import a,{b}from"node:events";`), SyntaxError);
  throws(() => wrapped(`import{inspect}from"node:util";`), /FUNCTIONS/);
  // Each would take a start 3 to 35 ms, and nobody would notice.
  for (
    const text of [`import{domainToASCII}from"node:url";`, `import a from"node:os";`, `import{once}from"node:events";`]
  ) {
    throws(() => wrapped(text), /would be loaded at each start: name it in LAZY/);
  }
});
