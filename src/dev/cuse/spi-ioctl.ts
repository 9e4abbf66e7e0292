import { BusFault } from '../../bus/index.ts';
import type { SpiDev } from '../spi-dev.ts';
import { checkBufsiz, type SpiSegment } from '../spi-segments.ts';
import { CallerMemory, done, type IoctlCall, IoctlError, type IoctlStep } from './ioctl.ts';

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

/** A transfer as the caller describes it. */
interface Description {
  readonly length: number;
  /** 0: nothing is sent, or received. */
  readonly tx: bigint;
  readonly rx: bigint;
  readonly settings: SpiSegment;
}

function describe(view: DataView, at: number): Description {
  const u8 = (offset: number) => view.getUint8(at + offset);
  return {
    length: view.getUint32(at + TRANSFER.len, true),
    tx: view.getBigUint64(at + TRANSFER.txBuf, true),
    rx: view.getBigUint64(at + TRANSFER.rxBuf, true),
    settings: {
      speedHz: view.getUint32(at + TRANSFER.speedHz, true),
      delayUs: view.getUint16(at + TRANSFER.delayUsecs, true),
      bitsPerWord: u8(TRANSFER.bitsPerWord),
      csChange: u8(TRANSFER.csChange) !== 0,
      txNbits: u8(TRANSFER.txNbits),
      rxNbits: u8(TRANSFER.rxNbits),
      wordDelayUs: u8(TRANSFER.wordDelayUsecs),
    },
  };
}

function message(spi: SpiDev, call: IoctlCall, size: number): IoctlStep {
  const memory = new CallerMemory(call);
  const table = memory.read(call.arg, size);
  if (table === undefined) return memory.needed();
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const descriptions: Description[] = [];
  for (let at = 0; at < size; at += TRANSFER.bytes) descriptions.push(describe(view, at));
  const total = descriptions.reduce((sum, { length }) => sum + length, 0);
  if (total > INT_MAX) throw new BusFault('EMSGSIZE', `message of ${total} bytes is too long`);
  // Before any of it is asked for, so that nobody's gigabytes are copied only to be refused.
  checkBufsiz(
    descriptions.map(({ length, tx, rx }) => ({ sent: tx ? length : 0, received: rx ? length : 0 })),
    spi.limits,
  );

  const segments = descriptions.map(({ length, tx, rx, settings }): SpiSegment => {
    if (rx && length > 0) memory.willWrite(rx, length);
    const data = tx && length > 0 ? memory.read(tx, length) : undefined;
    return { ...settings, length, ...(data && { tx: data }), ...(rx && { rx: length }) };
  });
  const missing = memory.missing();
  if (missing) return missing;
  return done(total, Buffer.concat(spi.transferSync(segments).buffers));
}
