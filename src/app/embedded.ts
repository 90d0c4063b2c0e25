/** What a one-file executable has in it. Put there by scripts/bundle.ts, around the bundle. */
export interface Embedded {
  /** Which of the two ways made it: `deno compile`, or launcher/. */
  readonly maker: "deno compile" | "launcher";
  /** Why it was made in that way: the end of a sentence of --version. */
  readonly why: string;
  /** The Worker's bundle: a module. */
  readonly worker: string;
  /** The script of reports: what a browser runs. */
  readonly page: string;
  /** Where the bundle itself is. */
  readonly url: string;
}

declare const tcptopEmbedded: Embedded | undefined;

/** null: this is no executable, its files lie around it. */
export const embedded: Embedded | null = typeof tcptopEmbedded === "undefined" ? null : tcptopEmbedded;
