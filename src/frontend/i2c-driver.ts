import {
  BusFault,
  errnoName,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
} from '../bus/index.ts';
import {
  type DmaBuffer,
  featureSet,
  I2C_IN_HDR_BYTES,
  I2C_OUT_HDR_BYTES,
  i2cErrno,
  VIRTIO_I2C_F_ZERO_LENGTH_REQUEST,
  VIRTIO_I2C_FLAGS,
  VIRTIO_I2C_MSG,
  VIRTIO_ID_I2C_ADAPTER,
  writeI2cOutHdr,
} from '../virtio/index.ts';
import { aligned, BusRequests, copyIn, copyOut, timeoutFor } from './bus-requests.ts';
import { DEVICE_KINDS } from './device-nodes.ts';
import type { RequestChain } from './request-queue.ts';
import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** What a request of device 34 can carry: an address, a direction, bytes. The other flags of I2C_M have no place in it. */
const CARRIED_FLAGS = I2C_M.RD | I2C_M.TEN;

/** Two cache lines of a message's block: its header and status, apart from the data that follows. */
const HEAD_BYTES = 16;
const STATUS_OFFSET = I2C_OUT_HDR_BYTES;

/** The FE driver of a virtio I2C adapter: device 34 (virtio 1.4, 5.16). */
export class VirtioI2cDriver implements I2cAdapter, BoundDriver {
  readonly number: number;
  readonly name: string;
  readonly functionality = I2C_FUNC.I2C | I2C_FUNC.TENBIT_ADDR | I2C_FUNC_SMBUS_EMUL;
  readonly #requests: BusRequests;

  constructor(device: VirtioDeviceHandle) {
    this.number = device.number;
    this.name = `i2c_virtio at virtio bus ${device.name.replace('virtio', '')}`;
    this.#requests = new BusRequests(device, featureSet(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST));
  }

  transferSync(messages: readonly I2cMessage[], timeoutMs = timeoutFor(bytesOf(messages))): void {
    if (messages.length === 0) return;
    const size = blockSize(messages);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(messages, block, size);
    this.#requests.runSync(chains, block, timeoutMs, () => this.#complete(messages, block, size));
  }

  async transfer(messages: readonly I2cMessage[], timeoutMs = timeoutFor(bytesOf(messages))): Promise<void> {
    if (messages.length === 0) return;
    const size = blockSize(messages);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(messages, block, size);
    await this.#requests.run(chains, block, timeoutMs, () => this.#complete(messages, block, size));
  }

  remove(): void {
    this.#requests.remove();
  }

  freeze(): void {
    this.#requests.freeze();
  }

  restore(): void {
    this.#requests.restore();
  }

  /** Lays the messages out in their block: header, status, data, for each. */
  #layOut(messages: readonly I2cMessage[], block: number, size: number): RequestChain[] {
    const { bytes, view, guestAddress } = this.#requests.regionOf(block, size);
    const last = messages.length - 1;
    let next = block;
    return messages.map(({ addr, flags, buf }, index) => {
      const head = next;
      next += HEAD_BYTES + aligned(buf.length);
      const at = head - guestAddress;
      const reading = (flags & I2C_M.RD) !== 0;
      const wireFlags =
        (index < last ? VIRTIO_I2C_FLAGS.FAIL_NEXT : 0) | (reading ? VIRTIO_I2C_FLAGS.M_RD : 0);
      writeI2cOutHdr(view, at, addr, (flags & I2C_M.TEN) !== 0, wireFlags);
      // A request that the device never looks at has failed.
      bytes[at + STATUS_OFFSET] = VIRTIO_I2C_MSG.ERR;
      const outHdr: DmaBuffer = { addr: head, len: I2C_OUT_HDR_BYTES };
      const inHdr: DmaBuffer = { addr: head + STATUS_OFFSET, len: I2C_IN_HDR_BYTES };
      // Zero-length requests have no buffer at all (5.16.6.1).
      if (buf.length === 0) return { readable: [outHdr], writable: [inHdr] };
      const body: DmaBuffer = { addr: head + HEAD_BYTES, len: buf.length };
      if (reading) return { readable: [outHdr], writable: [body, inHdr] };
      copyIn(buf, bytes, at + HEAD_BYTES);
      return { readable: [outHdr, body], writable: [inHdr] };
    });
  }

  /** Fetches what was read; the first failure is the transfer's. */
  #complete(messages: readonly I2cMessage[], block: number, size: number): void {
    const { bytes, guestAddress } = this.#requests.regionOf(block, size);
    let at = block - guestAddress;
    for (const { buf, flags } of messages) {
      const errno = i2cErrno(bytes[at + STATUS_OFFSET] as number, this.#requests.errnoNegotiated);
      if (errno !== 0) throw new BusFault(errnoName(errno));
      if ((flags & I2C_M.RD) !== 0) copyOut(bytes, at + HEAD_BYTES, buf);
      at += HEAD_BYTES + aligned(buf.length);
    }
  }
}

/** Bytes of the block that the messages are laid out in. @throws {BusFault} `EOPNOTSUPP` */
function blockSize(messages: readonly I2cMessage[]): number {
  let size = 0;
  for (const { flags, buf } of messages) {
    const alien = flags & ~CARRIED_FLAGS;
    if (alien !== 0) {
      throw new BusFault('EOPNOTSUPP', `virtio-i2c cannot carry I2C_M flag 0x${alien.toString(16)}`);
    }
    size += HEAD_BYTES + aligned(buf.length);
  }
  return size;
}

/** What goes over the wire, addresses included. */
function bytesOf(messages: readonly I2cMessage[]): number {
  let bytes = messages.length;
  for (const { buf } of messages) bytes += buf.length;
  return bytes;
}

export const i2cDriver: VirtioDriver<VirtioI2cDriver> = {
  name: 'i2c_virtio',
  compatible: [DEVICE_KINDS.i2c.platform, DEVICE_KINDS.i2c.device],
  deviceId: VIRTIO_ID_I2C_ADAPTER,
  probe: (device) => new VirtioI2cDriver(device),
};
