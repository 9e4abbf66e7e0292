import {
  BusFault,
  checkI2cMessages,
  hexByte,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { clockTooSlow } from '../link/index.ts';
import { freeBus } from './bus-recovery.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import type { BusPirate5Connection } from './connection.ts';
import { DATA_MAX, I2C_HZ, MODE, type RequestOf } from './protocol.ts';

const WHO = 'a Bus Pirate 5';
const DEFAULT_HZ = 100_000;
const HZ_STEP = 1000;
const BITS_PER_BYTE = 9;

/** A request, and where what it reads goes. */
interface Part {
  readonly request: RequestOf<'data'>;
  readonly into?: Uint8Array;
}

/** The I2C bus of a Bus Pirate 5: a message, or a write and a read behind a repeated START, which one request carries. */
export class BusPirate5I2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly #connection: BusPirate5Connection;
  #hz = DEFAULT_HZ;

  constructor(connection: BusPirate5Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  setClockFrequency(hz: number): number {
    if (hz < I2C_HZ.min) throw clockTooSlow('I2C', hz, WHO, I2C_HZ.min);
    this.#hz = Math.min(I2C_HZ.max, Math.floor(hz / HZ_STEP) * HZ_STEP);
    return this.#hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const [first, second] = messages as readonly [I2cMessage, I2cMessage?];
    if (second !== undefined && (first.buf.length === 0 || first.buf.length >= DATA_MAX))
      throw new BusFault(
        'EOPNOTSUPP',
        `unsupported write of ${first.buf.length} bytes before a read: ${WHO} takes 1 to ${DATA_MAX - 1}`,
      );
    const reads = second ?? ((first.flags & I2C_M.RD) !== 0 ? first : undefined);
    const received = new Uint8Array(reads?.buf.length ?? 0);
    const parts = partsOf(first, reads, received);
    await this.#connection.use(() => this.#run(messages, parts, signal), signal);
    reads?.buf.set(received);
  }

  async #run(
    messages: readonly I2cMessage[],
    parts: readonly Part[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    await this.#begin(signal);
    let fault: BusFault | undefined;
    for (const [i, { request, into }] of parts.entries()) {
      const bytes = (request.data_write?.length ?? 0) + (request.bytes_read ?? 0);
      connection.unclean = true;
      const { error, read } = await connection.data(
        request,
        signal,
        (bytes * BITS_PER_BYTE * 1000) / this.#hz,
      );
      if (error !== undefined) {
        fault = refused(messages, i);
        break;
      }
      connection.unclean = request.stop_main !== true;
      into?.set(read);
    }
    if (fault === undefined) return;
    // The firmware sends no STOP behind what was not acknowledged.
    await connection.data({ stop_main: true }, signal);
    connection.unclean = false;
    throw fault;
  }

  /** In its mode, behind a STOP, and both lines are high: the firmware takes a line that is held low for an acknowledge. */
  async #begin(signal: AbortSignal | undefined): Promise<void> {
    const connection = this.#connection;
    const enter = async (): Promise<void> => {
      const isNew = await connection.setMode(MODE.I2C, { speed: this.#hz }, signal);
      if (isNew || connection.unclean) await connection.data({ stop_main: true }, signal);
      connection.unclean = false;
    };
    await enter();
    if (await freeBus(connection, signal)) await enter();
  }
}

/** Requests of 512 bytes each way at most; the first one has START and the address, the last one STOP. */
function partsOf(first: I2cMessage, reads: I2cMessage | undefined, received: Uint8Array): Part[] {
  const address = first.addr << 1;
  const written = reads === first ? new Uint8Array(0) : first.buf;
  const sent = Uint8Array.of(address, ...written);
  const chunks = Math.max(1, Math.ceil((reads === undefined ? sent.length : received.length) / DATA_MAX));
  return Array.from({ length: chunks }, (_, i) => {
    const [from, to] = [i * DATA_MAX, (i + 1) * DATA_MAX];
    const ends = { ...(i === 0 && { start_main: true }), ...(i === chunks - 1 && { stop_main: true }) };
    if (reads === undefined) return { request: { ...ends, data_write: sent.subarray(from, to) } };
    const into = received.subarray(from, to);
    const head = i === 0 ? { data_write: sent } : {};
    return { request: { ...ends, ...head, bytes_read: into.length }, into };
  });
}

/** The adapter says that something was not acknowledged, and not what: of a read that is the address. */
function refused([first, second]: readonly I2cMessage[], part: number): BusFault {
  const message = first as I2cMessage;
  const isRead = (message.flags & I2C_M.RD) !== 0;
  if (part === 0 && (isRead || (second === undefined && message.buf.length === 0)))
    return nackFault(message, { message: 0, byte: -1 });
  if (part > 0)
    return new BusFault('EREMOTEIO', `address ${hexByte(message.addr)} did not acknowledge one of its bytes`);
  return new BusFault(
    'ENXIO',
    `address ${hexByte(message.addr)}, or one of ${message.buf.length} bytes, was not acknowledged`,
  );
}
