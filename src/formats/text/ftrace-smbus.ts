import type { TracedSegment } from '../../trace/index.ts';
import { wholeBytes } from '../captured.ts';
import { hexBytes } from './hex-bytes.ts';

/** `a=051 f=0000 c=fa BYTE_DATA l=1 [0b]` */
const CALL = /^a=([0-9a-f]+)\s+f=([0-9a-f]+)\s+c=([0-9a-f]+)\s+(\w+)(?:\s+l=(\d+)\s+\[([^\]]*)\])?/i;
/** The count of such a block is Linux's own, and not on the wire. */
const I2C_BLOCK = 'I2C_BLOCK_DATA';
const EMPTY = new Uint8Array(0);

/** An SMBus transfer as its events tell of it (Linux include/trace/events/smbus.h). */
export class SmbusCall {
  readonly atNs: number;
  /** Whether its messages were told by events of their own: its adapter has no SMBus. */
  isCarried = false;
  readonly #address: number;
  readonly #command: number;
  readonly #protocol: string;
  readonly #isRead: boolean;
  readonly #sent: Uint8Array;
  #received: Uint8Array | undefined;

  private constructor(atNs: number, isRead: boolean, call: Fields) {
    this.atNs = atNs;
    this.#isRead = isRead;
    this.#address = call.address;
    this.#command = call.command;
    this.#protocol = call.protocol;
    this.#sent = this.#onWire(call.data);
  }

  /** @returns undefined: the event cannot be read */
  static begin(event: 'smbus_write' | 'smbus_read', text: string, atNs: number): SmbusCall | undefined {
    const fields = fieldsOf(text);
    return fields && new SmbusCall(atNs, event === 'smbus_read', fields);
  }

  /** @returns false: the event cannot be read */
  reply(text: string): boolean {
    const fields = fieldsOf(text);
    this.#received = fields && this.#onWire(fields.data);
    return fields !== undefined;
  }

  /** The messages of the protocol on the wire (SMBus 3.2, 6.5). What did not come has its least length alone. */
  segments(): readonly TracedSegment[] {
    const command = Uint8Array.of(this.#command);
    const withCommand = Buffer.concat([command, this.#sent]);
    switch (this.#protocol) {
      case 'QUICK':
        return [this.#isRead ? this.#read(0) : this.#write(EMPTY)];
      case 'BYTE':
        return [this.#isRead ? this.#read(1) : this.#write(command)];
      case 'PROC_CALL':
      case 'BLOCK_PROC_CALL':
        return [this.#write(withCommand), this.#read(2)];
      default:
        if (!this.#isRead) return [this.#write(withCommand)];
        return [this.#write(command), this.#read(this.#protocol === 'WORD_DATA' ? 2 : 1)];
    }
  }

  #onWire(data: Uint8Array): Uint8Array {
    return this.#protocol === I2C_BLOCK ? data.subarray(1) : data;
  }

  #write(bytes: Uint8Array): TracedSegment {
    return { target: this.#address, tenBit: false, sent: wholeBytes(bytes), received: undefined };
  }

  #read(length: number): TracedSegment {
    const bytes = this.#received;
    const received = bytes === undefined ? { bytes: EMPTY, length } : wholeBytes(bytes);
    return { target: this.#address, tenBit: false, sent: undefined, received };
  }
}

interface Fields {
  readonly address: number;
  readonly command: number;
  readonly protocol: string;
  readonly data: Uint8Array;
}

function fieldsOf(text: string): Fields | undefined {
  const [, address = '', , command = '', protocol = '', , data = ''] = CALL.exec(text) ?? [];
  const bytes = hexBytes(data);
  if (address === '' || bytes === undefined) return undefined;
  return {
    address: Number.parseInt(address, 16),
    command: Number.parseInt(command, 16),
    protocol,
    data: bytes,
  };
}
