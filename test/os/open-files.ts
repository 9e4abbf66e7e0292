import { readdirSync, readlinkSync } from 'node:fs';

/** What this process has open, as the kernel names it, where that matches `pattern`. Sorted. */
export function openFiles(pattern: RegExp): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return []; // the descriptor of the listing itself
      }
    })
    .filter((target) => pattern.test(target))
    .sort();
}
