import {
  BusFault,
  I2C_M,
  type I2cMessage,
  SMBUS,
  SMBUS_BLOCK_MAX,
  SMBUS_DATA_LENGTH,
  type SmbusProtocol,
} from '../../bus/index.ts';
import type { I2cDev } from '../i2c-dev.ts';
import { I2C_MAX_LENGTH, I2C_MAX_MESSAGES, receivedLength } from '../i2c-segments.ts';
import { CallerMemory, done, type IoctlCall, IoctlError, type IoctlStep } from './ioctl.ts';
import { OutputGuess } from './output-guess.ts';

/** Requests of i2c-dev (include/uapi/linux/i2c-dev.h). */
const I2C_IOCTL = {
  RETRIES: 0x0701,
  TIMEOUT: 0x0702,
  SLAVE: 0x0703,
  TENBIT: 0x0704,
  FUNCS: 0x0705,
  SLAVE_FORCE: 0x0706,
  RDWR: 0x0707,
  PEC: 0x0708,
  SMBUS: 0x0720,
} as const;

const INT_MAX = 0x7fff_ffff;
/** Unit of `I2C_TIMEOUT`. */
const TIMEOUT_UNIT_MS = 10;
const SMBUS_READ = 1;

/** Structures of 64-bit programs, and of 32-bit ones. */
const LAYOUT = {
  in64Bits: {
    pointer: 8,
    funcs: 8,
    rdwr: { msgs: 0, nmsgs: 8, bytes: 16 },
    message: { addr: 0, flags: 2, len: 4, buf: 8, bytes: 16 },
    smbus: { readWrite: 0, command: 1, size: 4, data: 8, bytes: 16 },
  },
  in32Bits: {
    pointer: 4,
    funcs: 4,
    rdwr: { msgs: 0, nmsgs: 4, bytes: 8 },
    message: { addr: 0, flags: 2, len: 4, buf: 8, bytes: 12 },
    smbus: { readWrite: 0, command: 1, size: 4, data: 8, bytes: 12 },
  },
} as const;

type Layout = (typeof LAYOUT)[keyof typeof LAYOUT];

/** A file that a program opened. */
export interface I2cFile {
  readonly i2c: I2cDev;
  /** Where results of its SMBus calls go. */
  readonly guess: OutputGuess;
}

export function i2cFile(i2c: I2cDev): I2cFile {
  return { i2c, guess: new OutputGuess(SMBUS_DATA_LENGTH) };
}

/**
 * Runs one ioctl of i2c-dev on an open node, or says what memory it needs first (drivers/i2c/i2c-dev.c).
 * @throws {BusFault} @throws {IoctlError}
 */
export function i2cIoctl({ i2c, guess }: I2cFile, call: IoctlCall): IoctlStep {
  const layout = call.is32Bit ? LAYOUT.in32Bits : LAYOUT.in64Bits;
  switch (call.cmd) {
    case I2C_IOCTL.SLAVE:
    case I2C_IOCTL.SLAVE_FORCE:
      i2c.setAddress(number(call.arg), { force: call.cmd === I2C_IOCTL.SLAVE_FORCE });
      return done();
    case I2C_IOCTL.TENBIT:
      i2c.tenBit = call.arg !== 0n;
      return done();
    case I2C_IOCTL.PEC:
      i2c.pec = call.arg !== 0n;
      return done();
    case I2C_IOCTL.RETRIES:
      i2c.retries = limited(call.arg);
      return done();
    case I2C_IOCTL.TIMEOUT:
      i2c.timeoutMs = limited(call.arg) * TIMEOUT_UNIT_MS;
      return done();
    case I2C_IOCTL.FUNCS:
      return functionality(i2c, call, layout);
    case I2C_IOCTL.RDWR:
      return rdwr(i2c, call, layout);
    case I2C_IOCTL.SMBUS:
      return smbus(i2c, guess, call, layout);
    default:
      throw new IoctlError('ENOTTY');
  }
}

/** An argument as a number; what is too large for one is out of every range anyway. */
function number(arg: bigint): number {
  return Number(arg & 0xffff_ffff_ffff_ffffn);
}

function limited(arg: bigint): number {
  if (arg > BigInt(INT_MAX)) throw new BusFault('EINVAL', `invalid argument ${arg}: larger than an int`);
  return Number(arg);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pointer(view: DataView, offset: number, layout: Layout): bigint {
  return layout.pointer === 8 ? view.getBigUint64(offset, true) : BigInt(view.getUint32(offset, true));
}

function functionality(i2c: I2cDev, call: IoctlCall, layout: Layout): IoctlStep {
  const memory = new CallerMemory(call);
  memory.willWrite(call.arg, layout.funcs);
  const missing = memory.missing();
  if (missing) return missing;
  const output = new Uint8Array(layout.funcs);
  viewOf(output).setUint32(0, i2c.functionality, true);
  return done(0, output);
}

/** A message and what the caller has where its data belongs. */
interface Planned {
  readonly message: I2cMessage;
  /** Of a message whose length the part says: the caller's buffer, of which only a part is overwritten. */
  readonly whole: Uint8Array | undefined;
}

function rdwr(i2c: I2cDev, call: IoctlCall, layout: Layout): IoctlStep {
  const memory = new CallerMemory(call);
  const head = memory.read(call.arg, layout.rdwr.bytes);
  if (head === undefined) return memory.needed();
  const headView = viewOf(head);
  const messagesAt = pointer(headView, layout.rdwr.msgs, layout);
  const count = headView.getUint32(layout.rdwr.nmsgs, true);
  if (messagesAt === 0n || count === 0 || count > I2C_MAX_MESSAGES)
    throw new BusFault('EINVAL', `invalid number of messages ${count}: expected 1 to ${I2C_MAX_MESSAGES}`);
  const table = memory.read(messagesAt, count * layout.message.bytes);
  if (table === undefined) return memory.needed();

  const view = viewOf(table);
  const planned: Planned[] = [];
  for (let i = 0; i < count; i++) {
    const plan = planMessage(view, i * layout.message.bytes, layout, memory);
    if (plan !== undefined) planned.push(plan);
  }
  const missing = memory.missing();
  if (missing) return missing;
  for (const { message, whole } of planned) checkRecvLen(message, whole);

  const messages = planned.map(({ message, whole }) =>
    // The first byte of such a buffer says how many bytes there are besides the block's own.
    whole === undefined ? message : { ...message, buf: new Uint8Array(32 + (whole[0] ?? 0)) },
  );
  i2c.transferMessagesSync(messages);
  const output: Uint8Array[] = [];
  planned.forEach(({ whole }, i) => {
    const message = messages[i] as I2cMessage;
    if (!(message.flags & I2C_M.RD)) return;
    const received = message.buf.subarray(0, receivedLength(message));
    output.push(received);
    if (whole !== undefined) output.push(whole.subarray(received.length));
  });
  return done(count, Buffer.concat(output));
}

/** Reads a message's description and its data; undefined when that must be asked for. */
function planMessage(view: DataView, at: number, layout: Layout, memory: CallerMemory): Planned | undefined {
  const { message } = layout;
  const addr = view.getUint16(at + message.addr, true);
  const flags = view.getUint16(at + message.flags, true);
  const length = view.getUint16(at + message.len, true);
  const buf = pointer(view, at + message.buf, layout);
  if (length > I2C_MAX_LENGTH)
    throw new BusFault(
      'EINVAL',
      `message of ${length} bytes is too long: expected at most ${I2C_MAX_LENGTH}`,
    );
  const reading = (flags & I2C_M.RD) !== 0;
  const counted = (flags & I2C_M.RECV_LEN) !== 0;
  if (counted && (!reading || length < 1)) throw new BusFault('EINVAL', 'I2C_M_RECV_LEN is only for reads');
  if (reading && length > 0) {
    // Else the kernel would say so only after the transfer.
    if (buf === 0n) throw new IoctlError('EFAULT');
    memory.willWrite(buf, length);
  }
  if (reading && !counted) return { message: { addr, flags, buf: new Uint8Array(length) }, whole: undefined };
  const data = length === 0 ? new Uint8Array(0) : memory.read(buf, length);
  if (data === undefined) return undefined;
  return { message: { addr, flags, buf: data }, whole: counted ? data : undefined };
}

function checkRecvLen(message: I2cMessage, whole: Uint8Array | undefined): void {
  if (whole === undefined) return;
  const extra = whole[0] ?? 0;
  if (extra < 1 || message.buf.length < extra + SMBUS_BLOCK_MAX)
    throw new BusFault('EINVAL', `a block of unknown length needs 32 bytes and ${extra}, at least one`);
}

/** How much of `union i2c_smbus_data` a protocol has. */
function dataLength(protocol: number): number {
  if (protocol === SMBUS.BYTE || protocol === SMBUS.BYTE_DATA) return 1;
  if (protocol === SMBUS.WORD_DATA || protocol === SMBUS.PROC_CALL) return 2;
  return SMBUS_DATA_LENGTH;
}

function smbus(i2c: I2cDev, guess: OutputGuess, call: IoctlCall, layout: Layout): IoctlStep {
  const memory = new CallerMemory(call);
  const head = memory.read(call.arg, layout.smbus.bytes);
  if (head === undefined) {
    guess.announce(call, memory);
    return memory.needed();
  }
  const view = viewOf(head);
  const readWrite = view.getUint8(layout.smbus.readWrite);
  const command = view.getUint8(layout.smbus.command);
  const size = view.getUint32(layout.smbus.size, true);
  const dataAt = pointer(view, layout.smbus.data, layout);
  if (size > SMBUS.I2C_BLOCK_DATA) throw new BusFault('EINVAL', `invalid SMBus protocol ${size}`);
  if (readWrite > SMBUS_READ)
    throw new BusFault('EINVAL', `invalid SMBus direction ${readWrite}: expected 0 or 1`);
  const given = size as SmbusProtocol;
  const read = readWrite === SMBUS_READ;
  const data = new Uint8Array(SMBUS_DATA_LENGTH);

  if (given === SMBUS.QUICK || (given === SMBUS.BYTE && !read)) {
    const missing = memory.missing();
    if (missing) return missing;
    i2c.smbusSync({ read, command, protocol: given, data });
    return done();
  }
  if (dataAt === 0n) throw new BusFault('EINVAL', 'the call has no data');
  const length = dataLength(given);
  const bothWays = given === SMBUS.PROC_CALL || given === SMBUS.BLOCK_PROC_CALL;
  const argument =
    bothWays || !read || given === SMBUS.I2C_BLOCK_DATA ? memory.read(dataAt, length) : undefined;
  const hasResult = bothWays || read;
  // What was guessed right for a call without argument is all that is needed.
  const hasRoom = hasResult && guess.isRight(call, dataAt) && argument === undefined;
  if (hasResult && !hasRoom) memory.willWrite(dataAt, length);
  const missing = memory.missing();
  if (missing) return missing;

  if (argument !== undefined) data.set(argument);
  // Programs of before Linux 2.6.23 always ask for 32 bytes.
  const old = given === SMBUS.I2C_BLOCK_BROKEN;
  if (old && read) data[0] = 32;
  i2c.smbusSync({ read, command, protocol: old ? SMBUS.I2C_BLOCK_DATA : given, data });
  return done(0, hasResult ? data.subarray(0, length) : undefined);
}
