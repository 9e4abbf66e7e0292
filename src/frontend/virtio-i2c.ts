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
  DTBUS_F_ERRNO,
  featureSet,
  hasFeature,
  I2C_IN_HDR_BYTES,
  I2C_OUT_HDR_BYTES,
  i2cErrno,
  VIRTIO_I2C_F_ZERO_LENGTH_REQUEST,
  VIRTIO_I2C_FLAGS,
  VIRTIO_I2C_MSG,
  VIRTIO_ID_I2C_ADAPTER,
  writeI2cOutHdr,
} from '../virtio/index.ts';
import { BUS_KINDS } from './bus-nodes.ts';
import { type Request, RequestQueue } from './request-queue.ts';
import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** What a request of device 34 can carry: an address, a direction, bytes. The other flags of I2C_M have no place in it. */
const CARRIED_FLAGS = I2C_M.RD | I2C_M.TEN;

/** Two cache lines of a message's block: its header and status, apart from the data that follows. */
const HEAD_BYTES = 16;
const STATUS_OFFSET = I2C_OUT_HDR_BYTES;

/** How long a transfer may take when the caller does not say: above what the back-end allows it. */
const BASE_TIMEOUT_MS = 2000;
const TIMEOUT_MS_PER_BYTE = 0.5;

/** Where one message lies in its request's block. */
interface Place {
  readonly head: number;
  readonly data: number;
}

/** The FE driver of a virtio I2C adapter: device 34 (virtio 1.4, 5.16). */
export class VirtioI2c implements I2cAdapter, BoundDriver {
  readonly number: number;
  readonly name: string;
  readonly functionality = I2C_FUNC.I2C | I2C_FUNC.TENBIT_ADDR | I2C_FUNC_SMBUS_EMUL;
  readonly #device: VirtioDeviceHandle;
  #requests: RequestQueue;
  #extendedStatus = false;

  constructor(device: VirtioDeviceHandle) {
    this.#device = device;
    this.number = device.number;
    this.name = `i2c_virtio at virtio bus ${device.name.replace('virtio', '')}`;
    this.#requests = this.#setUp();
  }

  transferSync(messages: readonly I2cMessage[], timeoutMs = timeoutFor(messages)): void {
    if (messages.length === 0) return;
    const places: Place[] = [];
    const request = this.#prepare(messages, places);
    this.#requests.runSync(request, timeoutMs, () => this.#complete(messages, places, request.bytes));
  }

  async transfer(messages: readonly I2cMessage[], timeoutMs = timeoutFor(messages)): Promise<void> {
    if (messages.length === 0) return;
    const places: Place[] = [];
    const request = this.#prepare(messages, places);
    await this.#requests.run(request, timeoutMs, () => this.#complete(messages, places, request.bytes));
  }

  remove(): void {
    this.#requests.close(new BusFault('ENODEV', `${this.#device.node.path} was removed`));
  }

  freeze(): void {
    this.#requests.close(new BusFault('ESHUTDOWN', `${this.#device.node.path} is suspended`));
  }

  restore(): void {
    this.#requests = this.#setUp();
  }

  #setUp(): RequestQueue {
    const features = this.#device.negotiate(
      featureSet(DTBUS_F_ERRNO),
      featureSet(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST),
    );
    this.#extendedStatus = hasFeature(features, DTBUS_F_ERRNO);
    return new RequestQueue(this.#device.transport, 0, this.#device.createQueue(0), this.#device.dma);
  }

  /** Lays the messages out in one block of guest memory: header, status, data, for each. */
  #prepare(messages: readonly I2cMessage[], places: Place[]): Request {
    let size = 0;
    for (const { flags, buf } of messages) {
      const alien = flags & ~CARRIED_FLAGS;
      if (alien !== 0) {
        throw new BusFault('EOPNOTSUPP', `virtio-i2c cannot carry I2C_M flag 0x${alien.toString(16)}`);
      }
      places.push({ head: size, data: size + HEAD_BYTES });
      size += HEAD_BYTES + align(buf.length);
    }
    const { dma, transport } = this.#device;
    const block = dma.alloc(size);
    const bytes = transport.memory.slice(block, size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, size);
    const last = messages.length - 1;
    const chains = messages.map(({ addr, flags, buf }, index) => {
      const { head, data } = places[index] as Place;
      const reading = (flags & I2C_M.RD) !== 0;
      const wireFlags =
        (index < last ? VIRTIO_I2C_FLAGS.FAIL_NEXT : 0) | (reading ? VIRTIO_I2C_FLAGS.M_RD : 0);
      writeI2cOutHdr(view, head, addr, (flags & I2C_M.TEN) !== 0, wireFlags);
      // A request that the device never looks at has failed.
      view.setUint8(head + STATUS_OFFSET, VIRTIO_I2C_MSG.ERR);
      const outHdr: DmaBuffer = { addr: block + head, len: I2C_OUT_HDR_BYTES };
      const inHdr: DmaBuffer = { addr: block + head + STATUS_OFFSET, len: I2C_IN_HDR_BYTES };
      // Zero-length requests have no buffer at all (5.16.6.1).
      if (buf.length === 0) return { readable: [outHdr], writable: [inHdr] };
      const body: DmaBuffer = { addr: block + data, len: buf.length };
      if (reading) return { readable: [outHdr], writable: [body, inHdr] };
      bytes.set(buf, data);
      return { readable: [outHdr, body], writable: [inHdr] };
    });
    return { chains, block, bytes };
  }

  /** Fetches what was read; the first failure is the transfer's. */
  #complete(messages: readonly I2cMessage[], places: readonly Place[], bytes: Uint8Array): void {
    for (let i = 0; i < messages.length; i++) {
      const { buf, flags } = messages[i] as I2cMessage;
      const { head, data } = places[i] as Place;
      const errno = i2cErrno(bytes[head + STATUS_OFFSET] as number, this.#extendedStatus);
      if (errno !== 0) throw new BusFault(errnoName(errno));
      if ((flags & I2C_M.RD) !== 0) buf.set(bytes.subarray(data, data + buf.length));
    }
  }
}

function align(length: number): number {
  return (length + 15) & ~15;
}

function timeoutFor(messages: readonly I2cMessage[]): number {
  let bytes = 0;
  for (const { buf } of messages) bytes += buf.length + 1;
  return BASE_TIMEOUT_MS + bytes * TIMEOUT_MS_PER_BYTE;
}

export const virtioI2cDriver: VirtioDriver<VirtioI2c> = {
  name: 'i2c_virtio',
  compatible: [BUS_KINDS.i2c.platform, BUS_KINDS.i2c.device],
  deviceId: VIRTIO_ID_I2C_ADAPTER,
  probe: (device) => new VirtioI2c(device),
};
