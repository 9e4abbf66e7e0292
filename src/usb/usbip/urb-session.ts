import type { Duplex } from 'node:stream';
import type { EmulatedPort, PortTransfer, TransferStatus } from '../emulated-port.ts';
import { decodeSetup, ENDPOINT_IN } from '../requests.ts';
import {
  COMMAND,
  decodeHead,
  HEAD_BYTES,
  submitReply,
  URB_STATUS,
  type UrbHead,
  unlinkReply,
} from './format.ts';

/** No request of a host is longer: Linux's usbfs takes 16 MiB for all, drivers far less for one. */
const LENGTH_MAX = 4 << 20;
const ENDPOINT_MAX = 15;
/** Requests under way: a host that has more does not mean to read answers. */
const UNDER_WAY_MAX = 4096;

const STATUS: Record<TransferStatus, number> = {
  ok: URB_STATUS.OK,
  stall: URB_STATUS.STALL,
  overflow: URB_STATUS.OVERFLOW,
  cancelled: URB_STATUS.UNLINKED,
  unplugged: URB_STATUS.GONE,
};

/** The second phase of USB/IP: one host's requests to one device over one stream. */
export class UrbSession {
  readonly #stream: Duplex;
  readonly #port: EmulatedPort;
  /** Requests that were not answered, by number. */
  readonly #underWay = new Map<number, PortTransfer>();
  #unread: Uint8Array = new Uint8Array(0);
  /** Answers to what came at once go out at once: each write wakes the host. */
  #answers: Uint8Array[] = [];
  #receiving = false;
  #ended = false;
  /** Settles when the host has gone, the device was unplugged, or the host broke the protocol. */
  readonly ended: Promise<void>;

  /** @param early bytes that were read from the stream already */
  constructor(stream: Duplex, port: EmulatedPort, early: Uint8Array = new Uint8Array(0)) {
    this.#stream = stream;
    this.#port = port;
    this.ended = new Promise((resolve) => stream.once('close', resolve));
    stream.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    stream.on('error', () => this.close());
    stream.once('close', () => this.close());
    this.#receive(early);
  }

  /** Ends the stream: to the host, the device was unplugged. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const transfer of [...this.#underWay.values()]) this.#port.cancel(transfer);
    this.#underWay.clear();
    this.#stream.destroy();
  }

  #receive(bytes: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    this.#receiving = true;
    this.#takeAll();
    this.#receiving = false;
    this.#flush();
  }

  #takeAll(): void {
    while (!this.#ended && this.#unread.length >= HEAD_BYTES) {
      const head = decodeHead(this.#unread);
      if (!isValid(head) || this.#underWay.size >= UNDER_WAY_MAX) {
        this.close();
        return;
      }
      const sent = head.command === COMMAND.SUBMIT && head.direction === 'out' ? head.length : 0;
      if (this.#unread.length < HEAD_BYTES + sent) return;
      const data = this.#unread.slice(HEAD_BYTES, HEAD_BYTES + sent);
      this.#unread = this.#unread.subarray(HEAD_BYTES + sent);
      if (head.command === COMMAND.SUBMIT) this.#submit(head, data);
      else this.#unlink(head);
    }
  }

  #submit({ seqnum, direction, endpoint, length, setup }: UrbHead, data: Uint8Array): void {
    const isIn = direction === 'in';
    const transfer: PortTransfer = {
      endpoint: endpoint === 0 ? 0 : endpoint | (isIn ? ENDPOINT_IN : 0),
      ...(endpoint === 0 && { setup: decodeSetup(setup) }),
      data,
      length: isIn ? length : 0,
      done: (status, received) => {
        // After an unlink was answered the number means nothing to the kernel: it would drop the connection.
        if (!this.#underWay.delete(seqnum) || this.#ended) return;
        if (status === 'unplugged') return this.close();
        const actual = isIn ? received.length : status === 'ok' ? data.length : 0;
        this.#write(submitReply(seqnum, STATUS[status], actual, isIn ? received : new Uint8Array(0)));
      },
    };
    this.#underWay.set(seqnum, transfer);
    this.#port.submit(transfer);
  }

  #unlink({ seqnum, victim }: UrbHead): void {
    const transfer = this.#underWay.get(victim);
    this.#underWay.delete(victim);
    const unlinked = transfer !== undefined && this.#port.cancel(transfer);
    this.#write(unlinkReply(seqnum, unlinked));
  }

  #write(bytes: Uint8Array): void {
    this.#answers.push(bytes);
    if (!this.#receiving) this.#flush();
  }

  /** A host that does not read its answers is not read from. */
  #flush(): void {
    const [first, ...others] = this.#answers;
    if (first === undefined || this.#ended) return;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#answers);
    this.#answers = [];
    if (this.#stream.write(bytes)) return;
    this.#stream.pause();
    this.#stream.once('drain', () => this.#stream.resume());
  }
}

function isValid({ command, length, endpoint, packets }: UrbHead): boolean {
  if (command === COMMAND.UNLINK) return true;
  const isochronous = packets > 0;
  return (
    command === COMMAND.SUBMIT &&
    length >= 0 &&
    length <= LENGTH_MAX &&
    endpoint <= ENDPOINT_MAX &&
    !isochronous
  );
}
