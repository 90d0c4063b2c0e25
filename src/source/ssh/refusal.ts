/** Why a host sends nothing, as a sentence with what to do about it. */
import { harmless } from "../../harmless.ts";
import type { Note } from "../../system/source_info.ts";
import { NoRecording } from "../recording/reader.ts";
import { VERSION } from "../../version.ts";
import { type Recorder, recorderArguments, type SshEnd } from "./child.ts";

/** ssh's own exit status, for whatever went wrong before the command ran. */
const SSH_FAILED = 255;
const MOST_CHARACTERS = 200;

/** The command that brings this tcptop to the host. */
function copyCommand(host: string): string {
  return `scp "$(command -v tcptop)" ${host}:tcptop && ssh -t ${host} sudo install -m 755 tcptop /usr/local/bin/`;
}

/** `end`: of ssh; null: it was running still, or was never there. `error`: of the reading. */
export function refusal(host: string, recorder: Recorder, end: SshEnd | null, error: unknown): Note {
  const stderr = end?.stderr ?? "", command = `/usr/local/bin/tcptop ${recorderArguments(recorder).join(" ")}`;
  const say = (code: string, message: string, remedy: string | null) => ({
    code,
    message: `${harmless(host)}: ${message}`,
    remedy,
  });
  if (/^sudo: (?:a password is required|a terminal is required|no tty present)/m.test(stderr)) {
    const remedy = "Let it run this without one: in a file of /etc/sudoers.d there, USER ALL=(root) NOPASSWD: " +
      command;
    return say("host_sudo", "sudo asks for a password there, and nobody is there to give one", remedy);
  }
  if (/is not in the sudoers file|is not allowed to execute|may not run sudo/.test(stderr)) {
    return say(
      "host_sudo",
      "sudo does not let its user run tcptop there",
      `Allow ${command} in a file of /etc/sudoers.d there`,
    );
  }
  if (/sudo: tcptop: command not found|tcptop: (?:command )?not found/.test(stderr)) {
    return say("host_no_tcptop", "there is no tcptop", `Copy it: ${copyCommand(host)}`);
  }
  // As of libbpf-tools, which Debian has.
  if (/tcptop --usage|usage: tcptop/.test(stderr)) {
    return say(
      "host_no_tcptop",
      "the tcptop there is another program of that name",
      `Copy this one: ${copyCommand(host)}`,
    );
  }
  if (/sudo: (?:command )?not found/.test(stderr)) {
    return say("host_sudo", "there is no sudo", "Install it there");
  }
  if (end === null && error instanceof Deno.errors.NotFound) {
    return say("host_ssh", "there is no ssh on this machine", "Install it: on Debian, openssh-client");
  }
  const last = lastLine(stderr);
  if (end?.code === SSH_FAILED) {
    return say("host_ssh", `ssh does not get there: ${last.replace(/^ssh: /, "") || "it has ended"}`, null);
  }
  if (error instanceof Error && error.cause instanceof NoRecording && !/^tcptop: /m.test(stderr)) {
    const remedy =
      "Have start files of its user's shell there, such as ~/.bashrc, print something in interactive shells alone";
    return say("host_failed", "something else than tcptop writes to standard output there", remedy);
  }
  if (last !== "") return say("host_failed", last.replace(/^tcptop: /, ""), null);
  const why = error instanceof Error ? error.message : String(error);
  return say("host_failed", harmless(why).replace(`${host} `, "its recording "), null);
}

/** Of a host whose records are others than those that this program reads. `version`: of its tcptop; null: it does not say. */
export function otherVersion(host: string, version: string | null): Note {
  const older = version !== null && isBefore(version, VERSION), newer = version !== null && isBefore(VERSION, version);
  const its = version === null ? "its tcptop" : `its tcptop (${harmless(version)})`;
  const remedy = newer
    ? "Update the tcptop of this machine"
    : `${older ? "Update it there" : "Bring this one there"}: ${copyCommand(host)}`;
  return {
    code: "host_version",
    message: `${harmless(host)}: ${its} makes other records than this one (${VERSION}) can read`,
    remedy,
  };
}

function lastLine(text: string): string {
  const line = text.split("\n").map((line) => line.trim()).filter((line) => line !== "").at(-1) ?? "";
  return harmless(line).slice(0, MOST_CHARACTERS);
}

function isBefore(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? []);
  const at = left.findIndex((part, i) => part !== right[i]);
  return at >= 0 && right.length > at && left[at] < right[at];
}
