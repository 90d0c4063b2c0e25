/** What flows and events have only numbers for: who owns them, and what the link of an address is called. Each is told once, with the first message that has it. */
import type { FlowArrays } from "../flow/columns.ts";
import type { NewNames } from "../flow/answers.ts";
import type { EventArrays } from "../flow/event_log.ts";
import type { FlowTables } from "../flow/tables.ts";
import type { Platform } from "../source/platform.ts";
import { Cgroups, type NewCgroups, NO_NEW_CGROUPS } from "./cgroups.ts";
import { nowMs } from "./clock.ts";
import { CommandLines, type NewCommands } from "./command_lines.ts";
import { type NewPrograms, Programs } from "./programs.ts";
import { SameOwners } from "./same_owners.ts";
import { NAMES_WITHIN_MS, Users } from "./users.ts";
import { type NewZones, ZoneNames } from "./zones.ts";

/** All that was not in an earlier message. */
export interface NewlyNamed {
  readonly users: readonly (readonly [uid: number, name: string])[];
  readonly cgroups: NewCgroups;
  /** Names of containers, where a recording has them. */
  readonly containers: readonly (readonly [id: string, name: string])[];
  readonly programs: NewPrograms;
  /** null: nobody wants them. */
  readonly commands: NewCommands | null;
  readonly zones: NewZones;
  /** Names that were asked for. */
  readonly answers: NewNames;
  /** Names of processes that are new or have changed. */
  readonly processes: readonly (readonly [pid: number, name: string])[];
}

export class Naming {
  readonly #users: Users;
  readonly #cgroups: Cgroups | null;
  readonly #owners = new SameOwners();
  readonly #programs: Programs;
  readonly #commands: CommandLines | null;
  readonly #zones: ZoneNames | null;

  /** `tables` gives those that count now; command lines are read if they are wanted. */
  constructor(readonly platform: Platform, readonly tables: () => FlowTables, wantsCommands: boolean) {
    const { cgroups, interfaces } = platform;
    this.#users = new Users((uid) => platform.userName(uid));
    this.#cgroups = cgroups ? new Cgroups(cgroups, nowMs) : null;
    this.#commands = wantsCommands
      ? new CommandLines((pid, startNs) => platform.commandLine?.(pid, startNs) ?? null)
      : null;
    this.#programs = new Programs(
      (flows, row) => tables().executables.of(flows, row),
      (pid, startNs) => platform.argumentNames?.(pid, startNs) ?? null,
      (flows, row) => tables().executables.ancestorsOf(flows, row),
    );
    this.#zones = interfaces === undefined ? null : new ZoneNames({
      own: platform.networkNamespace?.() ?? 0,
      interfaces: (pid) => platform.interfaces!(pid),
    }, nowMs);
  }

  /** Resolves once the login names of these flows are known, or after a moment: what comes later goes with a later message. */
  async askUsers({ uid }: FlowArrays, length: number): Promise<void> {
    await this.#users.ask(uid, length, NAMES_WITHIN_MS);
  }

  ofFlows(flows: FlowArrays, length: number): NewlyNamed {
    return this.#name(flows, length, this.#owners.of(flows, length));
  }

  /** Does not wait for login names. */
  ofEvents(events: EventArrays, length: number): NewlyNamed {
    this.tables().answers.nameAll(events, length, events.timeNs[length - 1] ?? 0);
    this.#users.ask(events.uid, length, 0);
    return this.#name(events, length, this.#owners.ofEvents(events, length));
  }

  #name(flows: FlowArrays, length: number, like: Int32Array): NewlyNamed {
    return {
      users: this.#users.take(),
      cgroups: this.#cgroups?.fill(flows, length, like) ?? NO_NEW_CGROUPS,
      containers: this.platform.newContainerNames?.() ?? [],
      programs: this.#programs.fill(flows, length, like),
      commands: this.#commands?.take(flows, length) ?? null,
      zones: this.#zones?.ask(flows, length) ?? [],
      answers: this.tables().answers.take(),
      processes: this.platform.newProcessNames?.() ?? [],
    };
  }
}
