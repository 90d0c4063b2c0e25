import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { endOf } from "../../src/flow/end.ts";
import { flowFacts } from "../../src/output/flow_facts.ts";
import { endSentence, endText } from "../../src/view/end.ts";
import { Errno } from "../../src/wire/errno.ts";
import { End, ResetWhy } from "../../src/wire/layout.ts";
import { fakeSample } from "../view/fake_sample.ts";

const END_OF_MEMORY = "kernel reset_sent: no memory for it, or too many connections that no process holds";

function of(end: number) {
  const { flows } = fakeSample([{ closed: true }]);
  flows.end[0] = end;
  return endOf(flows, 0);
}

Deno.test("endOf() tells who ended a connection, and how", () => {
  const words = [End.finLocal, End.finPeer, End.resetSent, End.resetUnread, End.givenUp, End.keepalive].map((end) => {
    const { by, how, error } = of(end)!;
    return [by, how, error];
  });
  deepStrictEqual(words, [
    ["local", "fin", null],
    ["peer", "fin", null],
    ["local", "reset_sent", null],
    ["local", "reset_sent", null],
    ["local", "given_up", null],
    ["kernel", "keepalive", "ETIMEDOUT"],
  ]);
  strictEqual(of(End.unknown), null);
  strictEqual(of(77), null, "a code of a later version");
});

Deno.test("endOf() has the kernel's reason for a reset of its own, where that says more than the socket", () => {
  const why = (resetWhy: number, end: number) => {
    const { flows } = fakeSample([{ closed: true }]);
    flows.end[0] = end;
    flows.resetWhy[0] = resetWhy;
    const { by, how, reason } = endOf(flows, 0)!;
    return `${by} ${how}: ${reason}`;
  };
  const reset = End.error | Errno.ECONNRESET;
  strictEqual(why(ResetWhy.dataAfterClose, reset), "local reset_sent: data came in after its process had closed it");
  strictEqual(why(ResetWhy.memory, End.finLocal), END_OF_MEMORY);
  strictEqual(why(ResetWhy.state, End.resetSent), "local reset_sent: closed with SO_LINGER 0");
  strictEqual(why(ResetWhy.state, End.error | Errno.ECONNABORTED), "kernel killed: ended by an administrator");
  strictEqual(why(ResetWhy.unknown, reset), "peer reset_received: null");
});

Deno.test("endOf() names every error of a socket", () => {
  const of2 = (errno: number) => {
    const { by, how, error } = of(End.error | errno)!;
    return `${by} ${how} ${error}`;
  };
  strictEqual(of2(Errno.ECONNREFUSED), "peer refused ECONNREFUSED");
  strictEqual(of2(Errno.ECONNRESET), "peer reset_received ECONNRESET");
  strictEqual(of2(Errno.EPIPE), "peer reset_received EPIPE");
  strictEqual(of2(Errno.ETIMEDOUT), "kernel timeout ETIMEDOUT");
  strictEqual(of2(Errno.EHOSTUNREACH), "kernel unreachable EHOSTUNREACH");
  strictEqual(of2(Errno.ENETUNREACH), "kernel unreachable ENETUNREACH");
  strictEqual(of2(Errno.EACCES), "kernel unreachable EACCES");
  strictEqual(of2(Errno.EHOSTDOWN), "kernel unreachable EHOSTDOWN");
  strictEqual(of2(Errno.ENONET), "kernel unreachable ENONET");
  strictEqual(of2(Errno.ENOPROTOOPT), "kernel unreachable ENOPROTOOPT");
  strictEqual(of2(Errno.ECONNABORTED), "kernel killed ECONNABORTED");
  strictEqual(of2(Errno.EMSGSIZE), "kernel null EMSGSIZE");
  strictEqual(of2(41), "kernel null errno 41", "there is no such one");
});

Deno.test("a connection that has ended says so in words and in the document, an open one does not", () => {
  deepStrictEqual([endText(of(End.finPeer)!), endText(of(End.error | Errno.EMSGSIZE)!)], [
    "closed by the peer",
    "EMSGSIZE",
  ]);
  strictEqual(endSentence(of(End.resetUnread)!), "reset from here: closed with data unread");
  strictEqual(flowFacts(fakeSample([{}]), 0).end, null);
});
