import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { FaultUnsupportedError, openBoard, openBoardSync, serveBoard } from '../../src/board/index.ts';
import { boardTest } from '../../src/kit/index.ts';
import { runtimeFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';

// `dtbus,faults`: faults that the tree names.

const folder = runtimeFolder();
const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const BUS = `compatible = "platform,virtio-i2c"; ${CELLS}`;
const SPI = `compatible = "platform,virtio-spi"; ${CELLS}`;
const temp = (more: string) => `temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; ${more} };`;
const rom = (more: string) => `rom@50 { compatible = "atmel,24c02"; reg = <0x50>; ${more} };`;
const flash = (more: string) => `flash@0 { compatible = "winbond,w25q80"; reg = <0>; ${more} };`;

/** A board in this thread, and what it has said. */
async function boardOf(nodes: string, options: object = {}) {
  const said: string[] = [];
  const board = await openBoard({
    source: `/dts-v1/; / { aliases { i2c1 = &i2c; };\n${nodes}\n};`,
    backEnd: 'inline',
    clock: 'stepped',
    openHosts: 'first-use',
    onWarning: (sentence: string) => void said.push(sentence),
    ...options,
  });
  return { board, said };
}

type Opened = Awaited<ReturnType<typeof boardOf>>['board'];

async function read(board: Opened, addr: number, read = 2): Promise<string> {
  try {
    const [bytes] = await board.open('/dev/i2c-1').transfer([{ addr, read }]);
    return Buffer.from(bytes as Uint8Array).toString('hex');
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('faults of a tree', () => {
  it('strike on a bus, a part and a line, and are said with their places', async () => {
    const { board, said } = await boardOf(`i2c: i2c { ${BUS} dtbus,faults = "nack skip=1";
      ${temp('dtbus,faults = "offset by=10",\n"absent afterMs=5";')} };
      gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <1>;
        gpio-line-names = "button"; dtbus,faults = "lostEdge line=button edge=falling"; };`);
    await using _ = board;
    expect(said).toEqual([
      expect.stringMatching(/^<source>:2:\d+: injected by the tree: nack on &i2c {2}skip=1$/),
      expect.stringMatching(/^<source>:3:\d+: injected by the tree: offset on &temp {2}by=10$/),
      expect.stringMatching(/^<source>:3:\d+: injected by the tree: absent on &temp {2}afterMs=5$/),
      expect.stringMatching(/:6:\d+: injected by the tree: lostEdge on &gpio {2}line=button edge=falling$/),
    ]);
    // 25 °C and 10 more: 0x23.
    expect([await read(board, 0x48), await read(board, 0x48), await read(board, 0x48)]).toEqual([
      '2300',
      'ENXIO',
      '2300',
    ]);
    board.advance(5e6);
    expect(await read(board, 0x48)).toBe('ENXIO');
    const trace = board.trace();
    board.line('&gpio', 'button').set(false);
    expect(trace.reader.read()).toBeUndefined();
    expect(board.faults.map(({ fired }) => fired > 0)).toEqual([true, true, true, true]);
    for (const fault of board.faults) fault.remove();
    expect(await read(board, 0x48)).toBe('1900');
  });

  it('that are random are the same with the seed that was told', async () => {
    const values = async (fault: string) => {
      const { board, said } = await boardOf(`i2c: i2c { ${BUS} ${temp(`dtbus,faults = "${fault}";`)} };`);
      await using _ = board;
      const seen: string[] = [];
      for (let i = 0; i < 8; i++) seen.push(await read(board, 0x48));
      return { seen, seed: /, seed (\d+) /.exec(said[0] as string)?.[1] };
    };
    const first = await values('noise amplitude=20');
    expect(new Set(first.seen).size).toBeGreaterThan(3);
    expect(await values(`noise amplitude=20 seed=${first.seed}`)).toEqual(first);
  });

  it('strike behind an emulated adapter, named at either end', async () => {
    const host = (i2c: string, spi: string) =>
      `hosts { adapter: adapter { compatible = "dtbus,ch341a-emulator"; i2c { ${CELLS} dtbus,faults = "nack skip=1"; ${i2c} }; spi { ${CELLS} dtbus,faults = "miso level=0 skip=4"; ${spi} }; }; };`;
    const { board } =
      await boardOf(`i2c: i2c { ${BUS} dtbus,host = <&adapter>; ${temp('dtbus,faults = "offset by=1";')} };
      spi { ${SPI} dtbus,host = <&adapter>; ${flash('')} };
      ${host(temp('').replace('temp:', '') + rom(''), flash('dtbus,faults = "flip byte=3 bit=0";'))}`);
    await using _ = board;
    expect(board.problems).toEqual([]);
    expect([await read(board, 0x48), await read(board, 0x50, 1), await read(board, 0x50, 1)]).toEqual([
      '1a00',
      'ENXIO',
      'ff',
    ]);
    const flashId = async () => {
      const { rx } = await board
        .open('/dev/spidev0.0')
        .transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
      return Buffer.from(rx).toString('hex');
    };
    expect([await flashId(), await flashId()]).toEqual(['ffef4015', '00000000']);
  });

  it('that what carries the bus cannot carry refuse the board by name, in every way to open it', async () => {
    const text = `/dts-v1/; / { i2c: i2c { ${BUS} dtbus,host = <&pirate>;\n dtbus,faults = "scl"; };
      hosts { pirate: pirate { compatible = "dtbus,bus-pirate-emulator"; i2c { ${CELLS} ${temp('')} }; }; }; };`;
    const file = folder.write('unsupported.dts', text);
    const sentence = `${file}:2:2: unsupported fault scl on &i2c: the emulator of this adapter does not have it (of faults of the lines: sda, incomplete_address_phase, incomplete_write_byte); use a simulated bus, or an adapter that has it in hosts/README.md`;
    const onWarning = () => {};
    const isUnsupported = (error: unknown) =>
      error instanceof FaultUnsupportedError && error.message === sentence;
    for (const backEnd of ['inline', 'worker'] as const)
      await expect(openBoard(file, { backEnd, onWarning })).rejects.toSatisfy(isUnsupported);
    expect(() => openBoardSync(file, { onWarning })).toThrow(sentence);
    const socketDirectory = join(folder.path('.'), 'unsupported');
    await expect(serveBoard(file, { socketDirectory, onWarning })).rejects.toSatisfy(isUnsupported);
    const skip = vi.fn();
    const body = vi.fn();
    await boardTest<{ skip(reason: string): void }>(file, body)({ skip });
    expect([skip.mock.calls, body.mock.calls]).toEqual([[[sentence]], []]);
    // Only looked at, it is a board like others.
    await (await openBoard(file, { look: true, onWarning })).close();
  });

  it('that are mistyped, or cannot be where they stand, are told with place and remedy; the others act', async () => {
    const nodes = `i2c: i2c { ${BUS} dtbus,faults = "miso level=0";
      ${temp('dtbus,faults = "nak", "stretch", "nack times=often", "nack at", "", "offset by=1";')}
      ${rom('dtbus,faults = <1>;')} };
      hosts { dtbus,faults = "nack"; };`;
    const { board, said } = await boardOf(nodes);
    await using _ = board;
    const remedy = 'write FAULT OPTION=VALUE, as in "nack at=2 times=3"; dtbus inject --kinds lists them';
    const at = (line: number, sentence: string) =>
      expect.stringMatching(
        new RegExp(`^<source>:${line}:\\d+: ${sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
      );
    expect(said).toEqual([
      at(4, 'invalid dtbus,faults: expected strings; write dtbus,faults = "text", "text";'),
      at(3, `in "nak": unknown fault "nak": did you mean nack; ${remedy}`),
      at(3, `in "stretch": option ms of fault stretch is required; ${remedy}`),
      at(
        3,
        `in "nack times=often": invalid times: expected an integer from 1 to 2147483647, got "often"; ${remedy}`,
      ),
      at(3, `in "nack at": invalid option of a fault: expected OPTION=VALUE, got "at"; ${remedy}`),
      expect.stringMatching(/:3:\d+: in "": unknown fault "": the faults are nack, absent, busy/),
      at(3, 'injected by the tree: offset on &temp  by=1'),
      at(2, '/i2c: unsupported fault miso on &i2c: it is for spi buses only'),
      at(5, '/hosts: not found: bus or part /hosts'),
    ]);
    expect(await read(board, 0x48)).toBe('1a00');
    await expect(boardOf(nodes, { treeChecks: 'error' })).rejects.toThrow('is doubtful as a board');
  });

  it('are at most 64', async () => {
    const many = Array.from({ length: 70 }, () => '"offset by=1"').join(', ');
    const { board } = await boardOf(`i2c: i2c { ${BUS} ${temp(`dtbus,faults = ${many};`)} };`);
    await using _ = board;
    expect(board.faults.length).toBe(64);
    expect(board.problems).toMatchObject([{ sentence: 'too many faults: expected at most 64 in a tree' }]);
  });

  it('are listed and taken out by dtbus inject, on a board that is served', async () => {
    const file = folder.write(
      'served.dts',
      `/dts-v1/; / { i2c: i2c { ${BUS} ${temp('dtbus,faults = "offset by=3";')} }; };`,
    );
    const said: string[] = [];
    const served = await serveBoard(file, {
      socketDirectory: folder.path('served'),
      onWarning: (sentence) => void said.push(sentence),
    });
    try {
      expect(said).toEqual([
        expect.stringMatching(/served\.dts:1:\d+: injected by the tree: offset on &temp {2}by=3$/),
      ]);
      expect((await dtbusHere('inject', '-b', file)).out).toBe(
        '1  offset on &temp  by=3  struck 0 of 0 chances\n',
      );
      expect((await dtbusHere('inject', 'absent', '&temp', '-b', file)).out).toMatch(/^2 {2}absent/);
      expect((await dtbusHere('inject', '--remove', '1', '-b', file)).out).toMatch(/^1 {2}offset/);
      expect((await dtbusHere('inject', '-b', file)).out).toMatch(/^2 {2}absent.*\n$/);
    } finally {
      await served.close();
    }
  });
});
