import { BusFault } from '../../bus/index.ts';
import type { SpiDev } from '../spi-dev.ts';
import { checkBufsiz, type SpiSegment, type TransferLengths } from '../spi-segments.ts';
import type { SpiOpenOptions } from '../spi-settings.ts';
import { CallerMemory, done, type IoctlCall, IoctlError, type IoctlStep, NOTHING } from './ioctl.ts';

/** `_IOC` (include/uapi/asm-generic/ioctl.h): direction, size, type, number. */
const IOC = { WRITE: 1, READ: 2 } as const;
const SPI_IOC_MAGIC = 0x6b;
const INT_MAX = 0x7fff_ffff;

/** spidev's requests by number (include/uapi/linux/spi/spidev.h). */
const NR = { MESSAGE: 0, MODE: 1, LSB_FIRST: 2, BITS_PER_WORD: 3, MAX_SPEED_HZ: 4, MODE32: 5 } as const;

/** `struct spi_ioc_transfer`: the same for 32-bit programs, whose pointers take 64 bits in it, too. */
const TRANSFER = {
  txBuf: 0,
  rxBuf: 8,
  len: 16,
  speedHz: 20,
  delayUsecs: 24,
  bitsPerWord: 26,
  csChange: 27,
  txNbits: 28,
  rxNbits: 29,
  wordDelayUsecs: 30,
  bytes: 32,
} as const;

/** A setting: how long it is, and how it is read and written. */
interface Setting {
  readonly bytes: 1 | 4;
  get(spi: SpiDev): number;
  set(spi: SpiDev, value: number): void;
}

const mode = (bytes: 1 | 4): Setting => ({
  bytes,
  get: (spi) => spi.mode,
  set: (spi, value) => {
    spi.mode = value;
  },
});

const SETTINGS = new Map<number, Setting>([
  [NR.MODE, mode(1)],
  [NR.MODE32, mode(4)],
  [
    NR.LSB_FIRST,
    {
      bytes: 1,
      get: (spi) => (spi.lsbFirst ? 1 : 0),
      set: (spi, value) => {
        spi.lsbFirst = value !== 0;
      },
    },
  ],
  [
    NR.BITS_PER_WORD,
    {
      bytes: 1,
      get: (spi) => spi.bitsPerWord,
      set: (spi, value) => {
        spi.bitsPerWord = value;
      },
    },
  ],
  [
    NR.MAX_SPEED_HZ,
    {
      bytes: 4,
      get: (spi) => spi.maxSpeedHz,
      set: (spi, value) => {
        spi.maxSpeedHz = value;
      },
    },
  ],
]);

/**
 * Runs one ioctl of spidev on an open device, or says what memory it needs first (drivers/spi/spidev.c).
 * @throws {BusFault} @throws {IoctlError}
 */
export function spiIoctl(spi: SpiDev, call: IoctlCall): IoctlStep {
  const direction = call.cmd >>> 30;
  const size = (call.cmd >>> 16) & 0x3fff;
  const nr = call.cmd & 0xff;
  if (((call.cmd >>> 8) & 0xff) !== SPI_IOC_MAGIC) throw new IoctlError('ENOTTY');
  const setting = SETTINGS.get(nr);
  if (setting !== undefined && size === setting.bytes && direction === IOC.READ)
    return readSetting(spi, call, setting);
  if (setting !== undefined && size === setting.bytes && direction === IOC.WRITE)
    return writeSetting(spi, call, setting);
  if (nr !== NR.MESSAGE || direction !== IOC.WRITE) throw new IoctlError('ENOTTY');
  if (size % TRANSFER.bytes !== 0)
    throw new BusFault('EINVAL', `${size} bytes are not a whole number of transfers`);
  return size === 0 ? done() : message(spi, call, size);
}

function readSetting(spi: SpiDev, call: IoctlCall, { bytes, get }: Setting): IoctlStep {
  const memory = new CallerMemory(call);
  memory.willWrite(call.arg, bytes);
  const missing = memory.missing();
  if (missing) return missing;
  const output = new Uint8Array(4);
  new DataView(output.buffer).setUint32(0, get(spi), true);
  return done(0, output.subarray(0, bytes));
}

function writeSetting(spi: SpiDev, call: IoctlCall, { bytes, set }: Setting): IoctlStep {
  const memory = new CallerMemory(call);
  const value = memory.read(call.arg, bytes);
  const missing = memory.missing();
  if (missing) return missing;
  const word = new Uint8Array(4);
  word.set(value ?? []);
  set(spi, new DataView(word.buffer).getUint32(0, true));
  return done();
}

function message(spi: SpiDev, call: IoctlCall, size: number): IoctlStep {
  const memory = new CallerMemory(call);
  const table = memory.read(call.arg, size);
  if (table === undefined) return memory.needed();
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const total = checkLengths(view, spi.limits);

  const segments: SpiSegment[] = [];
  for (let at = 0; at < size; at += TRANSFER.bytes) {
    const length = view.getUint32(at + TRANSFER.len, true);
    const tx = view.getBigUint64(at + TRANSFER.txBuf, true);
    const rx = view.getBigUint64(at + TRANSFER.rxBuf, true);
    if (rx && length > 0) memory.willWrite(rx, length);
    segments.push({
      tx: tx && length > 0 ? memory.read(tx, length) : undefined,
      rx: rx ? length : undefined,
      length,
      speedHz: view.getUint32(at + TRANSFER.speedHz, true),
      delayUs: view.getUint16(at + TRANSFER.delayUsecs, true),
      bitsPerWord: view.getUint8(at + TRANSFER.bitsPerWord),
      csChange: view.getUint8(at + TRANSFER.csChange) !== 0,
      txNbits: view.getUint8(at + TRANSFER.txNbits),
      rxNbits: view.getUint8(at + TRANSFER.rxNbits),
      wordDelayUs: view.getUint8(at + TRANSFER.wordDelayUsecs),
    });
  }
  return memory.missing() ?? done(total, joined(spi.carrySync(segments)));
}

/**
 * Before any of it is asked for, so that nobody's gigabytes are copied only to be refused.
 * @returns bytes of all transfers @throws {BusFault} `EMSGSIZE`
 */
function checkLengths(view: DataView, limits: SpiOpenOptions): number {
  const lengths: TransferLengths[] = [];
  let total = 0;
  for (let at = 0; at < view.byteLength; at += TRANSFER.bytes) {
    const length = view.getUint32(at + TRANSFER.len, true);
    const sent = view.getBigUint64(at + TRANSFER.txBuf, true) ? length : 0;
    const received = view.getBigUint64(at + TRANSFER.rxBuf, true) ? length : 0;
    lengths.push({ sent, received });
    total += length;
  }
  if (total > INT_MAX) throw new BusFault('EMSGSIZE', `message of ${total} bytes is too long`);
  checkBufsiz(lengths, limits);
  return total;
}

/** What was received, one after the other: mostly by one transfer. */
function joined(buffers: readonly Uint8Array[]): Uint8Array {
  let only: Uint8Array | undefined;
  for (const buffer of buffers) {
    if (buffer.length === 0) continue;
    if (only !== undefined) return Buffer.concat(buffers);
    only = buffer;
  }
  return only ?? NOTHING;
}
