import {
  BusFault,
  type DeviceNode,
  hexByte,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  wellFormed,
} from '../bus/index.ts';
import {
  type DmaBuffer,
  DTBUS_F_I2C_FLAGS,
  DTBUS_I2C_CONFIG_BYTES,
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
import { aligned, BusRequests, copyIn, copyOut } from './bus-requests.ts';
import { channelsBehind, clientsOf, DEVICE_KINDS } from './device-nodes.ts';
import type { RequestChain } from './request-queue.ts';
import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** What a request of device 34 can carry: an address, a direction, bytes. */
const STANDARD_FLAGS = I2C_M.RD | I2C_M.TEN;
/** What the padding of its header carries besides, with `DTBUS_F_I2C_FLAGS`. */
const EXTRA_FLAGS =
  I2C_M.RECV_LEN | I2C_M.NO_RD_ACK | I2C_M.IGNORE_NAK | I2C_M.REV_DIR_ADDR | I2C_M.NOSTART | I2C_M.STOP;
const STANDARD_FUNCTIONALITY = I2C_FUNC.I2C | I2C_FUNC.TENBIT_ADDR | I2C_FUNC_SMBUS_EMUL;

/** The address in a client's `reg`; above it are flags (dt-bindings/i2c/i2c.h). */
const ADDRESS_BITS = 0x3ff;
/** So many addresses fit into a sentence. */
const MOST_LISTED = 8;

/**
 * A message's block begins with its header and status, in 16 bytes; the data follows. Linux gives each of the three cache
 * lines of its own (`____cacheline_aligned` in i2c-virtio.c), for devices whose DMA the caches do not see. Ours is another
 * thread or process on the same memory, so only the alignment counts that copies are fast at.
 */
const HEAD_BYTES = 16;
const STATUS_OFFSET = I2C_OUT_HDR_BYTES;

/** The FE driver of a virtio I2C adapter: device 34 (virtio 1.4, 5.16). */
export class VirtioI2cDriver implements I2cAdapter, BoundDriver {
  readonly number: number;
  readonly name: string;
  readonly #device: VirtioDeviceHandle;
  readonly #requests: BusRequests;
  #functionality = STANDARD_FUNCTIONALITY;
  #carriedFlags: number = STANDARD_FLAGS;
  /** Addresses of the tree's parts on this bus; found out when one is missed. */
  #known: readonly number[] | undefined;
  /** Whether it was asked why an address is not acknowledged: who polls wants no more of the reason than once. */
  #asked = false;

  constructor(device: VirtioDeviceHandle) {
    this.number = device.number;
    this.name = `i2c_virtio at virtio bus ${device.name.replace('virtio', '')}`;
    this.#device = device;
    this.#requests = new BusRequests(
      device,
      featureSet(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST),
      featureSet(DTBUS_F_I2C_FLAGS),
    );
    this.#learn();
  }

  /** The adapter's `I2C_FUNC` bits, where the back-end tells them; else what any virtio adapter can do. */
  get functionality(): number {
    return this.#functionality;
  }

  transferSync(
    messages: readonly I2cMessage[],
    timeoutMs = this.#requests.timeoutFor(bytesOf(messages)),
  ): void {
    if (messages.length === 0) return;
    const size = blockSize(messages, this.#carriedFlags);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(messages, block, size);
    this.#requests.runSync(chains, block, timeoutMs, () => this.#complete(messages, block, size));
  }

  async transfer(
    messages: readonly I2cMessage[],
    timeoutMs = this.#requests.timeoutFor(bytesOf(messages)),
  ): Promise<void> {
    if (messages.length === 0) return;
    const size = blockSize(messages, this.#carriedFlags);
    const block = this.#requests.alloc(size);
    const chains = this.#layOut(messages, block, size);
    await this.#requests.run(chains, block, timeoutMs, () => this.#complete(messages, block, size));
  }

  get pending(): number {
    return this.#requests.pending;
  }

  remove(reason: string): void {
    this.#requests.remove(reason);
  }

  freeze(): void {
    this.#requests.freeze();
  }

  restore(): void {
    this.#requests.restore();
    this.#learn();
  }

  /** What the adapter can do, by the features that were agreed on. */
  #learn(): void {
    const { features, transport } = this.#device;
    const withFlags = hasFeature(features, DTBUS_F_I2C_FLAGS);
    this.#carriedFlags = withFlags ? STANDARD_FLAGS | EXTRA_FLAGS : STANDARD_FLAGS;
    this.#functionality = STANDARD_FUNCTIONALITY;
    if (!withFlags) return;
    const { buffer, byteOffset } = transport.readConfig(0, DTBUS_I2C_CONFIG_BYTES);
    this.#functionality = new DataView(buffer, byteOffset).getUint32(0, true);
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
      writeI2cOutHdr(view, at, addr, (flags & I2C_M.TEN) !== 0, wireFlags, flags & EXTRA_FLAGS);
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

  /** Who asks for an address that the tree does not have sees which there are. */
  #fault(errno: number, messages: readonly I2cMessage[]): BusFault {
    const fault = this.#requests.fault(errno);
    if (fault.code === 'EPERM') return withOwner(fault, this.#device.node, messages);
    if (fault.code !== 'ENXIO') return fault;
    this.#known ??= addressesOf(this.#device.node);
    const message = messages.findIndex(({ addr }) => this.#known?.includes(addr) === false);
    if (message < 0) return this.#withReason(fault, messages);
    // A group fails as one, so the device does not say which message it was; one to such an address is.
    const nack = { message, byte: -1 };
    return new BusFault('ENXIO', `the address was not acknowledged; ${listed(this.#known)}`, { nack });
  }

  /** A part that is busy says so, the first time after it was not; so is said what is behind a multiplexer alone. */
  #withReason(fault: BusFault, messages: readonly I2cMessage[]): BusFault {
    if (this.#asked) return fault;
    this.#asked = true;
    const reason = this.#device.reasonOf?.('ENXIO') ?? whereBehind(this.#device.node, messages);
    return reason === undefined ? fault : new BusFault('ENXIO', `${fault.sentence}; ${reason}`, { reason });
  }

  /** Fetches what was read; the first failure is the transfer's. */
  #complete(messages: readonly I2cMessage[], block: number, size: number): void {
    const { bytes, guestAddress } = this.#requests.regionOf(block, size);
    let at = block - guestAddress;
    for (const { buf, flags } of messages) {
      const errno = i2cErrno(bytes[at + STATUS_OFFSET] as number, this.#requests.errnoNegotiated);
      if (errno !== 0) throw this.#fault(errno, messages);
      if ((flags & I2C_M.RD) !== 0) copyOut(bytes, at + HEAD_BYTES, buf);
      at += HEAD_BYTES + aligned(buf.length);
    }
    this.#asked = false;
  }
}

/** Bytes of the block that the messages are laid out in. @throws {BusFault} `EOPNOTSUPP` */
function blockSize(messages: readonly I2cMessage[], carriedFlags: number): number {
  let size = 0;
  for (const { flags, buf } of messages) {
    const alien = flags & ~carriedFlags;
    if (alien !== 0) {
      throw new BusFault(
        'EOPNOTSUPP',
        `this virtio adapter cannot carry the I2C_M flags 0x${alien.toString(16)}`,
      );
    }
    size += HEAD_BYTES + aligned(buf.length);
  }
  return size;
}

/** The addresses of a bus's parts in the order of their numbers, without the bits that say what kind they are. */
function addressesOf(bus: DeviceNode): readonly number[] {
  return [...new Set(regsOf(bus).map((reg) => reg & ADDRESS_BITS))].sort((a, b) => a - b);
}

/** `reg` of the parts on a bus, and of those behind its multiplexers. */
function regsOf(bus: DeviceNode): readonly number[] {
  return clientsOf(bus).flatMap((child) => [...ownRegs(child), ...channelsBehind(child).flatMap(regsOf)]);
}

function ownRegs(part: DeviceNode): readonly number[] {
  return wellFormed(() => part.u32s('reg')) ?? [];
}

/** Channels that an address of the messages is only behind: one that is not connected is the likely reason. */
function whereBehind(bus: DeviceNode, messages: readonly I2cMessage[]): string | undefined {
  const has = (node: DeviceNode, addr: number): boolean =>
    clientsOf(node).some((child) => ownRegs(child).some((reg) => (reg & ADDRESS_BITS) === addr));
  const below = (node: DeviceNode): readonly DeviceNode[] =>
    clientsOf(node)
      .flatMap(channelsBehind)
      .flatMap((channel) => [channel, ...below(channel)]);
  const hidden = messages.find(({ addr }) => !has(bus, addr));
  if (hidden === undefined) return undefined;
  const paths = below(bus)
    .filter((channel) => has(channel, hidden.addr))
    .map(({ path }) => path);
  return paths.length === 0 ? undefined : `connect its channel first: ${paths.join(' or ')}`;
}

function listed(addresses: readonly number[]): string {
  if (addresses.length === 0) return 'the tree has no part on this bus';
  const shown = addresses.slice(0, MOST_LISTED).map(hexByte).join(', ');
  return `the tree has ${shown}${addresses.length > MOST_LISTED ? ', …' : ''} on this bus`;
}

/** Who may not use a part sees whose it is, where the tree that it has says so. */
function withOwner(fault: BusFault, bus: DeviceNode, messages: readonly I2cMessage[]): BusFault {
  const asked = ({ addr }: I2cMessage, part: DeviceNode) =>
    ownRegs(part).some((reg) => (reg & ADDRESS_BITS) === addr);
  const part = clientsOf(bus).find((child) => messages.some((message) => asked(message, child)));
  const owner = part && wellFormed(() => part.string('dtbus,owner'));
  return owner === undefined
    ? fault
    : new BusFault('EPERM', `${fault.sentence}; it belongs to ${owner} (dtbus,owner)`);
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
