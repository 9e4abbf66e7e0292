// What a server under load holds: memory, threads, descriptors.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Node's flags of a server that sweeps its heap on SIGUSR2. */
export const SWEEPS = ['--expose-gc', '--import', "data:text/javascript,process.on('SIGUSR2', () => gc())"];

/**
 * Of a server that was started with `SWEEPS`, when it has swept: V8 sweeps when it likes, and what lies about until
 * then is no growth. The second sweep takes what the first one's finalizers let go.
 */
export async function held(pid) {
  for (let sweep = 0; sweep < 2; sweep++) {
    process.kill(pid, 'SIGUSR2');
    await sleep(300);
  }
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return {
    memoryMb: field('VmRSS') / 1024,
    threads: field('Threads'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
