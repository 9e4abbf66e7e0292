import type { NackPlace } from '../../bus/index.ts';
import type { TracedSegment } from '../../trace/index.ts';
import { addMessage, type FoundTransfer, wholeBytes } from '../captured.ts';

/** A transaction, or what there is of one. */
export interface FoundI2c {
  readonly atNs: number;
  readonly transfer: FoundTransfer;
}

interface Message {
  target: number;
  tenBit: boolean;
  readonly read: boolean;
  readonly bytes: number[];
  /** Bytes of the address that are still to come. */
  addressLeft: number;
}

/** A byte and its acknowledge. */
const BITS = 9;

/** Finds the transactions on SCL and SDA. */
export class I2cDecoder {
  readonly #bus: number;
  readonly #found: (found: FoundI2c) => void;
  #scl = true;
  #sda = true;
  #bits: boolean[] = [];
  #messages: Message[] | undefined;
  #nack: NackPlace | undefined;
  #beganNs = 0;
  /** Transactions that end within a byte. */
  broken = 0;

  constructor(bus: number, found: (found: FoundI2c) => void, idle: { scl: boolean; sda: boolean }) {
    this.#bus = bus;
    this.#found = found;
    this.#scl = idle.scl;
    this.#sda = idle.sda;
  }

  /** The levels from now on. */
  step(atNs: number, scl: boolean, sda: boolean): void {
    const [before, wasHigh] = [this.#scl, this.#sda];
    this.#scl = scl;
    this.#sda = sda;
    if (before && scl && sda !== wasHigh) {
      if (sda) this.#stop(atNs);
      else this.#start(atNs);
    } else if (!before && scl) this.#bit(sda);
  }

  #start(atNs: number): void {
    this.#cutByte();
    if (this.#messages === undefined) {
      this.#messages = [];
      this.#beganNs = atNs;
      this.#nack = undefined;
    }
    this.#bits = [];
    this.#isAddressNext = true;
  }

  #isAddressNext = false;

  /** SCL rises once before a repeated START and before STOP: that is no bit. */
  #cutByte(): void {
    if (this.#messages !== undefined && this.#bits.length > 1) this.broken++;
    this.#bits = [];
  }

  #bit(high: boolean): void {
    if (this.#messages === undefined) return;
    this.#bits.push(high);
    if (this.#bits.length < BITS) return;
    const byte = this.#bits.slice(0, 8).reduce((sum, bit) => sum * 2 + (bit ? 1 : 0), 0);
    const acknowledged = this.#bits[8] === false;
    this.#bits = [];
    this.#byte(byte, acknowledged, this.#messages);
  }

  #byte(byte: number, acknowledged: boolean, messages: Message[]): void {
    let message = messages.at(-1);
    if (this.#isAddressNext || message === undefined) {
      this.#isAddressNext = false;
      message = messageOf(byte, messages);
      if (!acknowledged) this.#nack ??= { message: messages.length - 1, byte: -1 };
      return;
    }
    if (message.addressLeft > 0) {
      message.addressLeft--;
      message.target |= byte;
      if (!acknowledged) this.#nack ??= { message: messages.length - 1, byte: -1 };
      return;
    }
    message.bytes.push(byte);
    // Who reads does not acknowledge the last byte: that is no fault.
    if (!acknowledged && !message.read)
      this.#nack ??= { message: messages.length - 1, byte: message.bytes.length - 1 };
  }

  #stop(atNs: number): void {
    this.#cutByte();
    const messages = this.#messages;
    this.#messages = undefined;
    if (messages === undefined || messages.length === 0) return;
    const nack = this.#nack;
    const fault = nack === undefined ? undefined : nack.byte < 0 ? 'ENXIO' : 'EREMOTEIO';
    const segments = messages.map(segmentOf);
    this.#found({
      atNs: this.#beganNs,
      transfer: {
        ...{ bus: this.#bus, segments, fault, wireNs: atNs - this.#beganNs },
        ...(nack !== undefined && { nack }),
      },
    });
  }
}

/** Adds the message that an address begins. */
function messageOf(byte: number, messages: Message[]): Message {
  const read = (byte & 1) === 1;
  const isTenBit = (byte & 0xf8) === 0xf0;
  const before = messages.at(-1);
  if (isTenBit && read && before?.tenBit && before.bytes.length === 0 && !before.read) {
    // The write that only carries the address belongs to the read.
    messages.pop();
    const message = { ...before, read: true };
    messages.push(message);
    return message;
  }
  if (isTenBit && read && before?.tenBit) {
    const message: Message = { ...before, read, bytes: [], addressLeft: 0 };
    addMessage(messages, message);
    return message;
  }
  const target = isTenBit ? (byte & 6) << 7 : byte >> 1;
  const message: Message = { target, tenBit: isTenBit, read, bytes: [], addressLeft: isTenBit ? 1 : 0 };
  addMessage(messages, message);
  return message;
}

function segmentOf({ target, tenBit, read, bytes }: Message): TracedSegment {
  const data = wholeBytes(bytes);
  return { target, tenBit, sent: read ? undefined : data, received: read ? data : undefined };
}
