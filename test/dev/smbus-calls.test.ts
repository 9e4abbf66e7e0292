import { describe, expect, it } from 'vitest';
import { type I2cDev, I2cNode } from '../../src/dev/index.ts';
import { FakeI2c } from './fake-adapters.ts';

function setUp(options: { bound?: number } = {}) {
  const adapter = new FakeI2c(1);
  const node = new I2cNode(adapter, { isBound: (addr) => addr === options.bound });
  return { adapter, node, i2c: node.open() };
}

const fault = (code: string) => expect.objectContaining({ code });

describe('SMBus calls', () => {
  type Case = [
    name: string,
    sync: (i2c: I2cDev) => unknown,
    async: (i2c: I2cDev) => Promise<unknown>,
    reply: number[],
    wire: string[],
    result: unknown,
  ];
  const bytes = Uint8Array.of(7, 8);
  const cases: Case[] = [
    ['writeQuick 0', (d) => d.writeQuickSync(0x48, 0), (d) => d.writeQuick(0x48, 0), [], ['W48:'], undefined],
    [
      'writeQuick 1',
      (d) => d.writeQuickSync(0x48, 1),
      (d) => d.writeQuick(0x48, 1),
      [],
      ['R48:0'],
      undefined,
    ],
    ['readByte', (d) => d.readByteSync(0x48), (d) => d.readByte(0x48), [5], ['R48:1'], 5],
    ['writeByte', (d) => d.writeByteSync(0x48, 5), (d) => d.writeByte(0x48, 5), [], ['W48:05'], undefined],
    [
      'readByteData',
      (d) => d.readByteDataSync(0x48, 1),
      (d) => d.readByteData(0x48, 1),
      [5],
      ['W48:01', 'R48:1'],
      5,
    ],
    [
      'writeByteData',
      (d) => d.writeByteDataSync(0x48, 1, 5),
      (d) => d.writeByteData(0x48, 1, 5),
      [],
      ['W48:0105'],
      undefined,
    ],
    [
      'readWordData',
      (d) => d.readWordDataSync(0x48, 1),
      (d) => d.readWordData(0x48, 1),
      [0x34, 0x12],
      ['W48:01', 'R48:2'],
      0x1234,
    ],
    [
      'writeWordData',
      (d) => d.writeWordDataSync(0x48, 1, 0x1234),
      (d) => d.writeWordData(0x48, 1, 0x1234),
      [],
      ['W48:013412'],
      undefined,
    ],
    [
      'processCall',
      (d) => d.processCallSync(0x48, 1, 0x1234),
      (d) => d.processCall(0x48, 1, 0x1234),
      [0x78, 0x56],
      ['W48:013412', 'R48:2'],
      0x5678,
    ],
    [
      'readBlockData',
      (d) => d.readBlockDataSync(0x48, 1),
      (d) => d.readBlockData(0x48, 1),
      [2, 7, 8],
      ['W48:01', 'R48:33'],
      bytes,
    ],
    [
      'writeBlockData',
      (d) => d.writeBlockDataSync(0x48, 1, bytes),
      (d) => d.writeBlockData(0x48, 1, bytes),
      [],
      ['W48:01020708'],
      undefined,
    ],
    [
      'blockProcessCall',
      (d) => d.blockProcessCallSync(0x48, 1, bytes),
      (d) => d.blockProcessCall(0x48, 1, bytes),
      [1, 9],
      ['W48:01020708', 'R48:33'],
      Uint8Array.of(9),
    ],
    [
      'readI2cBlockData',
      (d) => d.readI2cBlockDataSync(0x48, 1, 2),
      (d) => d.readI2cBlockData(0x48, 1, 2),
      [7, 8],
      ['W48:01', 'R48:2'],
      bytes,
    ],
    [
      'writeI2cBlockData',
      (d) => d.writeI2cBlockDataSync(0x48, 1, bytes),
      (d) => d.writeI2cBlockData(0x48, 1, bytes),
      [],
      ['W48:010708'],
      undefined,
    ],
  ];

  it.each(cases)('%s', async (_, sync, async, reply, wire, result) => {
    const { adapter, i2c } = setUp();
    adapter.replies.push(reply, reply);
    expect(sync(i2c)).toEqual(result);
    if (!wire.at(-1)?.startsWith('R48:') || wire[0] === 'R48:0') adapter.replies.length = 0;
    else adapter.replies.splice(0, adapter.replies.length, reply);
    expect(await async(i2c)).toEqual(result);
    expect(adapter.seen).toEqual([wire, wire]);
  });

  it('refuse what does not fit before anything is sent', async () => {
    const { adapter, i2c } = setUp();
    for (const wrong of [
      () => i2c.readByteDataSync(0x48, 256),
      () => i2c.readByteDataSync(0x80, 0),
      () => i2c.writeByteDataSync(0x48, 0, 256),
      () => i2c.writeWordDataSync(0x48, 0, -1),
      () => i2c.writeBlockDataSync(0x48, 0, new Uint8Array(33)),
      () => i2c.readI2cBlockDataSync(0x48, 0, 33),
    ])
      expect(wrong).toThrow(fault('EINVAL'));
    await expect(i2c.writeByte(0x48, 256)).rejects.toThrow(fault('EINVAL'));
    expect(adapter.seen).toEqual([]);
  });

  it('carry a packet error code when pec is set', () => {
    const { adapter, i2c } = setUp();
    i2c.pec = true;
    // MLX90614 data sheet, 8.4.4: this word has the packet error code 0x48.
    i2c.writeWordDataSync(0x5a, 0x22, 0xc807);
    expect(adapter.seen).toEqual([['W5a:2207c848']]);
    adapter.replies.push([0xd2, 0x3a, 0x31]);
    expect(() => i2c.readWordDataSync(0x5a, 0x07)).toThrow(
      expect.objectContaining({ code: 'EBADMSG', message: expect.stringContaining('/dev/i2c-1') }),
    );
  });
});
