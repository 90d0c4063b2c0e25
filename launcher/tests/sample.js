// The real Deno's turn: everything that tcptop asks of it, as one JSON line, or `--version`.
if (Deno.args[0] === "--version") {
  console.log("sample 1.0.0");
  Deno.exit(0);
}

const shim = `/proc/self/fd/${Deno.env.get("TCPTOP_SHIM_FD")}`;
const symbols = { shim_answer: { parameters: [], result: "i32" } };
const answer = (path) => Deno.dlopen(path, symbols).symbols.shim_answer();

async function worker() {
  const text = `const answer = (symbols) => ${answer}; self.onmessage = () => postMessage(Deno.dlopen(${
    JSON.stringify(shim)
  }, ${JSON.stringify(symbols)}).symbols.shim_answer());`;
  const blob = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const started = new Worker(blob, { type: "module" });
  const told = new Promise((resolve) => started.onmessage = (event) => resolve(event.data));
  started.postMessage(0);
  const result = await told;
  started.terminate();
  return result;
}

function refused(action) {
  try {
    action();
    return "went through";
  } catch (error) {
    return error.name;
  }
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGWINCH"];
for (const signal of signals) Deno.addSignalListener(signal, () => {});
const result = {
  args: Deno.args,
  main: answer(shim),
  worker: await worker(),
  hostname: Deno.hostname().length > 0,
  otherLibrary: refused(() => Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } })),
  otherProgram: refused(() => new Deno.Command("/bin/true").outputSync()),
  terminal: Deno.stdin.isTerminal(),
};
console.log(JSON.stringify(result));
Deno.exit(7);
