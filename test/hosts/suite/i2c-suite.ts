import { describe, expect, it } from 'vitest';
import { I2C_FUNC, I2C_M, type I2cMessage } from '../../../src/bus/index.ts';
import {
  ABSENT,
  BLOCK,
  BLOCK_SENDER,
  MEMORY,
  MEMORY_TEN_BIT,
  PICKY,
  type RecordingWire,
} from '../recording-wire.ts';
import { describeIf, faultOf, itIf, type MessageSpec, nackOf, type Suite } from './controller-bench.ts';

const { RD, TEN, NOSTART, STOP, RECV_LEN, IGNORE_NAK } = I2C_M;

/** What every I2C controller has to do. */
export function describeI2c(suite: Suite): void {
  const { i2c, written, watched, forget, onlySimulated } = suite;
  const { i2c: can, long, byEdges } = suite.traits;

  const joinsAny = can.repeatedStart === 'any';

  describeIf(can.zeroLength !== 'none')('a message of no length', () => {
    it('to a part only addresses it', async () => {
      await i2c([MEMORY, 0, []]);
      watched(['W50', 'P']);
    });

    it('to nobody is ENXIO', async () => {
      expect(await faultOf(() => i2c([ABSENT, 0, []]))).toBe('ENXIO');
      watched(['W33!']);
    });

    itIf(can.zeroLength === 'any' && !byEdges)(
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
    forget();
    const [, read] = await i2c([MEMORY, 0, [0xf8]], [MEMORY, RD, 3]);
    expect([...(read as I2cMessage).buf]).toEqual([0x12, 0x34, 0x56]);
    watched(['W50', '<f8', 'R50', '>12', '>34', '>56', 'P']);
  });

  it('reads from where the part is', async () => {
    await i2c([MEMORY, 0, [0xf8, 0xa1, 0xa2]]);
    await written();
    await i2c([MEMORY, 0, [0xf8]]);
    forget();
    const [read] = await i2c([MEMORY, RD, 2]);
    expect([...(read as I2cMessage).buf]).toEqual([0xa1, 0xa2]);
    watched(['R50', '>a1', '>a2', 'P']);
  });

  itIf(joinsAny)(
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
      const written = can.nack === 'address of reads' ? undefined : 'ENXIO';
      expect(await faultOf(() => i2c([ABSENT, 0, [1]]))).toBe(written);
      expect(await faultOf(() => i2c([ABSENT, RD, 1]))).toBe('ENXIO');
      expect(await faultOf(() => i2c([ABSENT, 0, [1]], [ABSENT, RD, 4]))).toBe('ENXIO');
    });

    itIf(joinsAny)(
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

    itIf(can.nack !== 'unknown')('is told by its message', async () => {
      expect(await nackOf(() => i2c([ABSENT, RD, 3]))).toEqual({ message: 0, byte: -1 });
      if (!joinsAny) return;
      const place = await nackOf(() => i2c([MEMORY, 0, [0]], [MEMORY, RD, 3], [ABSENT, 0, [1]]));
      expect(place).toEqual({ message: 2, byte: -1 });
      expect(await nackOf(() => i2c([MEMORY, 0, [0]], [ABSENT, RD, 1]))).toEqual({
        message: 1,
        byte: -1,
      });
    });

    it('leaves the bus usable', async () => {
      await faultOf(() => i2c([ABSENT, RD, 3]));
      await i2c([MEMORY, RD, 1]);
    });
  });

  const mangles = (can.functionality & I2C_FUNC.PROTOCOL_MANGLING) !== 0;
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
        expect(await nackOf(() => i2c([PICKY, 0, [1, 2, 3, 4]]))).toEqual({ message: 0, byte: 2 });
        if (!joinsAny) return;
        const place = { message: 1, byte: 2 };
        expect(await nackOf(() => i2c([MEMORY, 0, [0]], [PICKY, 0, [1, 2, 3, 4]]))).toEqual(place);
      }),
    );

    itIf(joinsAny)(
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

    itIf(mangles)(
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
        const events = suite.bench.wire?.log ?? [];
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

  const { maxMessageLength: longest, maxWriteLength: longestWrite = longest } = can;
  it('refuses what it cannot do before anything is sent', async () => {
    if (can.zeroLength !== 'any') expect(await faultOf(() => i2c([MEMORY, RD, 0]))).toBe('EOPNOTSUPP');
    if (can.zeroLength === 'none') expect(await faultOf(() => i2c([MEMORY, 0, []]))).toBe('EOPNOTSUPP');
    if (!joinsAny) expect(await faultOf(() => i2c([MEMORY, 0, [0]], [MEMORY, 0, [1]]))).toBe('EOPNOTSUPP');
    if (!tenBit) expect(await faultOf(() => i2c([MEMORY_TEN_BIT, TEN, [1]]))).toBe('EOPNOTSUPP');
    for (const flag of mangles ? [] : [STOP, NOSTART, IGNORE_NAK, RD | RECV_LEN])
      expect(await faultOf(() => i2c([MEMORY, flag, 40]))).toBe('EOPNOTSUPP');
    if (longestWrite !== undefined)
      expect(await faultOf(() => i2c([MEMORY, 0, new Array(longestWrite + 1).fill(0)]))).toBe('EMSGSIZE');
    if (longest !== undefined)
      expect(await faultOf(() => i2c([MEMORY, 0, [1]], [MEMORY, RD, longest + 1]))).toBe('EMSGSIZE');
    watched([]);
  });

  itIf(longest !== undefined)('reads and writes its longest message', async () => {
    // A real EEPROM takes a page of eight.
    const most = suite.bench.wire === undefined ? 7 : 200;
    const data = Array.from({ length: Math.min(most, (longestWrite ?? 0) - 1) }, (_, i) => (i * 31) & 0xff);
    const at = suite.bench.wire === undefined ? 0xf8 : 0;
    await i2c([MEMORY, 0, [at, ...data]]);
    await written();
    const [, read] = await i2c([MEMORY, 0, [at]], [MEMORY, RD, Math.min(longest ?? 0, long)]);
    expect([...(read as I2cMessage).buf.subarray(0, data.length)]).toEqual(data);
  });

  describeIf(longest === undefined)('long messages', () => {
    it(
      'write 256 bytes',
      onlySimulated(async () => {
        const data = Array.from({ length: 256 }, (_, i) => (i * 31) & 0xff);
        await i2c([MEMORY, 0, [0, ...data]]);
        expect([...(suite.bench.wire as RecordingWire).memory]).toEqual(data);
        expect(suite.bench.wire?.log.filter((event) => /^[WRP]/.test(event))).toEqual(['W50', 'P']);
      }),
    );

    it('read 5000 bytes in one go', async () => {
      const [, once] = await i2c([MEMORY, 0, [0]], [MEMORY, RD, 256]);
      const [, long] = await i2c([MEMORY, 0, [0]], [MEMORY, RD, 5000]);
      const expected = Array.from({ length: 5000 }, (_, i) => (once as I2cMessage).buf[i % 256]);
      expect([...(long as I2cMessage).buf]).toEqual(expected);
      const turns = suite.bench.wire?.log.filter((event) => /^[WRP]/.test(event));
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
        expect(suite.bench.wire?.log.map((event) => event.slice(0, 1)).join('')).toBe('W<PR>P');
      }),
    );

    it(
      'I2C_M_RECV_LEN reads as much as the part says',
      onlySimulated(async () => {
        const [, read] = await i2c([BLOCK_SENDER, 0, [0x11]], [BLOCK_SENDER, RD | RECV_LEN, 33]);
        expect([...(read as I2cMessage).buf.subarray(0, 6)]).toEqual([BLOCK.length, ...BLOCK]);
        expect(suite.bench.wire?.log.filter((event) => event.startsWith('>'))).toHaveLength(1 + BLOCK.length);
        expect(suite.bench.wire?.log.at(-1)).toBe('P');
      }),
    );

    it(
      'I2C_M_RECV_LEN of an impossible length is EPROTO',
      onlySimulated(async () => {
        (suite.bench.wire as RecordingWire).memory[7] = 33;
        const specs: MessageSpec[] = [
          [MEMORY, 0, [7]],
          [MEMORY, RD | RECV_LEN, 33],
        ];
        expect(await faultOf(() => i2c(...specs))).toBe('EPROTO');
        expect(suite.bench.wire?.log.at(-1)).toBe('P');
      }),
    );
  });
}
