import { BusFault } from './errno.ts';
import { I2C_FUNC, I2C_M, type I2cMessage } from './i2c.ts';
import type { LineCapabilities } from './lines.ts';
import type { SpiCapabilities } from './spi.ts';
import type { LineFault } from './wire-faults.ts';
import { hexByte } from './words.ts';

/** What an I2C adapter can do. All that it cannot is refused with `EOPNOTSUPP` or `EMSGSIZE` before the wire. */
export interface I2cCapabilities {
  /** `I2C_FUNC` bits; `TENBIT_ADDR` says whether it has ten-bit addresses. */
  readonly functionality: number;
  /** Which messages it joins by a repeated START: any, one write and one read of the same address, or none. */
  readonly repeatedStart: 'any' | 'write then read' | 'none';
  /** Which messages may have no data. */
  readonly zeroLength: 'any' | 'writes' | 'none';
  /** Longest message in bytes; undefined: no limit known. */
  readonly maxMessageLength?: number;
  /** Longest message that is written, where that is less. */
  readonly maxWriteLength?: number;
  /** Clocks in Hz: a list, or the lowest and the highest; undefined: nothing to choose. */
  readonly clocksHz?: readonly number[] | { readonly min: number; readonly max: number };
  /** Whether it waits for a part that holds SCL low. */
  readonly stretching: boolean;
  /**
   * What becomes of a bus whose SDA a part holds low: it is clocked free, up to nine pulses while SDA is watched and STOP behind them,
   * and `EBUSY` where that does not help; `EBUSY` at once; the same, at the first transfer alone; it is not seen; or whoever drives the
   * bus for the adapter says. Default: not seen.
   */
  readonly heldSda?:
    | 'clocked free'
    | 'EBUSY'
    | 'EBUSY at opening'
    | 'not seen'
    | 'as its driver'
    | 'as its host';
  /** Injected faults of the lines that its emulator shows to who drives it as the adapter does; default: none. */
  readonly lineFaults?: readonly LineFault[];
  /** How long it waits for a part that holds SCL low, in ms, where that is less than the time-out of the bus. */
  readonly sclTimeoutMs?: number;
  /**
   * Which NACKs it tells: of each byte, of the address alone, of the address of what is read alone (a write that nobody heard is
   * no fault then), of the address or of some byte, by how many were moved before it, or it is not known.
   */
  readonly nack:
    | 'each byte'
    | 'address only'
    | 'address of reads'
    | 'address, or some byte'
    | 'address or data'
    | 'unknown';
}

/** A kind of adapter, as the table of adapters shows it. */
export interface AdapterSheet {
  readonly title: string;
  readonly compatible: string;
  readonly i2c?: I2cCapabilities;
  readonly spi?: SpiCapabilities;
  /** How many GPIO lines it offers. */
  readonly lines?: number;
  /** What they can do, where a GPIO controller of a board can be on it. */
  readonly gpio?: LineCapabilities;
  /** USB round trips of a write of one byte and a read of two behind it: answers that are waited for, one after another. */
  readonly roundTrips?: number;
  /** Who other than dtbus has judged its emulator. */
  readonly judges: string;
}

/** Flags that need `PROTOCOL_MANGLING`. */
const MANGLING = I2C_M.NO_RD_ACK | I2C_M.IGNORE_NAK | I2C_M.REV_DIR_ADDR | I2C_M.STOP;

/**
 * Refuses a transaction that the adapter cannot carry, before anything is sent.
 * @throws {BusFault} `EOPNOTSUPP`, `EMSGSIZE`, `EINVAL` an address out of range
 */
export function checkI2cMessages(
  capabilities: I2cCapabilities,
  messages: readonly I2cMessage[],
  adapter: string,
): void {
  for (const message of messages) checkMessage(capabilities, message, adapter);
  const { repeatedStart } = capabilities;
  if (messages.length < 2 || repeatedStart === 'any') return;
  const [first, second, ...more] = messages;
  const joined =
    more.length === 0 &&
    first?.addr === second?.addr &&
    !((first?.flags ?? 0) & I2C_M.RD) &&
    ((second?.flags ?? 0) & I2C_M.RD) !== 0;
  if (repeatedStart === 'write then read' && joined) return;
  const can =
    repeatedStart === 'none' ? 'one message' : 'one message, or a write and a read of the same address';
  throw new BusFault(
    'EOPNOTSUPP',
    `unsupported transaction of ${messages.length} messages: ${adapter} takes ${can}`,
  );
}

function checkMessage(
  capabilities: I2cCapabilities,
  { addr, flags, buf }: I2cMessage,
  adapter: string,
): void {
  const ten = (flags & I2C_M.TEN) !== 0;
  const refuse = (what: string): never => {
    throw new BusFault('EOPNOTSUPP', `${adapter} cannot do ${what}`);
  };
  const { functionality, zeroLength, maxMessageLength, maxWriteLength = maxMessageLength } = capabilities;
  if (ten && !(functionality & I2C_FUNC.TENBIT_ADDR)) refuse('ten-bit addresses');
  if (!(addr >= 0 && addr <= (ten ? 0x3ff : 0x7f)))
    throw new BusFault('EINVAL', `invalid ${ten ? 'ten' : 'seven'}-bit I2C address ${hexByte(addr)}`);
  if (flags & MANGLING && !(functionality & I2C_FUNC.PROTOCOL_MANGLING))
    refuse(`flags ${hexByte(flags & MANGLING)}`);
  if (flags & I2C_M.NOSTART && !(functionality & I2C_FUNC.NOSTART)) refuse('messages without START');
  if (flags & I2C_M.RECV_LEN && !(functionality & I2C_FUNC.SMBUS_READ_BLOCK_DATA))
    refuse('reads of unknown length');
  const reads = (flags & I2C_M.RD) !== 0;
  if (buf.length === 0 && (zeroLength === 'none' || (zeroLength === 'writes' && reads)))
    refuse(`${reads ? 'reads' : 'writes'} without data`);
  const longest = reads ? maxMessageLength : maxWriteLength;
  if (longest !== undefined && buf.length > longest)
    throw new BusFault(
      'EMSGSIZE',
      `message of ${buf.length} bytes is too long: ${adapter} takes at most ${longest}`,
    );
}
