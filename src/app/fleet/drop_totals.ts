import type { DropTotal } from "../../flow/drop_list.ts";
import { plus } from "../../flow/row.ts";
import type { SampleMessage } from "../protocol.ts";

/** What was dropped on several hosts: sums, by direction and reason. */
export function dropTotals(messages: readonly SampleMessage[]): DropTotal[] {
  const totals = new Map<string, DropTotal>();
  for (const total of messages.flatMap(({ sample }) => sample.dropTotals)) {
    const key = `${total.direction} ${total.reason}`, before = totals.get(key);
    totals.set(
      key,
      before === undefined ? total : {
        ...total,
        packets: before.packets + total.packets,
        bytes: plus(before.bytes, total.bytes),
        withoutFlow: before.withoutFlow + total.withoutFlow,
      },
    );
  }
  return [...totals.values()];
}
