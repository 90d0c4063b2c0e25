/** Where the built pieces are. */
export function shimPath(): string {
  return new URL("../../build/libtcptop.so", import.meta.url).pathname;
}
