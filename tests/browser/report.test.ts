/** A report as its reader has it: in a browser, by keyboard, without a network. */
import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { RunFacts } from "../../src/output/run_summary.ts";
import { HOSTILE, type MadeFlow, madePage, secondOf } from "../output/report/made.ts";
import { End } from "../../src/wire/layout.ts";
import { axeFinds, Chromium, type Opened } from "../support/browser.ts";

const SCRIPT = Deno.readTextFileSync(new URL("../../build/report.js", import.meta.url));
const ECONNREFUSED = 111;
/** 100000 is a measurement. */
const CONNECTIONS = Number(Deno.env.get("TCPTOP_REPORT_CONNECTIONS") ?? 10_000);
const COMMAND: RunFacts = { words: ["npm", "ci"], status: 0, signal: null, ms: 8765 };

/** Eight seconds of a run that has something in every part of the report. */
function samples() {
  return [...Array(8).keys()].map((i) => {
    const second = i + 1, began = i * 1000;
    const flows: MadeFlow[] = [
      {
        cookie: 1,
        process: "node",
        name: "registry.example",
        remote: ["192.0.2.7", 443],
        began: 40,
        rx: 1234 * second ** 2,
        rxDelta: 1234 * (2 * second - 1),
        tx: 97 * second,
        txDelta: 97,
        limit: "network",
      },
      {
        cookie: 100 + i,
        process: "git",
        remote: ["192.0.2.9", 9418],
        began: began + 11,
        last: began + 811,
        closed: true,
        end: End.finPeer,
        rx: 10_007 * (8 - i),
        tx: 33,
        limit: "reader",
      },
      {
        cookie: 200 + i,
        process: "node",
        remote: ["198.51.100.3", 8080],
        began: began + 301,
        last: began + 333,
        closed: true,
        established: false,
        end: End.error | ECONNREFUSED,
      },
      {
        cookie: 300,
        process: "node",
        remote: ["127.0.0.1", 5432],
        inside: true,
        began: 70,
        rx: 7 * second,
        rxDelta: 7,
        tx: 3,
        limit: "idle",
      },
      ...i === 4
        ? HOSTILE.map((text, n): MadeFlow => ({
          cookie: 400 + n,
          process: text.slice(0, 15),
          name: text,
          remote: [`203.0.113.${n + 1}`, 443],
          began: 4100,
          last: 4300,
          closed: true,
          rx: n,
        }))
        : [],
    ];
    return secondOf(second, flows);
  });
}

/** The file of a page; the browser reads it as anybody would. */
async function file(page: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(path, page);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

const whole = () =>
  madePage(samples(), { script: SCRIPT, command: COMMAND, judge: ({ flows }, row) => flows.remotePort[row] !== 8080 });
const span = async ({ page }: Opened) => await page.locator("#window").innerText();

/** How many pixels of a canvas are not see-through. */
const PAINTED = (selector: string) =>
  `(() => { const c = document.querySelector(${
    JSON.stringify(selector)
  }); const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height); let n = 0; for (let i = 3; i < data.length; i += 4) if (data[i] > 0) n++; return n; })()`;

/** 1.5 KiB as 1536. */
function bytesOf(text: string): number {
  const [, figure, unit] = /^([\d.]+) (\w+)$/.exec(text.trim())!;
  return Number(figure) * 1024 ** ["B", "KiB", "MiB"].indexOf(unit);
}

Deno.test("a report in a browser", async (t) => {
  await using chromium = await Chromium.start();
  await t.step(
    "a report opens in light and dark without a message, a request, or anything that axe-core finds serious",
    async () => {
      await using report = await file(await whole());
      const grounds: string[] = [];
      for (const scheme of ["light", "dark"] as const) {
        await using opened = await chromium.open(report.path, { scheme });
        const { page, wrong } = opened;
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
        ok(await page.evaluate(PAINTED("#chart canvas")) > 1000);
        ok(await page.evaluate(PAINTED("#bars")) > 1000);
        grounds.push(await page.evaluate("getComputedStyle(document.body).backgroundColor"));
        await page.screenshot({ path: `build/browser/report-${scheme}.png`, fullPage: true });
        // The colours are all that differs.
        deepStrictEqual(await axeFinds(page, scheme === "dark" ? ["color-contrast"] : null), []);
        deepStrictEqual(wrong, []);
      }
      notStrictEqual(grounds[0], grounds[1]);
    },
  );

  await t.step("a report zooms, moves, sorts and finds by keyboard", async () => {
    await using report = await file(await whole());
    await using opened = await chromium.open(report.path);
    const { page } = opened, whole_ = await span(opened);
    match(whole_, /^03:04:05\.000 to 03:04:13\.000, all of it$/);
    await page.locator("#chart").focus();
    for (const key of ["+", "+"]) await page.keyboard.press(key);
    strictEqual(await span(opened), "03:04:08.000 to 03:04:10.000");
    await page.keyboard.press("ArrowRight");
    strictEqual(await span(opened), "03:04:08.500 to 03:04:10.500");
    match(await page.locator("#shown").innerText(), /, out of 26 in the run$/);
    await page.keyboard.press("-");
    strictEqual(await span(opened), "03:04:07.500 to 03:04:11.500");
    await page.keyboard.press("0");
    strictEqual(await span(opened), whole_);

    const zoomIn = page.locator("[data-zoom=in]");
    await zoomIn.press("Enter");
    strictEqual(await span(opened), "03:04:07.000 to 03:04:11.000");
    await page.locator("[data-zoom=all]").press("Space");
    strictEqual(await span(opened), whole_);

    await page.locator("#bars-box").focus();
    await page.keyboard.press("ArrowDown");
    match(
      await page.locator("#tip").innerText(),
      /^git \(\d+\) ↔ 192\.0\.2\.9:9418\/tcp, local port \d+\n\+11\.0 ms, for 800 ms: in 78\.2 KiB, out 33 B\nclosed by the peer\nheld up by: reader$/,
    );
    await page.keyboard.press("Enter");
    strictEqual(await page.locator("#shown").innerText(), "1 to 8 of 8, out of 26 in the run");
    await page.locator("#find").fill("git refused");
    strictEqual(await page.locator("#shown").innerText(), "none, out of 26 in the run");
    await page.locator("#find").fill("");
    deepStrictEqual(opened.wrong, []);
  });

  await t.step("every table of a report is sorted by its heads, up and down, by keyboard", async () => {
    await using report = await file(await whole());
    await using opened = await chromium.open(report.path);
    const { page, wrong } = opened;
    for (const id of ["processes", "connections"]) {
      const table = page.locator(`#${id} table`), heads = await table.locator("thead th").allInnerTexts();
      for (const name of ["Process", "In"]) {
        const column = heads.findIndex((head) => head.trim() === name), head = table.locator("thead th").nth(column);
        const first = name === "In" ? "descending" : "ascending", second = name === "In" ? "ascending" : "descending";
        // The connections are sorted by what came in already.
        if (await head.getAttribute("aria-sort") === first) await head.locator("button").press("Enter");
        for (const direction of await head.getAttribute("aria-sort") === second ? [second, first] : [first, second]) {
          if (await head.getAttribute("aria-sort") !== direction) await head.locator("button").press("Enter");
          strictEqual(await head.getAttribute("aria-sort"), direction);
          const cells = await table.locator(`tbody tr > :nth-child(${column + 1})`).allInnerTexts();
          const sign = direction === "ascending" ? 1 : -1;
          const words = new Intl.Collator("en", { numeric: true });
          const sorted = [...cells].sort((a, b) =>
            sign * (name === "In" ? bytesOf(a) - bytesOf(b) : words.compare(a, b))
          );
          deepStrictEqual(cells, sorted);
        }
      }
    }
    deepStrictEqual(wrong, []);
  });

  await t.step("hostile names are text in the open report, and nothing of them runs", async () => {
    await using report = await file(
      await madePage(samples(), { script: SCRIPT, command: { ...COMMAND, words: HOSTILE } }),
    );
    await using opened = await chromium.open(report.path);
    const { page, wrong } = opened;
    strictEqual(await page.evaluate("typeof top.evil"), "undefined");
    for (const part of ["remotes", "connections"]) {
      const shown = (await page.locator(`#${part} tbody`).innerText()).replace(/\s+/g, " ");
      for (const text of HOSTILE) ok(shown.includes(text.replace(/\s+/g, " ")), `${part}: ${text}`);
    }
    strictEqual(await page.locator("h1").innerText(), HOSTILE.join(" ").slice(0, 199) + "…");
    strictEqual(await page.locator("img, iframe, object, link[rel=stylesheet]").count(), 0);
    deepStrictEqual(wrong, []);
  });

  await t.step("without JavaScript a report is tables, and offers nothing that would not work", async () => {
    await using report = await file(await whole());
    await using opened = await chromium.open(report.path, { script: false });
    const { page } = opened;
    for (const part of ["verdict", "time", "map", "processes", "remotes", "limits", "failures", "connections"]) {
      ok(await page.locator(`#${part} tbody tr`).count() > 0, part);
    }
    strictEqual(await page.locator("#connections tbody tr").count(), 26);
    strictEqual(await page.locator("#chart").isVisible(), false);
    strictEqual(await page.locator("#find").isVisible(), false);
    ok(await page.locator("#map svg").nth(0).isVisible());
  });

  await t.step("many connections stay below 150 bytes each, and all of them can be found", async () => {
    const PER_SECOND = CONNECTIONS / 100, SECONDS = 100, all = CONNECTIONS.toLocaleString("en-US");
    const asked = [...Array(PER_SECOND * SECONDS).keys()].filter((c) => c % 50 === 0 && c % 37 === 13).length;
    const seconds = [...Array(SECONDS).keys()].map((i) =>
      secondOf(
        i + 1,
        [...Array(PER_SECOND).keys()].map((n): MadeFlow => {
          const c = i * PER_SECOND + n;
          return {
            cookie: c + 1,
            process: `worker-${c % 37}`,
            pid: 1000 + c % 5003,
            remote: [`10.${c % 7}.${c % 251}.${c % 13}`, [443, 80, 5432][c % 3]],
            began: i * 1000 + n % 997,
            last: i * 1000 + n % 997 + c % 401,
            rx: c * 17 % 100_003,
            rxDelta: c * 17 % 100_003,
            tx: c * 31 % 5003,
            closed: true,
            established: c % 50 !== 0,
          };
        }),
      )
    );
    const page = await madePage(seconds, { script: SCRIPT });
    ok(page.length < 150 * CONNECTIONS + 400_000, `${page.length}`);
    await using report = await file(page);
    await using opened = await chromium.open(report.path);
    strictEqual(await opened.page.locator("#shown").innerText(), `1 to 100 of ${all}`);
    console.log(
      `${page.length} bytes, open after ${
        Math.round(await opened.page.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart"))
      } ms`,
    );
    await opened.page.locator("#find").fill("established worker-13");
    match(
      await opened.page.locator("#shown").innerText(),
      new RegExp(`^1 to ${asked} of ${asked}, out of ${all} in the run$`),
    );
    deepStrictEqual(opened.wrong, []);
  });
});
