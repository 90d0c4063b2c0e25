/** What the column `overflows` of a listener is. */
export const Overflows = { unknown: 0, exact: 1, atMost: 2 } as const;
