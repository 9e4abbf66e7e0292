import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BoardOptions, openBoard, openBoardSync } from '../../../src/board/index.ts';
import { ServedBoard } from '../../../src/board/served.ts';

const DOUBTFUL = `/dts-v1/;
/ {
	bus: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp@49 { compatible = "ti,tmp120"; reg = <0x48>; };
	};
};
`;
const DORMANT = `/dts-v1/; /plugin/;
/ {
	fragment@0 { target = <&bus>; __dormant__ { clock@68 { compatible = "dallas,ds1307"; reg = <0x68>; }; }; };
	__overrides__ { clock = <0>,"+0"; };
};
`;
const SOUND = DOUBTFUL.replace('temp@49', 'temp@48').replace('tmp120', 'tmp102');

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-checks-'));
  writeFileSync(path('doubtful.dts'), DOUBTFUL);
  writeFileSync(path('sound.dts'), SOUND);
  writeFileSync(path('dormant.dtso'), DORMANT);
});
afterAll(() => rmSync(folder, { recursive: true }));

const DOUBTS = () => [
  `${path('doubtful.dts')}:7:39: reg is 0x48, but the name says 49; write reg = <0x49>, or rename the node to temp@48`,
  `${path('doubtful.dts')}:7:13: unknown compatible "ti,tmp120": no model answers for it; did you mean "ti,tmp102"?`,
];

/** The ways to open a board, each with what it warns of. */
const WAYS: Record<string, (file: string, options: BoardOptions) => Promise<void>> = {
  openBoard: async (file, options) => (await openBoard(file, options)).close(),
  'openBoard inline': async (file, options) =>
    (await openBoard(file, { ...options, backEnd: 'inline' })).close(),
  openBoardSync: async (file, options) => openBoardSync(file, options).close(),
  serveBoard: async (file, { onWarning = () => {}, ...options }) =>
    (await ServedBoard.open(file, { ...options, onWarning, socketDirectory: path('sockets') })).close(),
};

describe.each(Object.entries(WAYS))('%s', (_, open) => {
  const warnings = async (file: string, options: BoardOptions = {}): Promise<string[]> => {
    const told: string[] = [];
    await open(path(file), { ...options, onWarning: (sentence) => told.push(sentence) });
    return told;
  };

  it('tells what is doubtful about the tree, with place and remedy, each once', async () => {
    expect(await warnings('doubtful.dts')).toEqual(DOUBTS());
  });

  it('tells nothing of a tree that is sound, or where nobody wants to know', async () => {
    expect(await warnings('sound.dts')).toEqual([]);
    expect(await warnings('doubtful.dts', { treeChecks: 'off' })).toEqual([]);
  });

  it('tells of the fragments of an overlay that were not applied', async () => {
    expect(await warnings('sound.dts', { overlays: [path('dormant.dtso')] })).toEqual([
      `${path('dormant.dtso')}:3:13: the fragment fragment@0 is dormant and was not applied; only Raspberry Pi's boot loader wakes it, by one of the parameters clock; here, write __overlay__ for __dormant__ in the one you need`,
    ]);
  });

  it('refuses a doubtful tree where doubts are errors, and opens a sound one', async () => {
    const refused = warnings('doubtful.dts', { treeChecks: 'error' });
    await expect(refused).rejects.toThrow(/doubtful\.dts is doubtful as a board\n(.|\n)*tmp102/);
    expect(await warnings('sound.dts', { treeChecks: 'error' })).toEqual([]);
  });
});

describe('a bus that does not come up', () => {
  it.each(['openBoard', 'openBoard inline', 'openBoardSync', 'serveBoard'])(
    'is told of by %s when the board opens',
    async (way) => {
      writeFileSync(
        path('lost.dts'),
        SOUND.replace('#size-cells = <0>;', '#size-cells = <0>; dtbus,host = <&host>;').replace(
          '\t};\n};',
          '\t};\n\thosts { host: adapter { compatible = "nobodys,adapter"; }; };\n};',
        ),
      );
      const told: string[] = [];
      await WAYS[way]?.(path('lost.dts'), { onWarning: (sentence) => told.push(sentence) });
      expect(told).toEqual([
        expect.stringMatching(
          /^\S+lost\.dts:9:\d+: \/hosts\/adapter: no driver for nobodys,adapter; host controllers are: /,
        ),
      ]);
    },
  );
});

describe('a setting that is wrong', () => {
  it.each(['openBoard', 'openBoard inline', 'openBoardSync', 'serveBoard'])(
    'refuses the board by %s where doubts are errors',
    async (way) => {
      writeFileSync(
        path('set.dts'),
        SOUND.replace('reg = <0x48>;', 'reg = <0x48>; dtbus,set = "temprature=3";'),
      );
      const opened = WAYS[way]?.(path('set.dts'), { treeChecks: 'error' });
      await expect(opened).rejects.toThrow(
        /is doubtful as a board\n.*temp@48: not found: temprature; it has: temperature/,
      );
    },
  );
});

describe('the commands that open a board', () => {
  const dtbus = (...argv: string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    return { stdout, stderr, status };
  };
  const asWarnings = () => DOUBTS().map((doubt) => `dtbus: ${doubt}\n`);

  it('warn on standard error and do their work', () => {
    const { stdout, stderr, status } = dtbus(
      'i2cdetect',
      '-b',
      path('doubtful.dts'),
      '-y',
      '0',
      '0x48',
      '0x48',
    );
    expect(stderr).toBe(asWarnings().join(''));
    expect(stdout).toContain('40:                         --');
    expect(status).toBe(0);
  });

  it.each([['i2cdetect', '-y', '0'], ['up'], ['serve', '--socket-dir', 'nowhere'], ['ls']])(
    '%s ends with 1 by --strict',
    (command, ...argv) => {
      const { stderr, status } = dtbus(command as string, '--strict', '-b', path('doubtful.dts'), ...argv);
      expect(stderr).toContain('did you mean "ti,tmp102"?');
      expect(status).toBe(1);
    },
  );

  it('run hands it on to the board of the script', () => {
    writeFileSync(path('script.cjs'), "require('i2c-bus').openSync(0).closeSync(); console.log('done');");
    const plain = dtbus('run', path('doubtful.dts'), path('script.cjs'));
    expect([plain.stdout, plain.status]).toEqual(['done\n', 0]);
    expect(plain.stderr).toBe(asWarnings().join(''));
    const strict = dtbus('run', '--strict', path('doubtful.dts'), path('script.cjs'));
    expect([strict.stdout, strict.status]).toEqual(['', 1]);
    expect(strict.stderr).toContain('is doubtful as a board');
  });
});
