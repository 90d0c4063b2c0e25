/** An owner that ends while netlink's owner pass reads what it is. */
import { deepStrictEqual } from "node:assert/strict";
import { lines, within } from "../support/lines.ts";
import { vanishing } from "../support/refused.ts";
import { execute, tcptop } from "../support/tcptop.ts";

const NOBODY = 65534;
const CONNECTS = `exec 3<>/dev/tcp/127.0.0.1/$1; printf %s $2 >/proc/$$/comm; echo connected; read -r`;

Deno.test("an owner that ends between two reads is not root by netlink, but not known", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  for (const [name, expected] of [["staying", [NOBODY, "staying"]], ["vanishing", [null, null]]] as const) {
    const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const args = [...user, "bash", "-c", CONNECTS, "bash", String(port), name];
    const child = new Deno.Command("setpriv", { args, stdin: "piped", stdout: "piped" }).spawn(),
      said = lines(child.stdout);
    await within(10, "the connection", said.next());
    const line = tcptop(["--once", "--json", "--source", "netlink", "-i", "100ms", "-f", `dport:${port}`]);
    const { flows } = JSON.parse((await execute(await vanishing(line))).stdout);
    deepStrictEqual(flows.map(({ uid, process }: Record<string, unknown>) => [uid, process]), [expected]);
    await child.stdin.close();
    await said.return(undefined);
    await child.status;
  }
});
