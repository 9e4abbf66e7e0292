import {
  configurationDescriptor,
  deviceDescriptor,
  type EndpointDescription,
  stringDescriptor,
} from './descriptors.ts';
import { type UsbDevice, UsbStall } from './device.ts';
import { DESCRIPTOR, ENDPOINT_IN, REQUEST, REQUEST_TYPE, type SetupPacket } from './requests.ts';

/** How a transfer ended. `overflow`: the device sent a packet that did not fit. */
export type TransferStatus = 'ok' | 'stall' | 'overflow' | 'cancelled' | 'unplugged';

/** A transfer that the host asks for. */
export interface PortTransfer {
  /** Bit 7: from the device. Endpoint 0 has `setup`, whose direction holds. */
  readonly endpoint: number;
  readonly setup?: SetupPacket;
  /** What is sent. */
  readonly data: Uint8Array;
  /** Most bytes to receive. */
  readonly length: number;
  /** Called once. `data`: what was received. `sent`: bytes that the device took. */
  done(status: TransferStatus, data: Uint8Array): void;
}

const NOTHING = new Uint8Array(0);
/** A host that sends without reading has to wait once so many bytes of answers wait for it. */
const UNREAD_MAX = 1 << 20;
const HALT = 0;

/** An endpoint of an emulated device. */
interface Endpoint {
  readonly description: EndpointDescription;
  /** Transfers of the host that wait, oldest first. */
  readonly waiting: PortTransfer[];
  /** Packets for the host, oldest first, from `next` on. */
  packets: Uint8Array[];
  next: number;
  /** What the transfer at the head has received so far, and how many bytes that is. */
  received: Uint8Array[];
  length: number;
  halted: boolean;
}

/** A port with an emulated device in it: the bus between device and host, without time of its own. */
export class EmulatedPort {
  readonly device: UsbDevice;
  readonly #endpoints: ReadonlyMap<number, Endpoint>;
  #configuration = 0;
  #unread = 0;
  #plugged = true;
  #timesPlugged = 1;
  #hanging = false;
  #pumping = false;
  /** Control transfers that have not ended, with their answers where the device hangs. */
  readonly #controls = new Map<PortTransfer, (() => void) | undefined>();

  constructor(device: UsbDevice) {
    this.device = device;
    const endpoints = device.description.interfaces.flatMap((each) => each.endpoints);
    this.#endpoints = new Map(
      endpoints.map((description) => [
        description.address,
        { description, waiting: [], packets: [], next: 0, received: [], length: 0, halted: false },
      ]),
    );
    this.#reset();
  }

  #reset(): void {
    this.#configuration = 0;
    this.#unread = 0;
    for (const endpoint of this.#endpoints.values()) {
      forget(endpoint);
      endpoint.halted = false;
    }
    this.device.plugged?.({ send: (endpoint, data) => this.#send(endpoint, data) });
  }

  /** Who opened the device when this was another number has one that is gone. */
  get timesPlugged(): number {
    return this.#timesPlugged;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Takes a transfer; several may be under way on an endpoint. It ends by its `done`, perhaps before this returns. */
  submit(transfer: PortTransfer): void {
    const endpoint = this.#endpoints.get(transfer.endpoint);
    if (!this.#plugged) transfer.done('unplugged', NOTHING);
    else if (transfer.setup !== undefined) this.#control(transfer, transfer.setup);
    else if (endpoint === undefined || endpoint.halted) transfer.done('stall', NOTHING);
    else {
      endpoint.waiting.push(transfer);
      this.#pump();
    }
  }

  /** Takes a transfer back that has not ended. @returns false when it has ended already */
  cancel(transfer: PortTransfer): boolean {
    if (this.#controls.delete(transfer)) {
      transfer.done('cancelled', NOTHING);
      return true;
    }
    const endpoint = this.#endpoints.get(transfer.endpoint);
    const at = endpoint?.waiting.indexOf(transfer) ?? -1;
    if (endpoint === undefined || at < 0) return false;
    endpoint.waiting.splice(at, 1);
    if (at === 0) received(endpoint);
    transfer.done('cancelled', NOTHING);
    return true;
  }

  /** Ends everything that is under way, and whatever comes, with `unplugged`. */
  unplug(): void {
    this.#plugged = false;
    const controls = [...this.#controls.keys()];
    this.#controls.clear();
    for (const transfer of controls) transfer.done('unplugged', NOTHING);
    for (const endpoint of this.#endpoints.values()) {
      forget(endpoint);
      for (const transfer of endpoint.waiting.splice(0)) transfer.done('unplugged', NOTHING);
    }
  }

  /** Plugs the device in again. */
  plug(): void {
    this.#plugged = true;
    this.#timesPlugged++;
    this.#reset();
  }

  /** The device works, but its answers stay away until `resume`: what tests of whoever talks to it need. */
  hang(): void {
    this.#hanging = true;
  }

  resume(): void {
    this.#hanging = false;
    for (const [transfer, answer] of [...this.#controls]) if (this.#controls.delete(transfer)) answer?.();
    this.#pump();
  }

  #send(address: number, data: Uint8Array): void {
    const endpoint = this.#endpoints.get(address);
    if (endpoint === undefined) throw new RangeError(`the device has no endpoint 0x${address.toString(16)}`);
    const size = endpoint.description.maxPacketSize;
    if (data.length === 0) endpoint.packets.push(NOTHING);
    for (let at = 0; at < data.length; at += size) endpoint.packets.push(data.slice(at, at + size));
    this.#unread += data.length;
    this.#pump();
  }

  /** Moves what can move. Devices answer from within, so this may be called while it runs. */
  #pump(): void {
    if (this.#pumping || this.#hanging) return;
    this.#pumping = true;
    try {
      while (this.#step()) {
        // The work is in the condition.
      }
    } finally {
      this.#pumping = false;
    }
  }

  #step(): boolean {
    let moved = false;
    for (const endpoint of this.#endpoints.values()) {
      const [transfer] = endpoint.waiting;
      // One may begin to hang in the middle of what it is sent.
      if (transfer === undefined || this.#hanging) continue;
      const isIn = (endpoint.description.address & ENDPOINT_IN) !== 0;
      moved = (isIn ? this.#moveIn(endpoint, transfer) : this.#moveOut(endpoint, transfer)) || moved;
    }
    return moved;
  }

  #moveOut(endpoint: Endpoint, transfer: PortTransfer): boolean {
    if (this.#unread >= UNREAD_MAX) return false;
    endpoint.waiting.shift();
    try {
      this.device.received?.(endpoint.description.address, transfer.data);
      transfer.done('ok', NOTHING);
    } catch (error) {
      if (!(error instanceof UsbStall)) throw error;
      this.#halt(endpoint, transfer);
    }
    return true;
  }

  #halt(endpoint: Endpoint, transfer: PortTransfer): void {
    endpoint.halted = true;
    transfer.done('stall', NOTHING);
    for (const each of endpoint.waiting.splice(0)) each.done('stall', NOTHING);
  }

  /** A short packet ends a transfer, or a full one that fills it. */
  #moveIn(endpoint: Endpoint, transfer: PortTransfer): boolean {
    const packet = endpoint.packets[endpoint.next++];
    if (packet === undefined) {
      endpoint.packets = [];
      endpoint.next = 0;
      this.device.wanted?.(endpoint.description.address);
      return false;
    }
    this.#unread -= packet.length;
    endpoint.received.push(packet);
    endpoint.length += packet.length;
    const isShort = packet.length < endpoint.description.maxPacketSize;
    if (!isShort && endpoint.length < transfer.length) return true;
    const data = received(endpoint);
    endpoint.waiting.shift();
    if (data.length > transfer.length) transfer.done('overflow', data.subarray(0, transfer.length));
    else transfer.done('ok', data);
    return true;
  }

  #control(transfer: PortTransfer, setup: SetupPacket): void {
    this.#controls.set(transfer, undefined);
    const isIn = (setup.requestType & REQUEST_TYPE.IN) !== 0;
    const most = Math.min(setup.length, transfer.length);
    let end: () => void;
    try {
      const answer = this.#answer(setup, isIn ? NOTHING : transfer.data) ?? NOTHING;
      end = () => transfer.done('ok', isIn ? answer.subarray(0, most) : NOTHING);
    } catch (error) {
      if (!(error instanceof UsbStall)) throw error;
      end = () => transfer.done('stall', NOTHING);
    }
    // Meanwhile it may have been cancelled, or the device unplugged.
    if (!this.#controls.has(transfer)) return;
    if (this.#hanging) this.#controls.set(transfer, end);
    else if (this.#controls.delete(transfer)) end();
  }

  #answer(setup: SetupPacket, data: Uint8Array): Uint8Array | undefined {
    const isStandard = (setup.requestType & REQUEST_TYPE.TYPE_MASK) === REQUEST_TYPE.STANDARD;
    const answer = isStandard ? this.#standard(setup) : undefined;
    if (answer !== undefined) return answer;
    if (this.device.control === undefined) throw new UsbStall();
    return this.device.control(setup, data);
  }

  /** @returns undefined for a request that only the device can answer. @throws {UsbStall} */
  #standard({ requestType, request, value, index }: SetupPacket): Uint8Array | undefined {
    const recipient = requestType & REQUEST_TYPE.RECIPIENT_MASK;
    switch (request) {
      case REQUEST.GET_DESCRIPTOR:
        return this.#descriptor(recipient, value);
      case REQUEST.SET_ADDRESS:
      case REQUEST.SET_INTERFACE:
        return NOTHING;
      case REQUEST.SET_CONFIGURATION:
        this.#configuration = value;
        return NOTHING;
      case REQUEST.GET_CONFIGURATION:
        return Uint8Array.of(this.#configuration);
      case REQUEST.GET_INTERFACE:
        return Uint8Array.of(0);
      case REQUEST.GET_STATUS:
        return Uint8Array.of(
          recipient === REQUEST_TYPE.ENDPOINT && this.#endpoints.get(index)?.halted ? 1 : 0,
          0,
        );
      case REQUEST.CLEAR_FEATURE:
      case REQUEST.SET_FEATURE: {
        const endpoint = this.#endpoints.get(index);
        if (recipient === REQUEST_TYPE.ENDPOINT && value === HALT && endpoint !== undefined)
          endpoint.halted = request === REQUEST.SET_FEATURE;
        return NOTHING;
      }
      default:
        throw new UsbStall();
    }
  }

  #descriptor(recipient: number, value: number): Uint8Array | undefined {
    // Descriptors of an interface's class, as HID's reports, are the device's own business.
    if (recipient !== REQUEST_TYPE.DEVICE) return undefined;
    const { description } = this.device;
    const index = value & 0xff;
    switch (value >> 8) {
      case DESCRIPTOR.DEVICE:
        return deviceDescriptor(description);
      case DESCRIPTOR.CONFIGURATION:
        if (index === 0) return configurationDescriptor(description);
        break;
      case DESCRIPTOR.STRING: {
        const text = stringDescriptor(description, index);
        if (text !== undefined) return text;
      }
    }
    throw new UsbStall();
  }
}

/** Takes what the transfer at the head has received. */
function received(endpoint: Endpoint): Uint8Array {
  const data = Buffer.concat(endpoint.received);
  endpoint.received = [];
  endpoint.length = 0;
  return data;
}

function forget(endpoint: Endpoint): void {
  endpoint.packets = [];
  endpoint.next = 0;
  received(endpoint);
}
