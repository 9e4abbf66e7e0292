import {
  BusFault,
  blockCountFault,
  countedLength,
  hexByte,
  I2C_M,
  type I2cMessage,
  nackFault,
  SMBUS_BLOCK_MAX,
} from '../../src/bus/index.ts';

/** What a transaction is made of on the wire, for adapters that make START, bytes and STOP one by one. */
export type I2cMove = { readonly kind: 'start' } | { readonly kind: 'stop' } | I2cWriteMove | I2cReadMove;

export interface I2cWriteMove {
  readonly kind: 'write';
  readonly bytes: Uint8Array;
  /** The fault that a NACK of byte `at` is; undefined: it is passed over. */
  refused(at: number): BusFault | undefined;
}

export interface I2cReadMove {
  readonly kind: 'read';
  readonly into: Uint8Array;
  /** Which bytes are acknowledged; `unclocked`: there is not even a clock for it (`I2C_M_NO_RD_ACK`). */
  readonly acks: 'all' | 'all but the last' | 'unclocked';
}

/** First byte of a ten-bit address: `11110` A9 A8 R/W (UM10204 3.1.11). */
const TEN_BIT_PREFIX = 0xf0;

/**
 * A write of this few bytes names a register; the read that follows it is sent along at once. Should the
 * part refuse the register, the read is on its way already and runs, for nothing.
 */
const REGISTER_BYTES = 2;

/**
 * The moves of a transaction, in runs: each is sent only when the one before it was carried out. What a message writes
 * is one run, so bytes behind a refused one may be sent, and nobody hears them.
 * @throws {BusFault} `EINVAL` a buffer too short for a block; `EPROTO` a part that sends an impossible length
 */
export function* i2cRuns(messages: readonly I2cMessage[]): Generator<readonly I2cMove[]> {
  for (const message of messages) checkBlockBuffer(message);
  let run: I2cMove[] = [];
  for (const [i, message] of messages.entries()) {
    const next = messages[i + 1];
    const { flags, buf } = message;
    const stops = next === undefined || (flags & I2C_M.STOP) !== 0;
    if ((flags & I2C_M.RD) === 0) run.push(...written(message, i, buf));
    else {
      run.push(...written(message, i, NOTHING));
      if ((flags & I2C_M.RECV_LEN) !== 0) {
        yield [...run, { kind: 'read', into: buf.subarray(0, 1), acks: 'all' }];
        run = yield* countedRead(message);
      } else if (buf.length > 0) run.push(readMove(message, buf));
    }
    if (stops) run.push({ kind: 'stop' });
    else if (namesRegister(message, next)) continue;
    yield run;
    run = [];
  }
}

const NOTHING = new Uint8Array(0);

/** What is read behind the count, which was acknowledged already. */
function* countedRead(message: I2cMessage): Generator<readonly I2cMove[], I2cMove[]> {
  const { addr, buf } = message;
  const fault = blockCountFault(buf[0] as number, 1, hexByte(addr));
  if (fault === undefined) return [readMove(message, buf.subarray(1, countedLength(buf)))];
  // The part sends its next byte: only a refused one lets go of the bus.
  yield [{ kind: 'read', into: new Uint8Array(1), acks: 'all but the last' }];
  throw fault;
}

function readMove({ flags }: I2cMessage, into: Uint8Array): I2cReadMove {
  return { kind: 'read', into, acks: flags & I2C_M.NO_RD_ACK ? 'unclocked' : 'all but the last' };
}

/** START, the address and `data`, as far as the message has them. */
function written(message: I2cMessage, i: number, data: Uint8Array): I2cMove[] {
  const { flags } = message;
  const address = (flags & I2C_M.NOSTART) === 0 ? addressBytes(message) : [];
  const refused = (at: number) => refusal(message, i, at - address.length);
  const write = (bytes: readonly number[]): I2cMove[] =>
    bytes.length === 0 ? [] : [{ kind: 'write', bytes: Uint8Array.from(bytes), refused }];
  // Documentation/i2c/i2c-protocol.rst: at the beginning NOSTART leaves out the address only.
  const start: I2cMove[] = address.length > 0 || i === 0 ? [{ kind: 'start' }] : [];
  const moves = [...start, ...write([...address, ...data])];
  const [high, low] = address;
  if ((flags & I2C_M.RD) === 0 || high === undefined || low === undefined) return moves;
  // To read, the first byte of a ten-bit address is repeated behind a repeated START.
  return [...moves, { kind: 'start' }, ...write([high | 1])];
}

/** @throws {BusFault} `EINVAL` a block read has no room for the longest block */
export function checkBlockBuffer({ flags, buf }: I2cMessage): void {
  if ((flags & I2C_M.RECV_LEN) !== 0 && buf.length < 1 + SMBUS_BLOCK_MAX) {
    throw new BusFault(
      'EINVAL',
      `invalid buffer of ${buf.length} bytes for a block read: expected at least ${1 + SMBUS_BLOCK_MAX}`,
    );
  }
}

/** Whether `next` may be sent before it is known that `message` was acknowledged. */
export function namesRegister(message: I2cMessage, next: I2cMessage): boolean {
  const mangled = ~(I2C_M.RD | I2C_M.TEN | I2C_M.STOP | I2C_M.RECV_LEN);
  return (
    message.addr === next.addr &&
    ((message.flags | next.flags) & mangled) === 0 &&
    (message.flags & (I2C_M.RD | I2C_M.TEN)) === 0 &&
    (next.flags & (I2C_M.RD | I2C_M.TEN | I2C_M.RECV_LEN)) === I2C_M.RD &&
    message.buf.length <= REGISTER_BYTES
  );
}

/** The two bytes of a ten-bit address, for writing. */
export function tenBitBytes(addr: number): [high: number, low: number] {
  return [TEN_BIT_PREFIX | ((addr >> 7) & 0x06), addr & 0xff];
}

/** The address of a message as bytes; of a ten-bit one the direction is that of writing. */
export function addressBytes({ addr, flags }: I2cMessage): readonly number[] {
  if ((flags & I2C_M.TEN) !== 0) return tenBitBytes(addr);
  const reading = ((flags & I2C_M.RD) !== 0) !== ((flags & I2C_M.REV_DIR_ADDR) !== 0);
  return [(addr << 1) | (reading ? 1 : 0)];
}

/** The fault that a NACK means: on data byte `at` of the `i`th message, or on its address when that is negative. */
export function refusal(message: I2cMessage, i: number, at: number): BusFault | undefined {
  if ((message.flags & I2C_M.IGNORE_NAK) !== 0) return undefined;
  return nackFault(message, { message: i, byte: Math.max(at, -1) });
}

/**
 * Whether bytes were read and all are 0, which is what a bus whose SDA is held looks like too. A part whose last byte is not
 * refused may hold SDA by right.
 */
export function readsZeros(messages: readonly I2cMessage[]): boolean {
  if (messages.some(({ flags }) => (flags & I2C_M.NO_RD_ACK) !== 0)) return false;
  const read = messages.filter(({ flags, buf }) => (flags & I2C_M.RD) !== 0 && buf.length > 0);
  return read.length > 0 && read.every(({ buf }) => buf.every((byte) => byte === 0));
}
