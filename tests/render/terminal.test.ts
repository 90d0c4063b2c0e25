import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Terminal } from "../../src/render/terminal.ts";
import { theme } from "../../src/render/theme.ts";
import { Canvas, Role } from "../../src/view/canvas.ts";

/** A device that keeps what is written, as fast as `allow` lets it. */
function fakeDevice() {
  const written: string[] = [], raw: boolean[] = [];
  let gate = Promise.resolve();
  return {
    written,
    raw,
    hold(): () => void {
      let open = () => {};
      gate = new Promise((resolve) => open = resolve);
      return open;
    },
    setRaw: (on: boolean) => void raw.push(on),
    size: () => ({ columns: 10, rows: 2 }),
    async write(bytes: Uint8Array): Promise<number> {
      await gate;
      // A terminal may take a part only.
      const part = bytes.subarray(0, 7);
      written.push(new TextDecoder().decode(part));
      return part.length;
    },
  };
}

function canvas(text: string): Canvas {
  const canvas = new Canvas(10, 2);
  canvas.put(0, 0, text, Role.text);
  return canvas;
}

Deno.test("Terminal.leave() undoes what enter() did, once", async () => {
  const device = fakeDevice(), terminal = new Terminal(device, theme(false));
  terminal.enter();
  await terminal.leave();
  await terminal.leave();
  deepStrictEqual(device.raw, [true, false]);
  const all = device.written.join("");
  for (const mode of ["1049", "1000", "1006", "2004"]) {
    deepStrictEqual([all.split(`\x1b[?${mode}h`).length, all.split(`\x1b[?${mode}l`).length], [2, 2], mode);
  }
  strictEqual(all.indexOf("\x1b[?25l") < all.indexOf("\x1b[?25h"), true);
  // A terminal that has no other screen goes on below the frame.
  strictEqual(all.slice(all.lastIndexOf("\x1b[999;1H")), "\x1b[999;1H\x1b[K\x1b[?25h\x1b[?1049l");
});

Deno.test("Terminal.draw() writes nothing for the same frame, and skips frames while one is going out", async () => {
  const device = fakeDevice(), terminal = new Terminal(device, theme(false));
  terminal.enter();
  await terminal.written();
  const open = device.hold();
  strictEqual(terminal.draw(canvas("one")) > 0, true);
  strictEqual(terminal.busy, true);
  strictEqual(terminal.draw(canvas("two")), 0);
  open();
  await terminal.written();
  strictEqual(terminal.draw(canvas("one")), 0);
  strictEqual(terminal.draw(canvas("three")) > 0, true);
  await terminal.written();
  strictEqual(device.written.join("").includes("two"), false);
});

Deno.test("Terminal.takeSpare() hands out once what is not shown any more", async () => {
  const device = fakeDevice(),
    terminal = new Terminal(device, theme(false)),
    first = canvas("one"),
    second = canvas("two");
  terminal.enter();
  await terminal.written();
  terminal.draw(first);
  strictEqual(terminal.takeSpare(), null);
  await terminal.written();
  terminal.draw(second);
  strictEqual(terminal.takeSpare(), first);
  strictEqual(terminal.takeSpare(), null);
});

Deno.test("Terminal.draw() frames its output where the terminal knows synchronised output", async () => {
  const device = fakeDevice(), terminal = new Terminal(device, theme(false));
  terminal.enter();
  terminal.modeReported(2026, 2);
  await terminal.written();
  device.written.length = 0;
  terminal.draw(canvas("x"));
  await terminal.written();
  const all = device.written.join("");
  strictEqual(all.startsWith("\x1b[?2026h") && all.endsWith("\x1b[?2026l"), true);
});

Deno.test("Terminal.written() tells of a terminal that has gone, and leave() does not mind", async () => {
  const device = { ...fakeDevice(), write: () => Promise.reject(new Error("EIO")) };
  const terminal = new Terminal(device, theme(false));
  terminal.enter();
  let message = "";
  await terminal.written().catch((error) => message = error.message);
  strictEqual(message, "EIO");
  await terminal.leave();
});

Deno.test("Terminal.setMouse() leaves the mouse to the terminal, from the start or later", async () => {
  const device = fakeDevice(), terminal = new Terminal(device, theme(false));
  const said = () => device.written.splice(0).join("");
  terminal.setMouse(false);
  terminal.enter();
  await terminal.written();
  strictEqual(said().includes("\x1b[?1000h"), false);
  terminal.setMouse(true);
  await terminal.written();
  strictEqual(said(), "\x1b[?1000h\x1b[?1006h");
  terminal.setMouse(true);
  terminal.setMouse(false);
  await terminal.written();
  strictEqual(said(), "\x1b[?1006l\x1b[?1000l");
  await terminal.leave();
});
