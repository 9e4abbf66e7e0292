import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../../../src/backend/index.ts';
import { BoardDevices } from '../../../src/board/assemble/board-devices.ts';
import { type Board, type BoardOptions, openBoard } from '../../../src/board/index.ts';
import { loadTree } from '../../../src/board/open/load-tree.ts';
import { findDevices } from '../../../src/frontend/index.ts';

let directory: string;
let board: Board | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtbus-gpio-'));
});
afterEach(async () => {
  await board?.close();
  board = undefined;
  rmSync(directory, { recursive: true });
});

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const CONTROLLER = 'gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>;';
const gpio = (more = 'ngpios = <4>; gpio-line-names = "expander", "", "button";') =>
  `gpio: gpio { compatible = "platform,virtio-gpio"; ${CONTROLLER} ${more} };`;
const i2c = (parts: string) => `i2c { compatible = "platform,virtio-i2c"; ${CELLS} ${parts} };`;
const expander = (interrupts: string, more = '') =>
  `expander: gpio@20 { compatible = "nxp,pca9554"; reg = <0x20>; ${interrupts} ${more} };`;

async function open(body: string, options: BoardOptions = {}): Promise<Board> {
  const path = join(directory, 'board.dts');
  writeFileSync(path, `/dts-v1/; / { ${body} };`);
  board = await openBoard(path, options);
  return board;
}

/** A board with an expander whose INT pulls line 0. */
const wired = (options?: BoardOptions) =>
  open(gpio() + i2c(expander('interrupts-extended = <&gpio 0 8>;')), options);

/** Reads the expander's input port, which lets its INT go. */
const readInputs = (on: Board) =>
  on.open('/dev/i2c-0').transferSync([
    { addr: 0x20, write: Uint8Array.of(0) },
    { addr: 0x20, read: 1 },
  ]);

describe.each(['worker', 'inline'] as const)('lines of a board, its back-end %s', (backEnd) => {
  it('carry the interrupts of parts, from the pin to whoever reads the part', async () => {
    const on = await wired({ backEnd });
    const line = on.line('&gpio', 0);
    expect(line.get()).toBe(true);
    on.part('&expander').set('inputs', 0xfe);
    expect(line.get()).toBe(false);
    readInputs(on);
    expect(line.get()).toBe(true);
  });

  it('are pulled and let go from outside, and watched', async () => {
    const on = await wired({ backEnd });
    const button = on.line('/gpio', 'button');
    expect(button).toMatchObject({ path: '/gpio', line: 2, name: 'button' });
    const seen: boolean[] = [];
    const both = new Promise<void>((resolve) => {
      button.watch((high) => {
        seen.push(high);
        if (seen.length === 2) resolve();
      });
    });
    button.set(false);
    expect(button.get()).toBe(false);
    button.set(true);
    await both;
    expect(seen).toEqual([false, true]);
  });

  it('stay low as long as one of those who are wired to them pulls', async () => {
    const on = await wired({ backEnd });
    const line = on.line('&gpio', 0);
    line.set(false);
    on.part('&expander').set('inputs', 0);
    line.set(true);
    expect(line.get()).toBe(false);
    on.part('&expander').set('inputs', 0xff);
    expect(line.get()).toBe(true);
  });

  it('are driven and read by the driver of /dev/gpiochip0', async () => {
    const on = await wired({ backEnd });
    const chip = await on.gpio();
    expect(await on.gpio('/dev/gpiochip0')).toBe(chip);
    expect(await on.gpio('&gpio')).toBe(chip);
    expect([chip.lineCount, chip.names]).toEqual([4, ['expander', '', 'button', '']]);
    const outside = on.line('/gpio', 3);
    expect([chip.direction(3), chip.get(3)]).toEqual(['in', true]);
    chip.set(3, false);
    expect(outside.get()).toBe(true);
    chip.setDirection(3, 'out');
    expect([chip.direction(3), outside.get()]).toEqual(['out', false]);
    chip.set(3, true);
    expect(outside.get()).toBe(true);
    outside.set(false);
    expect(chip.get(3)).toBe(false);
  });

  it('wake who waits for an edge, and lose none between two waits', async () => {
    const on = await wired({ backEnd });
    const chip = await on.gpio();
    const button = on.line('/gpio', 'button');
    const pressed = chip.waitEdge(2, 'falling', 5000);
    button.set(false);
    expect(await pressed).toBe(true);
    button.set(true);
    button.set(false);
    expect(await chip.waitEdge(2, 'falling', 5000)).toBe(true);
    expect(await chip.waitEdge(2, 'falling', 1)).toBe(false);
    // After a wait that was in vain the next one hears what comes from then on.
    const released = chip.waitEdge(2, 'rising', 5000);
    await expect(chip.waitEdge(2, 'rising', 5000)).rejects.toMatchObject({ code: 'EBUSY' });
    button.set(true);
    expect(await released).toBe(true);
  });
});

describe('the pins of an expander', () => {
  it.each(['worker', 'inline'] as const)(
    'are driven one by one from outside, back-end %s',
    async (backEnd) => {
      const mcp = 'compatible = "microchip,mcp23017"; gpio-controller; #gpio-cells = <2>;';
      const on = await open(i2c(`pins: gpio@20 { ${mcp} reg = <0x20>; };`), { backEnd });
      const bus = on.open('/dev/i2c-0');
      const write = (...bytes: number[]) => bus.transferSync([{ addr: 0x20, write: Uint8Array.from(bytes) }]);
      const read = (register: number, count: number) => {
        const messages = [
          { addr: 0x20, write: Uint8Array.of(register) },
          { addr: 0x20, read: count },
        ] as const;
        return [...(bus.transferSync([...messages])[0] ?? [])];
      };
      write(0x0c, 0xff, 0xff);
      on.drivePin('&pins', 2, false);
      on.drivePin('&pins', 15, false);
      expect(read(0x12, 2)).toEqual([0xfb, 0x7f]);
      on.drivePin('&pins', 2, undefined);
      expect(read(0x12, 2)).toEqual([0xff, 0x7f]);
      expect(() => on.drivePin('&pins', 16, false)).toThrow('invalid pin: expected 0 to 15, got 16');
      expect(() => on.drivePin('&nothing', 0, false)).toThrow('not found: simulated part &nothing');
    },
  );
});

describe('what is wired where', () => {
  it('goes by the interrupt parent, wherever it stands above the part', async () => {
    const on = await open(`interrupt-parent = <&gpio>; ${gpio()} ${i2c(expander('interrupts = <3 8>;'))}`);
    on.part('&expander').set('inputs', 0);
    expect(on.line('&gpio', 3).get()).toBe(false);
  });

  it('goes by interrupt-names where these are names of pins, else by their order', async () => {
    const chip = (address: number, names: string) =>
      `chip${address}: gpio@${address} { compatible = "microchip,mcp23017"; reg = <0x${address}>;
        interrupts-extended = <&gpio 0 8>, <&gpio 1 8>; ${names} };`;
    // IODIR is 0xff; GPINTENB (0x05 of IOCON.BANK 0) lets port B interrupt (MCP23017 data sheet, 3.5.3).
    const enablePortB = { write: Uint8Array.of(0x05, 0xff) };
    for (const [names, line] of [
      ['', 1],
      ['interrupt-names = "intb", "inta";', 0],
    ] as const) {
      const on = await open(gpio() + i2c(chip(21, names)));
      on.open('/dev/i2c-0').transferSync([{ addr: 0x21, ...enablePortB }]);
      on.part('&chip21').set('inputs', Number(on.part('&chip21').get('inputs')) ^ 0x100);
      expect([0, 1].filter((each) => !on.line('&gpio', each).get())).toEqual([line]);
      await on.close();
    }
  });

  it('may be a pin of an expander that handles interrupts', async () => {
    const sensor = `temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; interrupts-extended = <&expander 5 8>; };`;
    const on = await open(gpio() + i2c(expander('interrupts-extended = <&gpio 0 8>;', CONTROLLER) + sensor));
    expect(on.part('&expander').get('inputs')).toBe(0xff);
    // Above 80 °C, the limit after power-on, OS goes low (LM75 data sheet, 7.3.2).
    on.part('&temp').set('temperature', 90);
    expect(on.part('&expander').get('inputs')).toBe(0xdf);
    expect(on.line('&gpio', 0).get()).toBe(false);
  });

  it('is left alone where the controller is none of the board', async () => {
    const on = await open(
      `gic: gic { ${CONTROLLER} }; ${i2c(expander('interrupts-extended = <&gic 40 8>;'))}`,
    );
    on.part('&expander').set('inputs', 0);
    expect(on.problems).toEqual([]);
  });

  it.each([
    [
      'a line that is not there',
      gpio(),
      'interrupts-extended = <&gpio 4 8>;',
      'interrupts',
      /no line 4; its lines are 0 to 3/,
    ],
    ['no lines at all', gpio('ngpios = <0>;'), '', 'ngpios', /invalid ngpios: expected 1 to 1024, got 0/],
    [
      'more names than lines',
      gpio('ngpios = <1>; gpio-line-names = "a", "b";'),
      '',
      'gpio-line-names',
      /2 names for 1 lines/,
    ],
    [
      'a name that is not ASCII',
      gpio('gpio-line-names = "Prüfung";'),
      '',
      'gpio-line-names',
      /invalid name "Pr.*fung" in gpio-line-names/,
    ],
    [
      'a name given twice',
      gpio('gpio-line-names = "a", "", "", "a";'),
      '',
      'gpio-line-names',
      /gpio-line-names has "a" twice/,
    ],
  ])(
    '%s is a problem with a place, and the rest comes up',
    async (_what, controller, interrupts, property, sentence) => {
      const on = await open(controller + i2c(expander(interrupts)));
      expect(on.problems).toEqual([
        expect.objectContaining({ property, sentence: expect.stringMatching(sentence) }),
      ]);
      expect(on.placeOf(on.problems[0]?.path as string)).toMatch(/board\.dts:1:\d+/);
      expect(readInputs(on)).toEqual([Uint8Array.of(0xff)]);
    },
  );
});

describe('names that lead nowhere', () => {
  it('are answered with those that there are', async () => {
    const on = await wired();
    expect(() => on.line('&gpio', 'lamp')).toThrow(
      'not found: line "lamp" of &gpio; it has: "expander", 1, "button", 3',
    );
    expect(() => on.line('/nowhere', 0)).toThrow(/not found: GPIO controller \/nowhere/);
    await expect(on.gpio('/dev/gpiochip7')).rejects.toThrow(
      /not found: \/dev\/gpiochip7; the board has \/dev\/gpiochip0/,
    );
  });

  it('and a board without GPIO says so', async () => {
    const on = await open(i2c(expander('')));
    await expect(on.gpio()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(() => on.line('/gpio', 0)).toThrow(/the board has: none/);
  });
});

it('waits for edges over a suspend no longer, and works again after it', async () => {
  const on = await wired();
  const chip = await on.gpio();
  const waiting = chip.waitEdge(2);
  on.virtio.freeze();
  await expect(waiting).rejects.toMatchObject({ code: 'ESHUTDOWN' });
  expect(() => chip.get(2)).toThrowError(expect.objectContaining({ code: 'ESHUTDOWN' }));
  on.virtio.restore();
  expect(chip.get(2)).toBe(true);
  const pressed = chip.waitEdge(2, 'falling', 5000);
  on.line('/gpio', 2).set(false);
  expect(await pressed).toBe(true);
});

describe('lines of guests that own parts', () => {
  const PARTS = `a@20 { reg = <0x20>; dtbus,owner = "left"; interrupts-extended = <&gpio 0 8>; };
    b@21 { reg = <0x21>; dtbus,owner = "right"; interrupts-extended = <&gpio 1 8>; };
    c@22 { reg = <0x22>; dtbus,owner = "right"; interrupts-extended = <&gpio 0 8>; };`;

  /** Which lines a client of this owner may touch. */
  async function linesOf(parts: string, owner: string | undefined): Promise<number[]> {
    const path = join(directory, 'board.dts');
    writeFileSync(path, `/dts-v1/; / { ${gpio()} ${i2c(parts)} };`);
    const tree = loadTree(path, {});
    const backEnd = await BoardDevices.create(tree, findDevices(tree), {
      directory,
      steppedClock: true,
      warn: () => {},
    });
    const client = new Client(owner ?? 'nobody');
    backEnd.confine(1, client, owner);
    await backEnd.close();
    return [0, 1, 2, 3].filter((line) => client.mayTouch('/gpio', line));
  }

  it.each([
    ['left', [0]],
    ['right', [0, 1]],
    [undefined, [2, 3]],
  ])('are those that their parts interrupt by: %s', async (owner, lines) => {
    expect(await linesOf(PARTS, owner)).toEqual(lines);
  });

  it('are all where no part has an owner', async () => {
    expect(await linesOf(expander('interrupts-extended = <&gpio 0 8>;'), undefined)).toEqual([0, 1, 2, 3]);
  });
});
