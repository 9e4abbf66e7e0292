import { existsSync, readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Added to the nice value of a thread whose work can wait: it gets a third of the share of one whose work cannot. */
const BEHIND = 5;
const NICEST = 19;

/** The number of this thread in the kernel; undefined where Linux's /proc does not tell it. */
export function threadNumber(): number | undefined {
  try {
    return Number(/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * From now on a thread of this process stands behind others where processors are short. For good: to undo it takes a
 * privilege. Nothing happens where threads have no priorities of their own (setpriority(2): only on Linux they do).
 */
export function putThreadBehind(number: number | undefined): void {
  if (number === undefined) return;
  try {
    if (isNumberedAlike() && existsSync(`/proc/self/task/${number}`))
      setPriority(number, Math.min(getPriority() + BEHIND, NICEST));
  } catch {
    // It ended meanwhile, or this system does not let us.
  }
}

/** Whether numbers of threads in /proc are those that the kernel takes from this process (pid_namespaces(7)). */
function isNumberedAlike(): boolean {
  return Number(readlinkSync('/proc/self')) === process.pid;
}
