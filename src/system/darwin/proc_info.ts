/** struct proc_bsdshortinfo of xnu's bsd/sys/proc_info.h: the same on both architectures, from macOS 10.14 on. */
export const PROC_PIDT_SHORTBSDINFO = 13;
/** PROC_PIDPATHINFO_MAXSIZE. */
export const MAX_PATH_BYTES = 4096;

export const ShortInfoLayout = { byteLength: 64, pid: 0, uid: 36 } as const;

/** The effective user of the process; null: the buffer is not about `pid`. `written` is what proc_pidinfo() returned. */
export function readUid(buffer: Uint8Array, written: number, pid: number): number | null {
  if (written < ShortInfoLayout.byteLength || buffer.length < ShortInfoLayout.byteLength) return null;
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  return view.getUint32(ShortInfoLayout.pid, true) === pid ? view.getUint32(ShortInfoLayout.uid, true) : null;
}
