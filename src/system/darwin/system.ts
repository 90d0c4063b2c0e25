import { type Library, openLibrary } from "./library.ts";
import { type Pcb, readPcbList } from "./pcblist.ts";
import { MAX_PATH_BYTES, PROC_PIDT_SHORTBSDINFO, readUid, ShortInfoLayout } from "./proc_info.ts";

/** What macOS itself is asked, without root and for processes of all users. */
export interface System {
  /** Of the executable; null: no such process. */
  path(pid: number): string | null;
  uid(pid: number): number | null;
  userName(uid: number): string | null;
  /** 0: no such interface. */
  interfaceIndex(name: string): number;
  /** Every socket; null: they cannot be told. */
  sockets(protocol: "tcp" | "udp"): Pcb[] | null;
}

/** Of a machine that is no Mac. */
export const NO_SYSTEM: System = {
  path: () => null,
  uid: () => null,
  userName: () => null,
  interfaceIndex: () => 0,
  sockets: () => null,
};

const MAX_PASSWD_BYTES = 4096;
/** Sockets may be made between the call that tells the size and the one that fills the buffer. */
const SPARE_BYTES = 1 << 16;
const MAX_TRIES = 3;

const cString = (text: string) => new TextEncoder().encode(text + "\0");

export class DarwinSystem implements System {
  readonly #call: Library["symbols"];
  readonly #path = new Uint8Array(MAX_PATH_BYTES);
  readonly #info = new Uint8Array(ShortInfoLayout.byteLength);

  constructor(library: { readonly symbols: Library["symbols"] } = openLibrary()) {
    this.#call = library.symbols;
  }

  path(pid: number): string | null {
    const bytes = this.#call.proc_pidpath(pid, this.#path, this.#path.length);
    return bytes > 0 ? new TextDecoder().decode(this.#path.subarray(0, bytes)) : null;
  }

  uid(pid: number): number | null {
    const bytes = this.#call.proc_pidinfo(pid, PROC_PIDT_SHORTBSDINFO, 0n, this.#info, this.#info.length);
    return readUid(this.#info, bytes, pid);
  }

  /** struct passwd begins with a pointer to the name. */
  userName(uid: number): string | null {
    const passwd = new BigUint64Array(16), text = new Uint8Array(MAX_PASSWD_BYTES), found = new BigUint64Array(1);
    const error = this.#call.getpwuid_r(uid, new Uint8Array(passwd.buffer), text, BigInt(text.length), found);
    const name = error === 0 && found[0] !== 0n ? Deno.UnsafePointer.create(passwd[0]) : null;
    return name === null ? null : new Deno.UnsafePointerView(name).getCString();
  }

  interfaceIndex(name: string): number {
    return this.#call.if_nametoindex(cString(name));
  }

  sockets(protocol: "tcp" | "udp"): Pcb[] | null {
    const buffer = this.#sysctl(`net.inet.${protocol}.pcblist_n`);
    return buffer === null ? null : readPcbList(buffer);
  }

  #sysctl(name: string): Uint8Array | null {
    const length = new BigUint64Array(1), key = cString(name);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (this.#call.sysctlbyname(key, null, length, null, 0n) !== 0) return null;
      const buffer = new Uint8Array(Number(length[0]) + SPARE_BYTES);
      length[0] = BigInt(buffer.length);
      if (this.#call.sysctlbyname(key, buffer, length, null, 0n) === 0) return buffer.subarray(0, Number(length[0]));
    }
    return null;
  }
}
