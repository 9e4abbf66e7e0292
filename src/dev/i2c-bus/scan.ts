import { BusFault } from '../../bus/index.ts';
import { checkAddress, checkCallback } from './arguments.ts';
import type { Callback } from './callback.ts';

/** What a scan does on a bus. */
interface Scanner {
  receiveByte(addr: number, cb: Callback<[number]>): void;
  receiveByteSync(addr: number): number;
  close(cb: Callback): void;
  closeSync(): void;
}

const FIRST_SCANNED = 0x03;
const LAST_SCANNED = 0x77;

/** Calls back with the addresses that answer. `args`: `(cb)`, `(addr, cb)` or `(first, last, cb)`. */
export function scan(scanner: Scanner, args: readonly unknown[]): void {
  const [first, last, cb] = scanArguments(args);
  checkCallback(cb);
  checkAddress(first);
  checkAddress(last);
  const found: number[] = [];
  const next = (addr: number): void => {
    if (addr > last) {
      scanner.close(() => cb(null, found));
      return;
    }
    scanner.receiveByte(addr, (error) => {
      if (error === null) found.push(addr);
      else warnOfLoss(error);
      next(addr + 1);
    });
  };
  setImmediate(next, first);
}

export function scanSync(scanner: Scanner, startAddr?: number, endAddr?: number): number[] {
  const first = startAddr === undefined ? FIRST_SCANNED : startAddr;
  const last = startAddr === undefined ? LAST_SCANNED : endAddr === undefined ? startAddr : endAddr;
  checkAddress(first);
  checkAddress(last);
  const found: number[] = [];
  for (let addr = first; addr <= last; addr++) {
    try {
      scanner.receiveByteSync(addr);
      found.push(addr);
    } catch (error) {
      // Nobody answers, or it cannot be told: the scan goes on.
      warnOfLoss(error);
    }
  }
  scanner.closeSync();
  return found;
}

/** What was said already: each address of a scan meets the same loss. */
const warned = new Set<string>();

/** A scan finds nothing where the adapter is not there, and gives no error: the reason is a warning. */
function warnOfLoss(error: unknown): void {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof BusFault) || cause.code !== 'ENODEV') return;
  const sentence = `scan: ${cause.message.replace(/, address 0x[0-9a-f]+/, '')}`;
  if (warned.has(sentence)) return;
  warned.add(sentence);
  process.emitWarning(sentence);
}

function scanArguments(args: readonly unknown[]): [first: number, last: number, cb: Callback<[number[]]>] {
  const [a, b, c] = args as [number, number, Callback<[number[]]>];
  if (typeof a === 'function') return [FIRST_SCANNED, LAST_SCANNED, a];
  if (typeof b === 'function') return [a, a, b];
  return [a, b, c];
}
