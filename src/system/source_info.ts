/** What users are told of where records come from. */

/** An expected limit of the machine or the source, in words, with what the user can do about it. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | null;
}

export interface SourceInfo {
  /** "bpf", "netlink", "nettop", "pcblist" (macOS without nettop), "replay"; null: this subsystem has no source. */
  readonly tcp: string | null;
  readonly udp: string | null;
  readonly notes: readonly Note[];
  /** Several hosts are looked at. */
  readonly many?: boolean;
}
