import {
  type DescriptorChain,
  type DeviceQueue,
  I2C_OUT_HDR_BYTES,
  readI2cOutHdr,
  VIRTIO_I2C_FLAGS,
  VIRTIO_ID_I2C_ADAPTER,
  type VirtioDevice,
} from '../../src/virtio/index.ts';

/** What answers at one address: bytes written to it, and bytes to fill. */
export interface PlainPart {
  write(bytes: Uint8Array): void;
  read(bytes: Uint8Array): void;
}

/** 256 bytes with a one-byte address that counts up: 24C02, without its write time. */
export function eeprom24c02(contents: Uint8Array = new Uint8Array(256).fill(0xff)): PlainPart {
  let at = 0;
  return {
    write(bytes) {
      if (bytes.length > 0) at = bytes[0] as number;
      for (const byte of bytes.subarray(1)) {
        contents[at] = byte;
        at = (at & 0xf8) | ((at + 1) & 7); // pages of 8 bytes
      }
    },
    read(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        bytes[i] = contents[at] as number;
        at = (at + 1) & 0xff;
      }
    },
  };
}

/** An LM75 at a fixed temperature, in units of 1/256 degree. */
export function lm75(temperature: number): PlainPart {
  const registers = [temperature, 0, 75 * 256, 80 * 256];
  let pointer = 0;
  return {
    write(bytes) {
      if (bytes.length > 0) pointer = (bytes[0] as number) & 3;
      if (bytes.length === 3) registers[pointer] = ((bytes[1] as number) << 8) | (bytes[2] as number);
      if (bytes.length === 2 && pointer === 1) registers[1] = (bytes[1] as number) << 8;
    },
    read(bytes) {
      const value = registers[pointer] as number;
      for (let i = 0; i < bytes.length; i++) bytes[i] = (i & 1) === 0 ? value >> 8 : value & 0xff;
    },
  };
}

/**
 * The least I2C adapter that a driver accepts (device 34): answers at once, request by request. For testing
 * transports; the one that boards use is in `src/backend`.
 */
export class PlainI2cDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_I2C_ADAPTER;
  readonly features = 1;
  readonly queueCount = 1;
  readonly config = new Uint8Array(0);
  readonly busy = false;
  readonly #parts: ReadonlyMap<number, PlainPart>;
  readonly #header = { addr: 0, tenBit: false, flags: 0, messageFlags: 0 };
  #queue: DeviceQueue | undefined;
  #notify: (queue: number) => void = () => {};
  #failing = false;

  constructor(parts: ReadonlyMap<number, PlainPart>) {
    this.#parts = parts;
  }

  acceptFeatures(features: number): boolean {
    return (features & 1) === 1;
  }

  activate(queues: readonly DeviceQueue[], notifyUsed: (queue: number) => void): void {
    this.#queue = queues[0];
    this.#notify = notifyUsed;
  }

  reset(): void {
    this.#queue = undefined;
    this.#failing = false;
  }

  processQueue(): number {
    const queue = this.#queue;
    let chain = queue?.pop();
    if (queue === undefined || chain === undefined) return Number.POSITIVE_INFINITY;
    for (; chain !== undefined; chain = queue.pop()) {
      const failed = this.#failing || !this.#run(chain);
      this.#failing = failed && (this.#header.flags & VIRTIO_I2C_FLAGS.FAIL_NEXT) !== 0;
      if (chain.writable.length > 0) chain.writable.writeLastU8(failed ? 1 : 0);
      queue.pushUsed(chain, chain.writable.length);
    }
    this.#notify(0);
    return Number.POSITIVE_INFINITY;
  }

  #run({ readable, writable }: DescriptorChain): boolean {
    if (readable.remaining < I2C_OUT_HDR_BYTES || writable.length === 0) return false;
    if (!readI2cOutHdr(readable, this.#header)) return false;
    const part = this.#parts.get(this.#header.addr);
    if (part === undefined) return false;
    if ((this.#header.flags & VIRTIO_I2C_FLAGS.M_RD) !== 0) part.read(writable.take(writable.remaining - 1));
    else part.write(readable.take(readable.remaining));
    return true;
  }
}
