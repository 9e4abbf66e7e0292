/**
 * A device's configuration space: its bytes, and the generation by which a driver notices that a value of
 * several bytes changed while it read (virtio 1.3, 2.5).
 */
export class ConfigSpace {
  readonly bytes: Uint8Array;
  /** Counts changes, 32 bits; transports with an 8-bit field show its low byte. */
  generation = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  /** Copy of at most `length` bytes at `offset`; shorter where the space ends. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.bytes.length);
    return this.bytes.slice(Math.min(offset, end), end);
  }

  /** Lets `change` alter the bytes and counts the generation up (2.5.2). */
  update(change: (view: DataView) => void): void {
    change(new DataView(this.bytes.buffer));
    this.generation = (this.generation + 1) >>> 0;
  }
}

/**
 * Reads something longer than 32 bits as the driver must (2.5.1): again while the generation moves. Gives
 * up after 100 rounds. @throws {Error}
 */
export function readConsistent<T>(generation: () => number, read: () => T): T {
  for (let round = 0; round < 100; round++) {
    const before = generation();
    const value = read();
    if (generation() === before) return value;
  }
  throw new Error('the device changes its configuration faster than it can be read');
}
