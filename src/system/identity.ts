/** A user and a group, by number. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The overflow ids, which own nothing: nobody and nogroup on every distribution. */
const NOBODY: Identity = { uid: 65534, gid: 65534 };

/** The user behind sudo, else nobody. */
export function invokingIdentity(variable: (name: string) => string | undefined): Identity {
  return invokingUser(variable) ?? NOBODY;
}

/** The user behind sudo. The variables are anybody's text: only two plain ids that are not root's count. */
export function invokingUser(variable: (name: string) => string | undefined): Identity | null {
  const uid = idOf(variable("SUDO_UID")), gid = idOf(variable("SUDO_GID"));
  return uid === null || gid === null || uid === 0 ? null : { uid, gid };
}

/** null: no id. 4294967295 means "leave as it is" to setresuid(). */
function idOf(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null;
  const id = Number(text);
  return id < 0xffffffff ? id : null;
}
