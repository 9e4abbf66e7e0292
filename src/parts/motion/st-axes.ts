import type { Kit } from '../model.ts';
import { statusAfterRead } from './axis-status.ts';

// What ST's sensors of three axes have in common: L3GD20, LIS3DH, LIS3MDL.

/** Bit 7 of the first byte reads, bit 6 goes on from register to register. */
export const ST_SPI = {
  form: 'registers',
  modes: 0b1001,
  maxSpeedHz: 10_000_000,
  header: { read: 0x80, address: 0x3f, increment: 0x40 },
} as const;

/** Fields of STATUS_REG: overrun and data available, of all axes and of each. */
export const ST_STATUS = { ZYXOR: 7, OR: [6, 4], ZYXDA: 3, DA: [2, 0] } as const;

const GOES_ON = 0x80;

/** I2C: bit 7 of the register number goes on from register to register. */
export function stPointer({ keep, bus: wire }: Pick<Kit, 'keep' | 'bus'>) {
  const bus = keep({ goesOn: wire === 'spi' });
  return {
    pointer(byte: number): number {
      bus.goesOn = (byte & GOES_ON) !== 0;
      return byte & 0x7f;
    },
    next: (register: number) => (bus.goesOn ? (register + 1) & 0x7f : register),
  };
}

/** Six bytes from OUT_X_L on. */
interface Outputs {
  get(index: number): number;
  set(index: number, value: number): void;
}

/** Puts the word of an axis, the lower byte first, or last where BLE is set. */
export function putAxis(outputs: Outputs, axis: number, word: number, bigEndian: number): void {
  outputs.set(2 * axis + (bigEndian ? 1 : 0), word);
  outputs.set(2 * axis + (bigEndian ? 0 : 1), word >> 8);
}

/** What a read of an output does: the higher byte of an axis clears its flags, and `cleared` looks at what is left of them. */
export function readAxes(status: { value: number }, outputs: Outputs, cleared: () => void) {
  return (offset: number): number => {
    if ((offset & 1) === 1) {
      status.value = statusAfterRead(status.value, offset);
      cleared();
    }
    return outputs.get(offset);
  };
}
