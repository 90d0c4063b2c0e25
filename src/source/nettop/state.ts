/** include/net/tcp_states.h, as records have them, by nettop's name for the state. */
const STATES: Readonly<Record<string, number>> = {
  established: 1,
  synsent: 2,
  synreceived: 3,
  synrcvd: 3,
  finwait1: 4,
  finwait2: 5,
  timewait: 6,
  closed: 7,
  closewait: 8,
  lastack: 9,
  listen: 10,
  closing: 11,
};

export const ESTABLISHED = 1;
export const SYN_SENT = 2;
export const SYN_RECEIVED = 3;
export const CLOSED = 7;
export const LISTEN = 10;
const UNKNOWN_STATE = 0;

/** `Established`, `FinWait1`, ...; only seven of them have been seen, so spelling is not insisted on. */
export function stateNumber(name: string | null): number {
  return STATES[(name ?? "").replace(/[^A-Za-z0-9]/g, "").toLowerCase()] ?? UNKNOWN_STATE;
}
