import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import {
  BusFault,
  type Errno,
  I2C_FUNC,
  I2C_M,
  type I2cCapabilities,
  type I2cController,
  type I2cMessage,
  type NackPlace,
  SPI_MODE,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import { spiTransfer } from '../sim/support.ts';
import {
  ABSENT,
  BLOCK,
  BLOCK_SENDER,
  FLASH_ID,
  MEMORY,
  MEMORY_TEN_BIT,
  PICKY,
  type RecordingWire,
} from './recording-wire.ts';

/** A pair of controllers under test and what they are wired to. */
export interface ControllerBench {
  /** Missing where the adapter has none: see `ControllerTraits`. */
  readonly i2c?: I2cController;
  readonly spi?: SpiController;
  /** What the controllers are wired to; missing on real hardware: a 24c02 at 0x50 and a W25Q flash there. */
  readonly wire?: RecordingWire;
  /** What can happen to an adapter; missing where there is none. */
  readonly adapter?: {
    /** It says nothing any more, until `answer`. */
    hang(): void;
    answer(): void;
    unplug(): void;
    /** Plugs it in again and opens it. */
    replug(): Promise<void>;
  };
  close(): Promise<void>;
}

/** What kind of controllers they are; without further words they can do all. */
export interface ControllerTraits {
  readonly hasI2c?: boolean;
  readonly hasSpi?: boolean;
  readonly spiModes?: readonly number[];
  /** A clock that they can do. */
  readonly spiSpeedHz?: number;
  /** What it says that it can do: all else has to be refused. */
  readonly i2c?: I2cCapabilities;
}

const EVERYTHING: I2cCapabilities = {
  functionality: 0xffff_ffff,
  repeatedStart: 'any',
  zeroLength: 'any',
  stretching: true,
  nack: 'each byte',
};

const { RD, TEN, NOSTART, STOP, RECV_LEN, IGNORE_NAK } = I2C_M;

/** Real EEPROMs are busy for 5 ms after a write and acknowledge nothing. */
const POLLS = 100;

type MessageSpec = readonly [addr: number, flags: number, data: readonly number[] | number];

/**
 * What every controller has to do, whatever it is made of. Runs on simulations, on emulated adapters and on
 * real ones; where the wire can be watched, it is.
 */
export function describeControllers(
  name: string,
  makeBench: () => Promise<ControllerBench>,
  {
    hasI2c = true,
    hasSpi = true,
    spiModes = [0, 1, 2, 3],
    spiSpeedHz = 1_000_000,
    i2c: can = EVERYTHING,
  }: ControllerTraits = {},
): void {
  describe(name, () => {
    let bench: ControllerBench;
    beforeAll(async () => {
      bench = await makeBench();
    });
    afterAll(() => bench?.close());
    beforeEach(() => {
      if (bench.wire !== undefined) bench.wire.log = [];
    });

    const watched = (events: readonly string[]): void => {
      if (bench.wire !== undefined) expect(bench.wire.log).toEqual(events);
    };
    /** For what only the parts of the recording wire do. */
    const onlySimulated =
      (run: () => Promise<void>) =>
      async ({ skip }: TestContext): Promise<void> => {
        if (bench.wire === undefined) skip('no part on the desk does this');
        else await run();
      };

    async function i2c(...specs: MessageSpec[]): Promise<I2cMessage[]> {
      const messages = specs.map(([addr, flags, data]) => ({
        addr,
        flags,
        buf: typeof data === 'number' ? new Uint8Array(data) : Uint8Array.from(data),
      }));
      await bench.i2c?.transfer(messages);
      return messages;
    }

    /** Waits until a real EEPROM has finished its write. */
    async function written(): Promise<void> {
      if (bench.wire !== undefined) return;
      for (let i = 0; i < POLLS; i++) {
        if ((await faultOf(() => i2c([MEMORY, 0, []]))) === undefined) return;
      }
    }

    describeIf(hasI2c)('I2C', () => {
      describe('a message of no length', () => {
        it('to a part only addresses it', async () => {
          await i2c([MEMORY, 0, []]);
          watched(['W50', 'P']);
        });

        it('to nobody is ENXIO', async () => {
          expect(await faultOf(() => i2c([ABSENT, 0, []]))).toBe('ENXIO');
          watched(['W33!']);
        });

        itIf(can.zeroLength === 'any')(
          'may also be a read',
          onlySimulated(async () => {
            await i2c([MEMORY, RD, 0]);
            watched(['R50', 'P']);
          }),
        );
      });

      it('writes, and reads back by a repeated START', async () => {
        await i2c([MEMORY, 0, [0xf8, 0x12, 0x34, 0x56]]);
        await written();
        watched(['W50', '<f8', '<12', '<34', '<56', 'P']);
        if (bench.wire !== undefined) bench.wire.log = [];
        const [, read] = await i2c([MEMORY, 0, [0xf8]], [MEMORY, RD, 3]);
        expect([...(read as I2cMessage).buf]).toEqual([0x12, 0x34, 0x56]);
        watched(['W50', '<f8', 'R50', '>12', '>34', '>56', 'P']);
      });

      it('reads from where the part is', async () => {
        await i2c([MEMORY, 0, [0xf8, 0xa1, 0xa2]]);
        await written();
        await i2c([MEMORY, 0, [0xf8]]);
        if (bench.wire !== undefined) bench.wire.log = [];
        const [read] = await i2c([MEMORY, RD, 2]);
        expect([...(read as I2cMessage).buf]).toEqual([0xa1, 0xa2]);
        watched(['R50', '>a1', '>a2', 'P']);
      });

      it(
        'joins messages to several parts to one transaction',
        onlySimulated(async () => {
          await i2c([MEMORY, 0, [0x00, 0x0e]], [PICKY, RD, 1], [MEMORY, 0, [0x00]], [MEMORY, RD, 1]);
          const last = ['W50', '<00', 'R50', '>0e', 'P'];
          // Both parts are told of the STOP.
          watched(['W50', '<00', '<0e', 'R51', '>77', ...last, 'P']);
        }),
      );

      describe('an address that nobody acknowledges', () => {
        it('is ENXIO, reading as well as writing', async () => {
          expect(await faultOf(() => i2c([ABSENT, 0, [1]]))).toBe('ENXIO');
          expect(await faultOf(() => i2c([ABSENT, RD, 1]))).toBe('ENXIO');
          expect(await faultOf(() => i2c([ABSENT, 0, [1]], [ABSENT, RD, 4]))).toBe('ENXIO');
        });

        it(
          'ends the transaction, and the bus is free',
          onlySimulated(async () => {
            const specs: MessageSpec[] = [
              [MEMORY, 0, [0x00, 1, 2]],
              [ABSENT, 0, [5]],
              [MEMORY, 0, [0x00, 9]],
            ];
            expect(await faultOf(() => i2c(...specs))).toBe('ENXIO');
            watched(['W50', '<00', '<01', '<02', 'W33!', 'P']);
          }),
        );

        it('is told by its message', async () => {
          expect(await nackOf(() => i2c([ABSENT, RD, 3]))).toEqual({ message: 0, byte: -1 });
          const place = await nackOf(() => i2c([MEMORY, 0, [0]], [MEMORY, RD, 3], [ABSENT, 0, [1]]));
          expect(place).toEqual({ message: 2, byte: -1 });
          expect(await nackOf(() => i2c([MEMORY, 0, [0]], [ABSENT, RD, 1]))).toEqual({
            message: 1,
            byte: -1,
          });
        });

        it('leaves the bus usable', async () => {
          await faultOf(() => i2c([ABSENT, RD, 3]));
          await i2c([MEMORY, 0, []]);
        });
      });

      const tellsOfData = can.nack === 'each byte' || can.nack === 'address or data';
      describeIf(tellsOfData)('a byte that the part does not acknowledge', () => {
        it(
          'is EREMOTEIO; what came before it has arrived',
          onlySimulated(async () => {
            expect(await faultOf(() => i2c([PICKY, 0, [1, 2, 3]]))).toBe('EREMOTEIO');
            watched(['W51', '<01', '<02', '<03!', 'P']);
          }),
        );

        it(
          'is told by its message and place',
          onlySimulated(async () => {
            const place = { message: 1, byte: 2 };
            expect(await nackOf(() => i2c([MEMORY, 0, [0]], [PICKY, 0, [1, 2, 3, 4]]))).toEqual(place);
          }),
        );

        it(
          'keeps the messages after it from running',
          onlySimulated(async () => {
            const specs: MessageSpec[] = [
              [PICKY, 0, [1, 2, 3]],
              [PICKY, RD, 2],
              [MEMORY, 0, [0, 0]],
            ];
            expect(await faultOf(() => i2c(...specs))).toBe('EREMOTEIO');
            watched(['W51', '<01', '<02', '<03!', 'P']);
          }),
        );

        it(
          'is passed over with I2C_M_IGNORE_NAK',
          onlySimulated(async () => {
            await i2c([PICKY, IGNORE_NAK, [1, 2, 3]], [ABSENT, IGNORE_NAK, []]);
            watched(['W51', '<01', '<02', '<03!', 'W33!', 'P']);
          }),
        );
      });

      const tenBit = (can.functionality & I2C_FUNC.TENBIT_ADDR) !== 0;
      describeIf(tenBit)('ten-bit addresses (UM10204 3.1.11)', () => {
        it(
          'write and read',
          onlySimulated(async () => {
            const [, , read] = await i2c(
              [MEMORY_TEN_BIT, TEN, [0x20, 0xbe, 0xef]],
              [MEMORY_TEN_BIT, TEN, [0x20]],
              [MEMORY_TEN_BIT, TEN | RD, 2],
            );
            expect([...(read as I2cMessage).buf]).toEqual([0xbe, 0xef]);
            const events = bench.wire?.log ?? [];
            expect(events.slice(0, 4)).toEqual(['W2a5', '<20', '<be', '<ef']);
            // A controller may or may not repeat the whole address before it turns round.
            expect(events.filter((event) => event !== 'W2a5').slice(3)).toEqual([
              '<20',
              'R2a5',
              '>be',
              '>ef',
              'P',
            ]);
          }),
        );

        it('that nobody acknowledges are ENXIO', async () => {
          expect(await faultOf(() => i2c([0x3a5, TEN, [1]]))).toBe('ENXIO');
          expect(await faultOf(() => i2c([0x3a5, TEN | RD, 1]))).toBe('ENXIO');
        });
      });

      it('takes no address that is too long', async () => {
        expect(await faultOf(() => i2c([0x80, 0, []]))).toBe('EINVAL');
        expect(await faultOf(() => i2c([0x400, TEN, []]))).toBe(tenBit ? 'EINVAL' : 'EOPNOTSUPP');
      });

      const mangles = (can.functionality & I2C_FUNC.PROTOCOL_MANGLING) !== 0;
      const { maxMessageLength: longest } = can;
      it('refuses what it cannot do before anything is sent', async () => {
        if (can.zeroLength !== 'any') expect(await faultOf(() => i2c([MEMORY, RD, 0]))).toBe('EOPNOTSUPP');
        if (can.zeroLength === 'none') expect(await faultOf(() => i2c([MEMORY, 0, []]))).toBe('EOPNOTSUPP');
        if (!tenBit) expect(await faultOf(() => i2c([MEMORY_TEN_BIT, TEN, [1]]))).toBe('EOPNOTSUPP');
        for (const flag of mangles ? [] : [STOP, NOSTART, IGNORE_NAK, RD | RECV_LEN])
          expect(await faultOf(() => i2c([MEMORY, flag, 40]))).toBe('EOPNOTSUPP');
        if (longest !== undefined)
          expect(await faultOf(() => i2c([MEMORY, 0, [1]], [MEMORY, RD, longest + 1]))).toBe('EMSGSIZE');
        watched([]);
      });

      itIf(longest !== undefined)('reads and writes its longest message', async () => {
        const data = Array.from({ length: Math.min(200, (longest ?? 0) - 1) }, (_, i) => (i * 31) & 0xff);
        await i2c([MEMORY, 0, [0, ...data]]);
        const [, read] = await i2c([MEMORY, 0, [0]], [MEMORY, RD, longest ?? 0]);
        expect([...(read as I2cMessage).buf.subarray(0, data.length)]).toEqual(data);
      });

      describeIf(longest === undefined)('long messages', () => {
        it(
          'write 256 bytes',
          onlySimulated(async () => {
            const data = Array.from({ length: 256 }, (_, i) => (i * 31) & 0xff);
            await i2c([MEMORY, 0, [0, ...data]]);
            expect([...(bench.wire as RecordingWire).memory]).toEqual(data);
            expect(bench.wire?.log.filter((event) => /^[WRP]/.test(event))).toEqual(['W50', 'P']);
          }),
        );

        it('read 5000 bytes in one go', async () => {
          const [, once] = await i2c([MEMORY, 0, [0]], [MEMORY, RD, 256]);
          const [, long] = await i2c([MEMORY, 0, [0]], [MEMORY, RD, 5000]);
          const expected = Array.from({ length: 5000 }, (_, i) => (once as I2cMessage).buf[i % 256]);
          expect([...(long as I2cMessage).buf]).toEqual(expected);
          const turns = bench.wire?.log.filter((event) => /^[WRP]/.test(event));
          if (turns !== undefined) expect(turns).toEqual(['W50', 'R50', 'P', 'W50', 'R50', 'P']);
        });
      });

      describeIf(mangles)('flags (Documentation/i2c/i2c-protocol.rst)', () => {
        it(
          'I2C_M_NOSTART goes on without START and address',
          onlySimulated(async () => {
            await i2c([MEMORY, 0, [0x40, 1]], [MEMORY, NOSTART, [2, 3]]);
            watched(['W50', '<40', '<01', '<02', '<03', 'P']);
          }),
        );

        it(
          'I2C_M_STOP ends the transaction between two messages',
          onlySimulated(async () => {
            await i2c([MEMORY, STOP, [0x40]], [MEMORY, RD, 1]);
            expect(bench.wire?.log.map((event) => event.slice(0, 1)).join('')).toBe('W<PR>P');
          }),
        );

        it(
          'I2C_M_RECV_LEN reads as much as the part says',
          onlySimulated(async () => {
            const [, read] = await i2c([BLOCK_SENDER, 0, [0x11]], [BLOCK_SENDER, RD | RECV_LEN, 33]);
            expect([...(read as I2cMessage).buf.subarray(0, 6)]).toEqual([BLOCK.length, ...BLOCK]);
            expect(bench.wire?.log.filter((event) => event.startsWith('>'))).toHaveLength(1 + BLOCK.length);
            expect(bench.wire?.log.at(-1)).toBe('P');
          }),
        );

        it(
          'I2C_M_RECV_LEN of an impossible length is EPROTO',
          onlySimulated(async () => {
            (bench.wire as RecordingWire).memory[7] = 33;
            const specs: MessageSpec[] = [
              [MEMORY, 0, [7]],
              [MEMORY, RD | RECV_LEN, 33],
            ];
            expect(await faultOf(() => i2c(...specs))).toBe('EPROTO');
            expect(bench.wire?.log.at(-1)).toBe('P');
          }),
        );
      });
    });

    describeIf(hasSpi)('SPI', () => {
      const spi = (mode: number, ...transfers: Partial<SpiTransfer>[]) =>
        spiOf(bench).transfer(
          0,
          mode,
          transfers.map((fields) => spiTransfer({ txNbits: 0, rxNbits: 0, speedHz: spiSpeedHz, ...fields })),
        );
      const bytes = (...values: number[]) => Uint8Array.from(values);

      it('sends and receives at the same time', async () => {
        const rx = new Uint8Array(4);
        await spi(0, { tx: bytes(0x9f, 0, 0, 0), rx });
        if (bench.wire !== undefined) expect([...rx.subarray(1)]).toEqual(FLASH_ID);
        else expect(rx[1]).not.toBe(0xff);
        watched(['[0', '9f', '00', '00', '00', ']']);
      });

      it('sends, then receives, while the chip stays selected', async () => {
        const rx = new Uint8Array(3);
        const whole = new Uint8Array(7);
        await spi(0, { tx: bytes(3, 0, 0x12, 0x34) }, { rx });
        await spi(0, { tx: bytes(3, 0, 0x12, 0x34, 0, 0, 0), rx: whole });
        expect([...rx]).toEqual([...whole.subarray(4)]);
        const edges = bench.wire?.log.filter((event) => /[[\]]/.test(event));
        if (edges !== undefined) expect(edges).toEqual(['[0', ']', '[0', ']']);
      });

      it.each(spiModes)('works in mode %i', async (mode) => {
        // W25Q data sheet: modes 0 and 3.
        if (bench.wire === undefined && (mode === 1 || mode === 2)) return;
        const rx = new Uint8Array(3);
        await spi(mode, { tx: bytes(0x9f) }, { rx });
        if (bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
        expect(bench.wire?.log[0]).toBe(bench.wire && `[${mode}`);
      });

      describe('cs_change', () => {
        it(
          'between transfers deselects and selects again',
          onlySimulated(async () => {
            await spi(0, { tx: bytes(1), csChange: true }, { tx: bytes(2) }, { tx: bytes(3) });
            watched(['[0', '01', ']', '[0', '02', '03', ']']);
          }),
        );

        it('on the last transfer leaves the chip selected for the next message', async () => {
          const rx = new Uint8Array(3);
          await spi(0, { tx: bytes(0x9f), csChange: true });
          watched(['[0', '9f']);
          await spi(0, { rx });
          if (bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
          else expect(rx[0]).not.toBe(0xff);
          expect(bench.wire?.log.at(-1)).toBe(bench.wire && ']');
          expect(bench.wire?.log.filter((event) => event === '[0')).toEqual(bench.wire && ['[0']);
        });

        it(
          'ends with deselect()',
          onlySimulated(async () => {
            await spi(0, { tx: bytes(1), csChange: true });
            await spiOf(bench).deselect();
            watched(['[0', '01', ']']);
            await spiOf(bench).deselect();
            watched(['[0', '01', ']']);
          }),
        );

        it(
          'does not survive a fault',
          onlySimulated(async () => {
            await spi(0, { tx: bytes(1), csChange: true });
            expect(await faultOf(() => spi(0, { tx: bytes(1), rx: new Uint8Array(2) }))).toBe('EINVAL');
            watched(['[0', '01', ']']);
          }),
        );

        itIf(spiModes.includes(3))(
          'does not survive a change of mode',
          onlySimulated(async () => {
            await spi(0, { tx: bytes(1), csChange: true });
            await spi(3, { tx: bytes(2) });
            watched(['[0', '01', ']', '[3', '02', ']']);
          }),
        );
      });

      describe('words (struct spi_transfer: in memory little-endian)', () => {
        it(
          'of 16 bits go out with their high byte first',
          onlySimulated(async () => {
            const words = Uint16Array.of(0x1234, 0xabcd);
            const rx = new Uint16Array(2);
            const view = (array: Uint16Array) => new Uint8Array(array.buffer);
            await spi(0, { tx: view(words), rx: view(rx), bitsPerWord: 16 });
            watched(['[0', '12', '34', 'ab', 'cd', ']']);
            expect([...rx]).toEqual([0xedcb, 0x5432]);
          }),
        );

        it(
          'of 32 bits likewise',
          onlySimulated(async () => {
            const words = Uint32Array.of(0x0102_0304);
            await spi(0, { tx: new Uint8Array(words.buffer), bitsPerWord: 32 });
            watched(['[0', '01', '02', '03', '04', ']']);
          }),
        );

        it(
          'go out the other way round with LSB_FIRST',
          onlySimulated(async () => {
            const rx = new Uint8Array(2);
            await spi(SPI_MODE.LSB_FIRST, { tx: bytes(0x01, 0x3c), rx });
            watched(['[0', '80', '3c', ']']);
            expect([...rx]).toEqual([0xfe, 0xc3]);
          }),
        );

        it('that are not whole are EINVAL', async () => {
          expect(await faultOf(() => spi(0, { tx: bytes(1, 2, 3), bitsPerWord: 16 }))).toBe('EINVAL');
        });
      });

      describe('long transfers', () => {
        it('read 10000 bytes', async () => {
          const rx = new Uint8Array(10_000);
          await spi(0, { tx: bytes(3, 0, 0, 0) }, { rx });
          const tail = new Uint8Array(100);
          await spi(0, { tx: bytes(3, 0, 9900 >> 8, 9900 & 0xff) }, { rx: tail });
          expect([...rx.subarray(9900)]).toEqual([...tail]);
          if (bench.wire !== undefined) expect([...rx]).toEqual([...bench.wire.flash.subarray(0, 10_000)]);
        });

        it(
          'write 10000 bytes',
          onlySimulated(async () => {
            const tx = Uint8Array.from({ length: 10_000 }, (_, i) => (i % 251) | 4);
            await spi(0, { tx });
            const sent = (bench.wire as RecordingWire).log
              .slice(1, -1)
              .map((byte) => Number.parseInt(byte, 16));
            expect(sent).toEqual([...tx]);
          }),
        );

        it(
          'exchange 1000 bytes',
          onlySimulated(async () => {
            const tx = Uint8Array.from({ length: 1000 }, (_, i) => (i % 251) | 4);
            const rx = new Uint8Array(1000);
            await spi(0, { tx, rx });
            expect([...rx]).toEqual([...tx].map((byte) => ~byte & 0xff));
          }),
        );
      });

      it('has no more chip selects than it says', async () => {
        const { chipSelects } = spiOf(bench).capabilities;
        const beyond = () => spiOf(bench).transfer(chipSelects, 0, [spiTransfer({ tx: bytes(0) })]);
        expect(await faultOf(beyond)).toBe('EINVAL');
      });

      itIf(hasI2c)('serves both buses in turn', async () => {
        const rx = new Uint8Array(3);
        for (let i = 0; i < 3; i++) {
          await i2c([MEMORY, 0, []]);
          await spi(0, { tx: bytes(0x9f) }, { rx });
          if (bench.wire !== undefined) expect([...rx]).toEqual(FLASH_ID);
        }
      });
    });

    describe('when the adapter fails', () => {
      const onlyAdapters =
        (run: (adapter: NonNullable<ControllerBench['adapter']>) => Promise<void>) =>
        async ({ skip }: TestContext) => {
          if (bench.adapter !== undefined && bench.wire !== undefined) await run(bench.adapter);
          else skip('there is no adapter that could be made to fail');
        };
      const write = (signal?: AbortSignal) =>
        faultOf(() =>
          bench.i2c === undefined
            ? spiOf(bench).transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0, 1, 2) })], signal)
            : bench.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0, 1, 2) }], signal),
        );
      const readFlash = (signal?: AbortSignal) =>
        faultOf(() =>
          spiOf(bench).transfer(
            0,
            0,
            [spiTransfer({ tx: Uint8Array.of(3, 0, 0, 0) }), spiTransfer({ rx: new Uint8Array(9000) })],
            signal,
          ),
        );

      itIf(hasI2c)(
        'the deadline ends an I2C transfer with ETIMEDOUT, and the next one works',
        onlyAdapters(async (adapter) => {
          const deadline = new AbortController();
          bench.wire?.atNextEvent(() => {
            adapter.hang();
            deadline.abort();
          });
          expect(await write(deadline.signal)).toBe('ETIMEDOUT');
          adapter.answer();
          const [, read] = await i2c([MEMORY, 0, [0, 5]], [MEMORY, RD, 1]);
          expect(read?.buf).toHaveLength(1);
          expect(bench.wire?.log.at(-1)).toBe('P');
        }),
      );

      itIf(hasSpi)(
        'the deadline ends an SPI transfer with ETIMEDOUT, and the next one works',
        onlyAdapters(async (adapter) => {
          const deadline = new AbortController();
          bench.wire?.atNextEvent(() => {
            adapter.hang();
            deadline.abort();
          });
          expect(await readFlash(deadline.signal)).toBe('ETIMEDOUT');
          adapter.answer();
          expect(await readFlash()).toBeUndefined();
          expect(bench.wire?.log.at(-1)).toBe(']');
        }),
      );

      it(
        'a deadline that has passed already sends nothing',
        onlyAdapters(async () => {
          await write();
          if (bench.wire !== undefined) bench.wire.log = [];
          expect(await write(AbortSignal.abort())).toBe('ETIMEDOUT');
          watched([]);
          expect(await write()).toBeUndefined();
        }),
      );

      it(
        'unplugged in the middle of a transfer it is ENODEV, until it is plugged in again',
        onlyAdapters(async (adapter) => {
          bench.wire?.atNextEvent(() => adapter.unplug());
          expect(await write()).toBe('ENODEV');
          expect(await write()).toBe('ENODEV');
          if (hasSpi) expect(await readFlash()).toBe('ENODEV');
          await adapter.replug();
          expect(await write()).toBeUndefined();
          if (!hasSpi) return;
          bench.wire?.atNextEvent(() => adapter.unplug());
          expect(await readFlash()).toBe('ENODEV');
          await adapter.replug();
          expect(await readFlash()).toBeUndefined();
        }),
      );
    });
  });
}

/** `describe` where the controller can do it at all. */
function describeIf(can: boolean): (name: string, body: () => void) => void {
  return can ? describe : () => {};
}

/** `it` where the controller can do it at all. */
function itIf(can: boolean): (name: string, body: (context: TestContext) => Promise<void>) => void {
  return can ? it : () => {};
}

function spiOf({ spi }: ControllerBench): SpiController {
  if (spi === undefined) throw new Error('this bench has no SPI');
  return spi;
}

/** What a fault's errno is, or `undefined` when `body` succeeds; synchronous controllers throw. */
export async function faultOf(body: () => unknown): Promise<Errno | undefined> {
  return (await thrownBy(body))?.code;
}

/** Where something was not acknowledged. */
async function nackOf(body: () => unknown): Promise<NackPlace | undefined> {
  return (await thrownBy(body))?.nack;
}

async function thrownBy(body: () => unknown): Promise<BusFault | undefined> {
  try {
    await body();
  } catch (error) {
    if (error instanceof BusFault) return error;
    throw error;
  }
  return undefined;
}
