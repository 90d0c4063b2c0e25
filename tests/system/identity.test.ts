import { deepStrictEqual } from "node:assert/strict";
import { invokingIdentity } from "../../src/system/identity.ts";

const of = (variables: Record<string, string>) => invokingIdentity((name) => variables[name]);
const NOBODY = { uid: 65534, gid: 65534 };

Deno.test("invokingIdentity() is the user behind sudo", () => {
  deepStrictEqual(of({ SUDO_UID: "1000", SUDO_GID: "100" }), { uid: 1000, gid: 100 });
});

Deno.test("invokingIdentity() is nobody without sudo, and for root's own sudo", () => {
  deepStrictEqual(of({}), NOBODY);
  deepStrictEqual(of({ SUDO_UID: "0", SUDO_GID: "0" }), NOBODY);
});

Deno.test("invokingIdentity() takes no text that is not an id", () => {
  for (const bad of ["", "-1", "1000 ", "0x10", "1e3", "4294967295", "4294967296", "99999999999"]) {
    deepStrictEqual(of({ SUDO_UID: bad, SUDO_GID: "100" }), NOBODY);
    deepStrictEqual(of({ SUDO_UID: "1000", SUDO_GID: bad }), NOBODY);
  }
});
