import type { ChipInside } from '../../parts/index.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart } from '../wire/part.ts';

/** A chip in the package of another as a part of its bus. What it keeps is kept, and reset, by the other. */
export function partInside({ address, i2c }: ChipInside): I2cPart {
  return {
    state: {},
    addresses: [address],
    reset() {},
    start: (called, read) => i2c.start?.(called, read) ?? true,
    write: (data) => i2c.write(data),
    read: (into) => i2c.read(into),
    stop: () => i2c.stop?.(),
  };
}

/**
 * A message of a part that is itself the master of `wire`: `written` bytes, then `read` bytes after a repeated START.
 * Its bits take no time: it runs beside what happens on the part's own bus.
 * @returns what was read; undefined where something was not acknowledged
 */
export function transferOn(
  wire: I2cWire,
  address: number,
  written: Uint8Array,
  read: number,
): Uint8Array | undefined {
  const { timed } = wire;
  wire.timed = false;
  try {
    if (written.length > 0 || read === 0) {
      if (!wire.startTo(address, false) || wire.write(written) < written.length) return undefined;
    }
    const answer = new Uint8Array(read);
    if (read > 0) {
      if (!wire.startTo(address, true)) return undefined;
      wire.read(answer);
    }
    return answer;
  } finally {
    wire.stop();
    wire.timed = timed;
  }
}
