/** Parts of JSON put together by hand: JSON.stringify() walks each object anew, which for thousands of rows a second is most of the work. */

/** Texts between quotes, kept: few processes, users and addresses are in most rows. */
const MOST_TEXTS = 1 << 12;
const quoted = new Map<string, string>();

/** A string as JSON has it. */
export function quote(value: string): string {
  const known = quoted.get(value);
  if (known !== undefined) return known;
  const made = JSON.stringify(value);
  if (quoted.size >= MOST_TEXTS) quoted.clear();
  quoted.set(value, made);
  return made;
}

export const textOrNull = (value: string | null) => value === null ? "null" : quote(value);

/** For what is seldom there. */
export const wholeOrNull = (value: object | null) => value === null ? "null" : JSON.stringify(value);
