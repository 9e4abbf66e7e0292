import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard, openBoardSync } from '../../../src/board/index.ts';

const board = (more = '') =>
  `/dts-v1/; / { bus: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; }; ${more} }; };`;
const READ = [{ addr: 0x48, read: 2 }];
/** An LM75 begins at 25 °C. */
const TEMPERATURE = [Uint8Array.of(25, 0)];

let folder: string;
let file: string;
let opened: Board | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-'));
  file = join(folder, 'board.dts');
  writeFileSync(file, board());
  writeFileSync(join(folder, 'part.dtsi'), 'extra@49 { compatible = "ti,tmp102"; reg = <0x49>; };');
  writeFileSync(
    join(folder, 'more.dtso'),
    '/dts-v1/; /plugin/; &bus { more@4a { compatible = "ti,tmp102"; reg = <0x4a>; }; };',
  );
});
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

const paths = () => opened?.parts().map(({ path }) => path);

describe('options of openBoard', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ clok: 'stepped' }, 'unknown option clok of $: did you mean clock'],
    [{ clock: 'step' }, 'invalid clock: expected "real" or "stepped", got "step"'],
    [{ openHosts: 'later' }, 'invalid openHosts: expected "now" or "first-use", got "later"'],
    [{ overlays: 'more.dtso' }, 'invalid overlays: expected an array of paths, got "more.dtso"'],
    [{ overlays: [5] }, 'invalid overlays[0]: expected a path or a file: URL, got 5'],
    [{ includePaths: [null] }, 'invalid includePaths[0]: expected a path or a file: URL, got null'],
    [{ trust: './models' }, 'invalid trust: expected an array of paths, got "./models"'],
    [
      { memoryBytes: 4096 },
      'invalid memoryBytes: expected an integer from 65536 to 2147483648 bytes, got 4096',
    ],
    [{ strict: 'yes' }, 'invalid strict: expected true or false, got "yes"'],
    [{ adopt: 1 }, 'invalid adopt: expected true or false, got 1'],
    [{ connect: true }, 'invalid connect: expected text, got true'],
    [{ onWarning: 'silent' }, 'invalid onWarning: expected a function, got "silent"'],
    [{ source: 5 }, 'invalid source: expected text or bytes (a Uint8Array), got 5'],
  ];

  it.each(wrong)('%o are refused', async (options, message) => {
    const sentence = (caller: string) => new TypeError(message.replace('$', caller));
    await expect(openBoard(file, options as BoardOptions)).rejects.toThrow(sentence('openBoard'));
    await expect(openBoard(options as BoardOptions)).rejects.toThrow(sentence('openBoard'));
    expect(() => openBoardSync(file, options as BoardOptions)).toThrow(sentence('openBoardSync'));
  });

  it('that only openBoard has are refused by openBoardSync', async () => {
    expect(() => openBoardSync(file, { backEnd: 'inline' } as object)).toThrow(
      /^unknown option backEnd of openBoardSync: the options are source, /,
    );
    await expect(openBoard(file, { backEnd: 'thread' as never })).rejects.toThrow(
      'invalid backEnd: expected "worker" or "inline", got "thread"',
    );
  });

  it('that are undefined are as good as left out', async () => {
    const undefinedOptions = {
      overlays: undefined,
      memoryBytes: undefined,
      clock: undefined,
      backEnd: undefined,
    };
    opened = await openBoard(file, undefinedOptions as object);
    expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });

  it.each([
    [
      'a word in their place',
      [() => file, 'stepped'],
      'invalid options of openBoard: expected an object, got "stepped"',
    ],
    [
      'options twice',
      [() => ({}), {}],
      'invalid board: expected a path or a file: URL before the options, got an object',
    ],
    ['a number for the board', [() => 5], 'invalid board: expected a path or a file: URL, got 5'],
    [
      'bytes for the board',
      [() => new Uint8Array(4)],
      'invalid board: expected a path or a file: URL, got 4 bytes',
    ],
    [
      'a URL of the web',
      [() => new URL('https://example.org/board.dts')],
      'invalid board: expected a path or a file: URL, got https://example.org/board.dts',
    ],
    [
      'the source for the board',
      [() => board()],
      'invalid board: expected a path or a file: URL, got the source of a tree; use openBoard({ source })',
    ],
  ])('%s is refused', async (_what, [first, options], message) => {
    const failing = openBoard((first as () => string)(), options as BoardOptions);
    await expect(failing).rejects.toThrow(new TypeError(message));
  });
});

describe('the board that openBoard opens', () => {
  it('is one that a URL names, with overlays that URLs name', async () => {
    const overlays = [pathToFileURL(join(folder, 'more.dtso'))];
    opened = await openBoard(pathToFileURL(file), { overlays });
    expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
    expect(paths()).toEqual(['/i2c/more@4a', '/i2c/temp@48']);
  });

  it('is one of source text', async () => {
    opened = await openBoard({ source: board(), clock: 'stepped' });
    expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
    opened.advance(1);
    await opened.close();
    opened = openBoardSync({ source: Buffer.from(board()) });
    expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });

  it('is one of the bytes of a blob', async () => {
    const { compile } = await import('../../../src/devicetree/index.ts');
    opened = await openBoard({ source: compile('board.dts', board()).blob as Uint8Array });
    expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual(TEMPERATURE);
  });

  it('is one of source text beside a file that is not read', async () => {
    const options = { source: board('/include/ "part.dtsi"') };
    opened = await openBoard(join(folder, 'not-there.dts'), options);
    expect(paths()).toEqual(['/i2c/temp@48', '/i2c/extra@49']);
    // Without the file, the tree lies in the present folder.
    await expect(openBoard(options)).rejects.toThrow(/part\.dtsi/);
  });

  it('is not one of the environment when it is given as source', () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules', 'dtbus'));
    writeFileSync(
      join(folder, 'own.mjs'),
      `import { openBoard } from 'dtbus';
       const board = await openBoard({ source: ${JSON.stringify(board())} });
       console.log(board.parts().map(({ path }) => path).join());
       await board.close();`,
    );
    const env = {
      ...process.env,
      DTBUS_BOARD: 'nowhere.dts',
      DTBUS_OVERLAYS: 'nowhere.dtso',
      DTBUS_CONNECT: '/nowhere',
    };
    const { stdout, stderr } = spawnSync(process.execPath, ['own.mjs'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: '/i2c/temp@48\n', stderr: '' });
  });

  it('says where its source is wrong', async () => {
    const failing = openBoard({ source: '/dts-v1/;\n/ {\n\ta = <1>\n};\n' });
    await expect(failing).rejects.toThrow(/<source>:3\.9/);
  });

  it('can be opened again after it was closed, as often as one likes', async () => {
    for (let round = 0; round < 3; round++) {
      opened = round === 1 ? openBoardSync(file) : await openBoard(file);
      opened.part('&temp')['temperature'] = round;
      expect(opened.open('/dev/i2c-0').transferSync(READ)).toEqual([Uint8Array.of(round, 0)]);
      await opened.close();
    }
  });
});

describe('after close', () => {
  const closed = 'the board is closed; open it again with openBoard';

  it.each(['worker', 'inline'] as const)('every call says that the board is closed: %s', async (backEnd) => {
    const tree = `${board().slice(0, -3)} gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller;
      #gpio-cells = <2>; ngpios = <1>; }; };`;
    const gone = await openBoard({ source: tree, backEnd });
    const [i2c, part, line, lines] = [
      gone.open('/dev/i2c-0'),
      gone.part('&temp'),
      gone.line('&gpio', 0),
      await gone.gpio(),
    ];
    await gone.close();
    const calls: readonly (() => unknown)[] = [
      () => gone.open('/dev/i2c-0'),
      () => gone.part('&temp'),
      () => gone.parts(),
      () => gone.buses(),
      () => gone.line('&gpio', 0),
      () => gone.gpioChips(),
      () => gone.save(),
      () => gone.advance(1),
      () => part['temperature'],
      () => part.set('temperature', 1),
      () => part.reset(),
      () => part.snapshot(),
      () => line.get(),
      () => line.set(false),
      () => line.watch(() => {}),
      () => i2c.transferSync(READ),
      () => lines.get(0),
    ];
    for (const call of calls) expect(call).toThrow(closed);
    await expect(gone.gpio()).rejects.toThrow(closed);
    await expect(gone.settled()).rejects.toThrow(closed);
    await expect(i2c.transfer(READ)).rejects.toThrow(closed);
    await expect(i2c.transfer(READ)).rejects.toMatchObject({ code: 'ENODEV' });
    expect(() => gone.open('/dev/i2c-0')).toThrow(expect.objectContaining({ code: 'ENODEV' }));
  });

  it('a handle can still be printed', async () => {
    const gone = await openBoard(file, { backEnd: 'inline' });
    const part = gone.part('&temp');
    await gone.close();
    const { inspect } = await import('node:util');
    expect(inspect(part)).toBe(`/i2c/temp@48 (${closed})`);
  });
});
