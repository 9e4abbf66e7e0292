import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Board, BoardError, type BoardOptions, openBoard } from '../../src/board/index.ts';

const DEMO = 'dts/demo.dts';
const ID = Uint8Array.of(0x9f, 0, 0, 0);
/** JEDEC id of a W25Q80 (Winbond data sheet, 8.1.1): manufacturer EFh, device 4014h; the first byte comes while the command is sent. */
const W25Q80 = [0xff, 0xef, 0x40, 0x14];

let directory: string;
let board: Board | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtbus-'));
});
afterEach(async () => {
  await board?.close();
  board = undefined;
  rmSync(directory, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function open(path: string, options: BoardOptions = {}): Promise<Board> {
  board = await openBoard(path, options);
  return board;
}

const temperature = (addr: number) => [
  { addr, write: Uint8Array.of(0) },
  { addr, read: 2 },
];

describe('the demo board, its back-end in a thread of its own', () => {
  it('reads the LM75 and the flash synchronously and asynchronously', async () => {
    const demo = await open(DEMO);
    demo.part('&temp').set('temperature', -12.5);
    const i2c = demo.open('/dev/i2c-1');
    // LM75: nine bits of half degrees, left-justified: -12.5 °C is -25 half degrees, 0xf38.
    const expected = [Uint8Array.of(0xf3, 0x80)];
    expect(i2c.transferSync(temperature(0x48))).toEqual(expected);
    await expect(i2c.transfer(temperature(0x48))).resolves.toEqual(expected);
    const flash = demo.open('/dev/spidev0.0');
    expect([...flash.transferSync([{ tx: ID, rx: 4 }]).rx]).toEqual(W25Q80);
    expect([...(await flash.transfer([{ tx: ID, rx: 4 }])).rx]).toEqual(W25Q80);
  });

  it('gives the same over serialport on the emulated Bus Pirate', async () => {
    const demo = await open(DEMO);
    demo.part('&wired_temp').set('temperature', 31.5);
    const i2c = demo.open('/dev/i2c-2');
    // TMP102: twelve bits of 1/16 degree, left-justified: 31.5 °C is 504, 0x1f8.
    const expected = [Uint8Array.of(0x1f, 0x80)];
    expect(i2c.transferSync(temperature(0x49))).toEqual(expected);
    await expect(i2c.transfer(temperature(0x49))).resolves.toEqual(expected);
    const flash = demo.open('/dev/spidev1.0');
    expect([...flash.transferSync([{ tx: ID, rx: 4 }]).rx]).toEqual(W25Q80);
    expect([...(await flash.transfer([{ tx: ID, rx: 4 }])).rx]).toEqual(W25Q80);
  });

  it('has real and simulated parts on one bus, even in one transaction', async () => {
    const demo = await open(DEMO);
    demo.part('&spare_temp').set('temperature', 1);
    const i2c = demo.open('/dev/i2c-2');
    const read = i2c.transferSync([...temperature(0x49), ...temperature(0x4a)]);
    expect(read).toEqual([Uint8Array.of(25, 0), Uint8Array.of(1, 0)]);
  });

  it('says why and where a transfer failed', async () => {
    const i2c = (await open(DEMO)).open('/dev/i2c-1');
    expect(() => i2c.transferSync([{ addr: 0x21, read: 1 }])).toThrowError(
      expect.objectContaining({
        code: 'ENXIO',
        message: expect.stringContaining('/dev/i2c-1, address 0x21'),
      }),
    );
  });

  it('lists buses with what carries them and what answers', async () => {
    const demo = await open(DEMO);
    await demo.settled();
    const buses = demo.buses().map(({ nodes, state, peripherals }) => ({
      nodes,
      state,
      answers: peripherals.map((c) => c.answeredBy),
    }));
    expect(buses).toEqual([
      { nodes: ['/dev/i2c-1'], state: 'open', answers: ['model', 'model', 'model', 'model'] },
      { nodes: ['/dev/i2c-2'], state: 'open', answers: ['wire', 'wire', 'model'] },
      { nodes: ['/dev/spidev0.0'], state: 'open', answers: ['model'] },
      { nodes: ['/dev/spidev1.0'], state: 'open', answers: ['wire'] },
    ]);
  });

  it('comes back from a suspend', async () => {
    const demo = await open(DEMO);
    const i2c = demo.open('/dev/i2c-1');
    demo.virtio.freeze();
    expect(() => i2c.transferSync(temperature(0x48))).toThrowError(
      expect.objectContaining({ code: 'ESHUTDOWN' }),
    );
    demo.virtio.restore();
    expect(i2c.transferSync(temperature(0x48))).toEqual([Uint8Array.of(25, 0)]);
  });

  it('fails transfers after it was closed instead of hanging', async () => {
    const demo = await open(DEMO);
    const i2c = demo.open('/dev/i2c-1');
    await demo.close();
    expect(() => i2c.transferSync(temperature(0x48))).toThrowError(
      expect.objectContaining({ code: 'ENODEV' }),
    );
    expect(() => demo.open('/dev/i2c-1')).toThrow('ENODEV: the board is closed');
  });
});

describe('parts', () => {
  it('are found by path, alias and label, and read and set like fields', async () => {
    const demo = await open(DEMO, { backEnd: 'inline' });
    const temp = demo.part('/i2c/temp@48');
    temp['temperature'] = 40;
    expect(demo.part('&temp')['temperature']).toBe(40);
    expect(demo.part('i2c1/temp@48').get('temperature')).toBe(40);
  });

  it('refuse what they cannot sense, and names that they do not have', async () => {
    const demo = await open(DEMO);
    const temp = demo.part('&temp');
    expect(() => temp.set('temperature', 1000)).toThrow(/expected -55 to/);
    expect(() => demo.part('&nobody')).toThrow(
      /not found: simulated part &nobody; the board has: .*\/i2c\/temp@48/,
    );
  });

  it('can be saved, changed and put back', async () => {
    const demo = await open(DEMO);
    const i2c = demo.open('/dev/i2c-1');
    const eeprom = demo.part('&eeprom');
    const empty = eeprom.snapshot();
    i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 1, 2, 3) }]);
    eeprom.restore(empty);
    expect(
      i2c.transferSync([
        { addr: 0x50, write: Uint8Array.of(0) },
        { addr: 0x50, read: 3 },
      ]),
    ).toEqual([Uint8Array.of(0xff, 0xff, 0xff)]);
  });

  it('live in a time that a test steps', async () => {
    const demo = await open(DEMO, { clock: 'stepped' });
    const i2c = demo.open('/dev/i2c-1');
    const ready = () => i2c.transferSync([{ addr: 0x50, write: new Uint8Array(0) }]);
    i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 1) }]);
    // 24C02: a write takes up to 5 ms (tWR), and the part does not acknowledge before its end.
    expect(ready).toThrowError(expect.objectContaining({ code: 'ENXIO' }));
    demo.advance(5e6);
    expect(ready).not.toThrow();
  });

  it('ends a poll on a clock that nobody steps, after as many polls as fit', async () => {
    const demo = await open(DEMO, { clock: 'stepped' });
    const i2c = demo.open('/dev/i2c-1');
    i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 1) }]);
    let polls = 0;
    for (let busy = true; busy; ) {
      polls++;
      try {
        i2c.transferSync([{ addr: 0x50, write: new Uint8Array(0) }]);
        busy = false;
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'ENXIO' });
      }
    }
    // 11 bits at 100 kHz: the k-th address has arrived (k - 1) * 110 + 100 µs after the write, 5000 µs at k = 46.
    expect(polls).toBe(46);
  });

  it('keep what they hold in a file, written when the board closes', async () => {
    const path = file(
      'board.dts',
      `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
        eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "eeprom.bin"; }; }; };`,
    );
    const first = await open(path);
    first.open('/dev/i2c-0').transferSync([{ addr: 0x50, write: Uint8Array.of(4, 0xca, 0xfe) }]);
    await first.close();
    expect([...readFileSync(join(directory, 'eeprom.bin')).subarray(3, 7)]).toEqual([0xff, 0xca, 0xfe, 0xff]);
  });

  it("may be the user's own, in a file that the tree names", async () => {
    file(
      'answer.mjs',
      `export const models = [{ compatible: ['acme,answer'], bus: 'i2c', title: 'Answer', properties: [],
        create: () => ({ state: {}, addresses: [0x42], reset() {}, start: () => true, write: (d) => d.length, read: (into) => into.fill(42), stop() {} }) }];`,
    );
    const path = file(
      'board.dts',
      `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
        answer@42 { compatible = "acme,answer"; reg = <0x42>; dtbus,model = "./answer.mjs"; }; }; };`,
    );
    const own = await open(path);
    expect(own.open('/dev/i2c-0').transferSync([{ addr: 0x42, read: 1 }])).toEqual([Uint8Array.of(42)]);
  });
});

describe('boards that are not well', () => {
  const bus = (name: string, more: string) =>
    `${name} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${more} };`;
  const good = bus('i2c-good', 'temp@48 { compatible = "national,lm75"; reg = <0x48>; };');

  it.each([
    [
      'a file that is not there',
      () => 'nowhere.dts',
      /board not found: nowhere\.dts; use --board FILE, DTBUS_BOARD or openBoard\(FILE\)$/,
    ],
    ['a folder', () => directory, /is a folder: name the device tree in it/],
    [
      'a file that is neither',
      () => file('some.bin', '\x7fELF\0\0'),
      /some\.bin is not a device tree: neither/,
    ],
    ['a syntax error', () => file('bad.dts', '/dts-v1/;\n/ {\n\ta = <1>\n};\n'), /bad\.dts:3\.9/],
    ['a blob cut short', () => file('cut.dtb', '\xd0\x0d\xfe\xed'), /cut\.dtb/],
  ])('%s is one BoardError that says where', async (_what, path, message) => {
    const failing = openBoard(path());
    await expect(failing).rejects.toThrow(BoardError);
    await expect(failing).rejects.toThrow(message);
  });

  it('an unknown host controller takes one bus down, and the others come up', async () => {
    const path = file(
      'board.dts',
      `/dts-v1/; / { ${good} ${bus('i2c-bad', 'dtbus,host = <&h>;')} h: h { compatible = "acme,adapter"; }; };`,
    );
    const sick = await open(path);
    expect(sick.problems).toEqual([
      expect.objectContaining({
        property: 'compatible',
        sentence: expect.stringMatching(/no driver for acme,adapter; host controllers are:/),
      }),
    ]);
    expect(sick.nodes.list().map((node) => node.path)).toEqual(['/dev/i2c-0']);
    const sentence = /no driver for acme,adapter; host controllers are:/;
    const error = expect.objectContaining({
      code: 'ENOENT',
      message: expect.stringMatching(/\/dev\/i2c-1 did not come up: no driver for acme,adapter/),
      cause: expect.objectContaining({ message: expect.stringMatching(sentence) }),
    });
    expect(() => sick.open('/dev/i2c-1')).toThrow(error);
    expect(() => sick.nodes.open('/dev/i2c-1')).toThrow(error);
    expect(() => sick.open('/dev/i2c-7')).toThrow('not found: /dev/i2c-7; the board has /dev/i2c-0');
    expect(sick.placeOf(sick.problems[0]?.path as string, 'compatible')).toMatch(/board\.dts:1:\d+/);
  });

  it('says of an SPI device without a node which flag its bus cannot do', async () => {
    const path = file(
      'three-wire.dts',
      `/dts-v1/; / { spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
        a@0 { compatible = "winbond,w25q80"; reg = <0>; spi-3wire; spi-cpol; };
        b@1 { compatible = "winbond,w25q80"; reg = <1>; spi-lsb-first; }; }; };`,
    );
    const board = await open(path);
    expect(board.nodes.list().map((node) => node.path)).toEqual(['/dev/spidev0.1']);
    expect(() => board.open('/dev/spidev0.0')).toThrow(
      'ENOENT: /dev/spidev0.0 did not come up: its node has spi-3wire, which the bus cannot do; remove it, or use another adapter',
    );
  });

  it.each([
    [
      'an address out of range',
      'x@80 { compatible = "national,lm75"; reg = <0x80>; };',
      'reg',
      /expected 0x01 to 0x7f, got 0x80/,
    ],
    [
      'an address given twice',
      'a@48 { reg = <0x48>; }; b@48 { reg = <0x48>; };',
      'reg',
      /address 0x48 is already taken by/,
    ],
    [
      'a setting of no number',
      'a@49 { compatible = "national,lm75"; reg = <0x49>; dtbus,set = "temperature=hot", "temperature=20"; };',
      'dtbus,set',
      /^invalid temperature: expected -55 to 150 °C, got "hot"$/,
    ],
    [
      'a setting of no property',
      'a@49 { compatible = "national,lm75"; reg = <0x49>; dtbus,set = "temprature=20"; };',
      'dtbus,set',
      /^not found: temprature; it has: temperature \(did you mean temperature\)$/,
    ],
  ])('%s is told, and its bus lives with the others on it', async (_what, more, property, sentence) => {
    const lm75 = 'lm75@4a { compatible = "national,lm75"; reg = <0x4a>; dtbus,set = "temperature=31.5"; };';
    const path = file('board.dts', `/dts-v1/; / { ${good} ${bus('i2c-sick', `${more} ${lm75}`)} };`);
    const sick = await open(path);
    expect(sick.problems).toEqual([
      expect.objectContaining({ property, sentence: expect.stringMatching(sentence) }),
    ]);
    // LM75: 31.5 °C is 63 half degrees, left-justified: 0x1f8.
    expect(sick.open('/dev/i2c-1').transferSync(temperature(0x4a))).toEqual([Uint8Array.of(0x1f, 0x80)]);
    expect(sick.placeOf(sick.problems[0]?.path as string, property)).toMatch(/board\.dts:1:\d+/);
  });

  it('a port that is not there leaves the bus lost, and its transfers end in ENODEV', async () => {
    const path = file(
      'board.dts',
      `/dts-v1/; / { ${good} ${bus('i2c-far', 'dtbus,host = <&h>;')}
        h: h { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; }; };`,
    );
    const partial = await open(path);
    await partial.settled();
    const [near, far] = partial.buses();
    expect(near?.state).toBe('open');
    expect(far).toMatchObject({
      state: 'lost',
      fault: expect.stringContaining('not found: /dev/ttyNOWHERE'),
    });
    const i2c = partial.open('/dev/i2c-1');
    expect(() => i2c.transferSync([{ addr: 0x50, read: 1 }])).toThrowError(
      expect.objectContaining({ code: 'ENODEV' }),
    );
    expect(partial.open('/dev/i2c-0').transferSync(temperature(0x48))).toHaveLength(1);
  });

  it('a dangling host phandle is a problem with a place', async () => {
    const path = file('board.dts', `/dts-v1/; / { ${good} ${bus('i2c-bad', 'dtbus,host = <0x99>;')} };`);
    const sick = await open(path);
    expect(sick.problems).toEqual([
      expect.objectContaining({ property: 'dtbus,host', sentence: expect.stringContaining('no node has') }),
    ]);
  });
});

describe('overlays', () => {
  it('are applied in order before the board comes up', async () => {
    const cold = file(
      'cold.dtso',
      '/dts-v1/; /plugin/; &sensors { extra@49 { compatible = "ti,tmp102"; reg = <0x49>; }; };',
    );
    const gone = file('gone.dtso', '/dts-v1/; /plugin/; &temp { status = "disabled"; };');
    const changed = await open(DEMO, { overlays: [cold, gone], backEnd: 'inline' });
    const [sensors] = changed.buses();
    expect(sensors?.peripherals.map(({ path }) => path)).toEqual([
      '/i2c/extra@49',
      '/i2c/eeprom@50',
      '/i2c/gpio@20',
      '/i2c/rtc@68',
    ]);
  });

  it('that cannot be applied are a BoardError that names the label', async () => {
    const bad = file('bad.dtso', '/dts-v1/; /plugin/; &nowhere { status = "okay"; };');
    await expect(openBoard(DEMO, { overlays: [bad] })).rejects.toThrow(/nowhere/);
  });
});

describe('a board that is strict', () => {
  const BOARD = `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "ti,tmp102"; reg = <0x48>; }; }; };`;

  it.each(['worker', 'inline'] as const)(
    'warns of reserved bits that a driver writes: %s',
    async (backEnd) => {
      let tell = (_sentence: string): void => {};
      const told = new Promise<string>((resolve) => {
        tell = resolve;
      });
      const strict = await open(file('strict.dts', BOARD), { strict: true, backEnd, onWarning: tell });
      await strict.open('/dev/i2c-0').transfer([{ addr: 0x48, write: Uint8Array.of(0x02, 0x4b, 0x01) }]);
      expect(await told).toBe(
        '/i2c/temp@48: write of 0x4b01 to T_LOW: reserved bits 0x0001 must keep 0x0000',
      );
    },
  );
});
