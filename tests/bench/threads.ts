/** What the threads of a process have used, to the nanosecond, from the kernel's scheduler. */

/** Time on a CPU of all threads that live. A thread that ends takes its time with it: the program's threads stay. */
export function cpuNs(pid: number): number {
  let sum = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ")[0]);
    } catch {
      continue; // it has ended meanwhile
    }
  }
  return sum;
}

/** Of the main thread: time on a CPU, and time that it could have run but others did. */
export function mainNs(pid: number): { readonly ranNs: number; readonly waitedNs: number } {
  const [ranNs, waitedNs] = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ").map(Number);
  return { ranNs, waitedNs };
}

export const peakMiB = (pid: number) => memoryMiB(pid, /VmHWM:\s+(\d+)/);
export const residentMiB = (pid: number) => memoryMiB(pid, /VmRSS:\s+(\d+)/);

function memoryMiB(pid: number, line: RegExp): number {
  return Number(line.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** The first figure of /proc/loadavg: how busy the machine was with others' work too. */
export function loadAverage(): number {
  return Number(Deno.readTextFileSync("/proc/loadavg").split(" ")[0]);
}
