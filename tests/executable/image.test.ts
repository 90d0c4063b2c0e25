/** The image of examples/fleet/Containerfile, by Debian's podman and runc: what the recipes allow it is what it needs. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { EXECUTABLE } from "../support/executable.ts";
import { Image } from "../support/image.ts";

const FLEET = new URL("../../examples/fleet/", import.meta.url);
const FOR_NETLINK = ["SYS_PTRACE", "DAC_READ_SEARCH"];
const CAPABILITIES = ["BPF", "PERFMON", "NET_ADMIN", ...FOR_NETLINK];
/** No recipe allows it. */
const LEFT_OUT = "CAP_SYS_ADMIN";

/** The options in the Containerfile's own comment. */
async function ofContainerfile(): Promise<string[]> {
  const text = (await Deno.readTextFile(new URL("Containerfile", FLEET))).replaceAll(/\n#\s+/g, " ");
  return /podman run --rm (.*?) tcptop doctor/.exec(text)![1].split(/\s+/);
}

/** What the DaemonSet asks for, as options of `podman run`. */
async function ofDaemonSet(): Promise<string[]> {
  const documents = parseAllDocuments(await Deno.readTextFile(new URL("daemonset.yaml", FLEET)));
  // deno-lint-ignore no-explicit-any
  const { spec } = (documents.at(-1)!.toJS() as any).spec.template, [container] = spec.containers;
  const { capabilities, seccompProfile, ...rights } = container.securityContext;
  deepStrictEqual(
    [rights, capabilities.drop, spec.hostPID, spec.hostNetwork, seccompProfile.type],
    [
      { runAsUser: 0, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      ["ALL"],
      true,
      true,
      "Unconfined",
    ],
  );
  const paths = new Map(
    spec.volumes.map(({ name, hostPath }: Record<string, { path: string }>) => [name, hostPath.path]),
  );
  const volumes = container.volumeMounts.filter(({ mountPath }: { mountPath: string }) => mountPath.startsWith("/sys"));
  return [
    ...["--user=0", "--security-opt=no-new-privileges", "--read-only", "--pid=host", "--network=host"],
    ...["--security-opt=seccomp=unconfined", "--cap-drop=all", "--cgroupns=private"],
    ...capabilities.add.map((name: string) => `--cap-add=${name}`),
    ...volumes.map(({ name, mountPath }: { name: string; mountPath: string }) =>
      `--volume=${paths.get(name)}:${mountPath}:ro`
    ),
  ];
}

const without = (options: readonly string[], left: readonly string[]) =>
  options.filter((word, i) => !left.includes(word) && !left.includes(options[i + 1]));

Deno.test("the image's doctor says 0 with what the recipes allow, and names what is left out of it", async () => {
  await using image = await Image.make(EXECUTABLE);
  const doctor = async (options: readonly string[]) => {
    const { code, stdout, stderr } = await image.run(options, ["doctor"]);
    strictEqual(stderr, "");
    const named = [...stdout.matchAll(/^missing +(CAP_\w+)/gim)].map(([, name]) => name).filter((name) =>
      name !== LEFT_OUT
    );
    return { code, named, stdout };
  };
  const options = await ofContainerfile();
  deepStrictEqual(options.filter((_, i) => options[i - 1] === "--cap-add"), CAPABILITIES);
  const whole = await doctor(await ofDaemonSet());
  deepStrictEqual([whole.code, whole.named], [0, []], whole.stdout);
  match(whole.stdout, /^TCP from bpf, UDP from bpf$[^]*^Nothing to mend\.$/m);
  // Each takes a second or more of the verifier's: the last two, without which the best source works still, are left out at once.
  for (const left of [["BPF"], ["PERFMON"], ["NET_ADMIN"], FOR_NETLINK]) {
    const { code, named, stdout } = await doctor(without(options, left));
    deepStrictEqual([code, named], [left === FOR_NETLINK ? 0 : 4, left.map((name) => `CAP_${name}`)], stdout);
  }
});
