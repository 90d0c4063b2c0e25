/** For everything from here on: what a source reads is made harmless by the same rules. */
export { harmless, harmlessJson, harmlessLines } from "../harmless.ts";
