/** Debian's chromium, driven by playwright-core: scripts/test installs both. */
import { createRequire } from "node:module";

const ROOT = new URL("../../", import.meta.url).pathname;
const require = createRequire(`${ROOT}build/browser/package.json`);

/** What the tests use of playwright's. */
export interface Locator {
  count(): Promise<number>;
  innerText(): Promise<string>;
  allInnerTexts(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  focus(): Promise<void>;
  press(key: string): Promise<void>;
  fill(text: string): Promise<void>;
  isVisible(): Promise<boolean>;
  waitFor(options: { state: "visible" }): Promise<void>;
  locator(selector: string): Locator;
  nth(index: number): Locator;
}

export interface Page {
  goto(url: string): Promise<unknown>;
  locator(selector: string): Locator;
  // deno-lint-ignore no-explicit-any -- whatever the page answers
  evaluate(script: string): Promise<any>;
  keyboard: { press(key: string): Promise<void> };
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  on(event: string, listener: (what: { text(): string; url(): string; message: string }) => void): void;
}

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** Messages on its console, errors, and what it asked for besides itself: all of it is wrong. */
  readonly wrong: readonly string[];
}

interface Browser {
  newContext(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  close(): Promise<void>;
}

export class Chromium implements AsyncDisposable {
  private constructor(readonly browser: Browser) {}

  /** The tests are root's, for whom chromium has no sandbox. */
  static async start(): Promise<Chromium> {
    const { chromium } = require("playwright-core");
    return new Chromium(await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] }));
  }

  /** A page that has no network. */
  async open(
    path: string,
    { scheme = "light", script = true, width = 1280 }: { scheme?: "light" | "dark"; script?: boolean; width?: number } =
      {},
  ): Promise<Opened> {
    const context = await this.browser.newContext({
      colorScheme: scheme,
      javaScriptEnabled: script,
      offline: true,
      viewport: { width, height: 900 },
    });
    const page = await context.newPage(), wrong: string[] = [], own = `file://${path}`;
    page.on("console", (message) => wrong.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    page.on("request", (request) => request.url() === own || wrong.push(`request: ${request.url()}`));
    await page.goto(own);
    return { page, wrong, [Symbol.asyncDispose]: () => context.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
  }
}

/** What axe-core finds that is serious or critical, in sentences. `rules`: these alone; null: all. */
export async function axeFinds(page: Page, rules: readonly string[] | null = null): Promise<string[]> {
  await page.evaluate(Deno.readTextFileSync(require.resolve("axe-core/axe.min.js")));
  const { violations } = await page.evaluate(
    `axe.run(${rules === null ? "{}" : JSON.stringify({ runOnly: rules })})`,
  ) as {
    violations: { id: string; impact: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html} ${nodes[0].failureSummary}`);
}
