/** Parts of a flow as JSON, as JSON.stringify() has them. */
import type { Container } from "../view/flow.ts";
import type { FlowFacts } from "./flow_facts.ts";
import { quote, textOrNull as text, wholeOrNull as whole } from "./json_text.ts";

export function remoteJson(r: FlowFacts["remote"]): string {
  if (r === null) return "null";
  return `{"address":${quote(r.address)},"port":${r.port},"name":${text(r.name)},"name_from":${
    text(r.name_from)
  },"real":${whole(r.real)}}`;
}

export function containerJson(c: Container | null): string {
  return c === null ? "null" : `{"id":${quote(c.id)},"runtime":${quote(c.runtime)},"name":${text(c.name)}}`;
}

export function endJson(e: FlowFacts["end"]): string {
  if (e === null) return "null";
  return `{"by":"${e.by}","how":${text(e.how)},"error":${text(e.error)},"reason":${text(e.reason)}}`;
}

export const droppedJson = (drops: FlowFacts["dropped"]) => drops?.length === 0 ? "[]" : whole(drops);
