import { constants } from 'node:os';
import { cFunction, checked } from './libc.ts';

const PR_SET_PDEATHSIG = 1;

/**
 * Lets the kernel send this process a signal when the process that started it ends, however that ends (prctl(2)). Whatever
 * the program is doing then, it hears it.
 * @throws {Error} not on Linux, or without `koffi`
 */
export function signalAtParentsDeath(signal: NodeJS.Signals): void {
  const prctl = cFunction('int prctl(int option, unsigned long signal)');
  checked('prctl', prctl(PR_SET_PDEATHSIG, constants.signals[signal]));
}
