import {
  type DeviceDescription,
  type DevicePort,
  REQUEST_TYPE,
  type SetupPacket,
  type UsbDevice,
  UsbStall,
} from '../../src/usb/index.ts';
import { MpsseEngine } from './emulator-engine.ts';
import { EmulatorPins, type FtdiBuses } from './emulator-pins.ts';
import type { I2cLines } from './i2c-lines.ts';
import {
  BITMODE,
  endpointsOf,
  type FtdiChip,
  indexOf,
  PACKET_BYTES,
  PACKET_DATA,
  REQUEST,
  RESET,
} from './protocol.ts';

const VENDOR_CLASS = 0xff;
const NOTHING = new Uint8Array(0);
/** CTS, DSR; the transmitter is empty. */
const STATUS = [0x32, 0x60] as const;
/** ms, after a reset. */
const LATENCY_MS = 16;
/** What a missing EEPROM reads. */
const NO_EEPROM = Uint8Array.of(0xff, 0xff);

function describe(chip: FtdiChip, serialNumber: string | undefined): DeviceDescription {
  const { vendorId, productId, deviceVersion, product, channels } = chip;
  return {
    vendorId,
    productId,
    deviceVersion,
    usbVersion: 0x0200,
    class: 0,
    speed: 'high',
    maxPacketSize0: 64,
    manufacturer: 'FTDI',
    product,
    ...(serialNumber !== undefined && { serialNumber }),
    interfaces: Array.from({ length: channels }, (_, channel) => ({
      class: VENDOR_CLASS,
      subclass: VENDOR_CLASS,
      protocol: VENDOR_CLASS,
      endpoints: [
        { address: endpointsOf(channel).IN, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: endpointsOf(channel).OUT, kind: 'bulk', maxPacketSize: PACKET_BYTES },
      ],
    })),
  };
}

/** A chip of the family. Its buses are on one channel; the others have nothing on their pins. */
export class FtdiEmulator implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #channels: readonly Channel[];
  readonly #wired: number;

  constructor(chip: FtdiChip, buses: FtdiBuses, serialNumber?: string) {
    this.description = describe(chip, serialNumber);
    this.#wired = buses.channel ?? 0;
    this.#channels = Array.from(
      { length: chip.channels },
      (_, channel) => new Channel(chip, channel, channel === this.#wired ? buses : {}),
    );
  }

  /** The I2C lines of the channel with the buses, which a test may disturb. */
  get lines(): I2cLines | undefined {
    return this.#channels[this.#wired]?.lines;
  }

  plugged(port: DevicePort): void {
    for (const channel of this.#channels) channel.plugged(port);
  }

  control({ requestType, request, value, index }: SetupPacket): Uint8Array {
    if ((requestType & REQUEST_TYPE.TYPE_MASK) !== REQUEST_TYPE.VENDOR) throw new UsbStall();
    if (request === REQUEST.READ_EEPROM) return NO_EEPROM;
    const channel = this.#channels.find(({ number }) => indexOf(number) === (index & 0xff));
    const answer = (channel ?? (this.#channels[0] as Channel)).control(request, value);
    if (answer === NOTHING && (requestType & REQUEST_TYPE.IN) !== 0) throw new UsbStall();
    return answer;
  }

  received(endpoint: number, data: Uint8Array): void {
    this.#channels.find(({ endpoints }) => endpoints.OUT === endpoint)?.received(data);
  }

  wanted(endpoint: number): void {
    this.#channels.find(({ endpoints }) => endpoints.IN === endpoint)?.wanted();
  }
}

class Channel {
  readonly number: number;
  readonly endpoints: { readonly IN: number; readonly OUT: number };
  readonly #chip: FtdiChip;
  readonly #pins: EmulatorPins;
  #port: DevicePort | undefined;
  #engine: MpsseEngine | undefined;
  #latencyMs = LATENCY_MS;
  #timer: NodeJS.Timeout | undefined;
  /** Answers that fill no packet yet. */
  #answers: Uint8Array[] = [];
  #length = 0;

  constructor(chip: FtdiChip, number: number, buses: FtdiBuses) {
    this.number = number;
    this.endpoints = endpointsOf(number);
    this.#chip = chip;
    this.#pins = new EmulatorPins(buses);
  }

  get lines(): I2cLines | undefined {
    return this.#pins.lines;
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#latencyMs = LATENCY_MS;
    this.#engine = undefined;
    this.#purge();
    this.#pins.reset();
  }

  /** What it does not know it takes, as the chip does. */
  control(request: number, value: number): Uint8Array {
    switch (request) {
      case REQUEST.RESET:
        if (value !== RESET.PURGE_OUT) this.#purge();
        break;
      case REQUEST.SET_LATENCY:
        this.#latencyMs = Math.max(1, value & 0xff);
        break;
      case REQUEST.SET_BITMODE:
        this.#setMode(value >> 8);
        break;
      case REQUEST.GET_LATENCY:
        return Uint8Array.of(this.#latencyMs);
      case REQUEST.POLL_STATUS:
        return Uint8Array.from(STATUS);
      case REQUEST.READ_PINS:
        return Uint8Array.of(this.#pins.read() & 0xff);
    }
    return NOTHING;
  }

  received(data: Uint8Array): void {
    this.#engine?.feed(data);
  }

  /** After the latency it gets what there is, if only the status. */
  wanted(): void {
    this.#timer ??= setTimeout(() => this.#flush(), this.#latencyMs).unref();
  }

  #setMode(mode: number): void {
    this.#engine = undefined;
    this.#pins.reset();
    if (mode !== BITMODE.MPSSE || this.number >= this.#chip.engines) return;
    this.#engine = new MpsseEngine(
      this.#pins,
      this.#chip.hasOpenDrain,
      (bytes) => this.#answer(bytes),
      () => this.#length > 0 && this.#flush(),
    );
  }

  #purge(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#answers = [];
    this.#length = 0;
  }

  #answer(bytes: Uint8Array): void {
    this.#answers.push(bytes);
    this.#length += bytes.length;
    if (this.#length < PACKET_DATA) return;
    const all = Buffer.concat(this.#answers);
    const whole = Math.floor(all.length / PACKET_DATA) * PACKET_DATA;
    this.#sendPackets(all.subarray(0, whole));
    this.#answers = [all.subarray(whole)];
    this.#length = all.length - whole;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = Buffer.concat(this.#answers);
    this.#answers = [];
    this.#length = 0;
    this.#sendPackets(all);
  }

  /** A packet at least, and the status in front of each. */
  #sendPackets(data: Uint8Array): void {
    const parts: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < data.length; at += PACKET_DATA)
      parts.push(Uint8Array.from(STATUS), data.subarray(at, at + PACKET_DATA));
    this.#port?.send(this.endpoints.IN, Buffer.concat(parts));
  }
}
