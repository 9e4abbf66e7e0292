import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';

/** Scripts of somebody who has a board. A line that the compiler should refuse ends with its error: `// TS2345`. */
const SCRIPTS = {
  known: `
    const temp = board.part<'national,lm75'>('&temp');
    const number: number = temp.temperature + temp.get('temperature');
    const text: string = temp.temperature; // TS2322
    temp.temperature = -5;
    temp.set('temperature', number);
    temp.temperature = '-5'; // TS2322
    temp.set('temperature', '-5'); // TS2345
    temp.temprature = -5; // TS2551
    temp.get('temprature'); // TS2345
    temp.set('temprature', -5); // TS2345
    temp.restore(temp.snapshot());
    temp.reset();
    temp.path = temp.title; // TS2540
    const named: PartHandle<'national,lm75'> = temp;
    const eeprom = board.part<'atmel,24c02'>('&eeprom');
    const bytes: Uint8Array = eeprom.contents;
    eeprom.writeProtect = bytes.length > 0;
    board.part<'national,lm57'>('&temp'); // TS2344
    board.part<'dtbus,loopback'>('&loop').temperature; // TS2339
    board.part<'dtbus,loopback'>('&loop').reset();`,
  shown: `
    const expander = board.part<'nxp,pca9554'>('&expander');
    expander.inputs = expander.pins & expander.get('pins');
    expander.pins = 1; // TS2540
    expander.set('pins', 1); // TS2345`,
  own: `
    interface Answer { answer: number; readonly asked: boolean }
    const part = board.part<Answer>('&answer');
    part.answer = part.asked ? 42 : part.get('answer');
    part.asked = true; // TS2540
    part.set('asked', true); // TS2345
    part.question; // TS2339`,
  untold: `
    const part: PartHandle = board.part('&temp');
    part.temperature = -5;
    part.set('temperature', -5);
    const value: number | boolean | string | Uint8Array = part.get('temperature');
    const wrong: number = part.temperature; // TS2322`,
};

let output: string;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-types-'));
  const compilerOptions = {
    paths: { dtbus: [resolve('src/board/index.ts')] },
    typeRoots: [resolve('node_modules/@types')],
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: false,
  };
  const files = Object.keys(SCRIPTS).map((name) => `${name}.ts`);
  const project = { extends: resolve('tsconfig.json'), compilerOptions, files };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const head = "import type { Board, PartHandle } from 'dtbus';\ndeclare const board: Board;";
    writeFileSync(join(folder, `${name}.ts`), head + script);
  }
  const tsc = resolve('node_modules/.bin/tsc');
  output = spawnSync(tsc, ['-p', '.', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout;
  rmSync(folder, { recursive: true });
});

/** The lines of a script that the compiler refused, as the script says of those that it should. */
function refused(name: keyof typeof SCRIPTS): string[] {
  const lines = SCRIPTS[name].split('\n');
  const errors = output.matchAll(new RegExp(`^${name}\\.ts\\((\\d+),\\d+\\): error (TS\\d+)`, 'gm'));
  return [...errors].map(
    ([, line, code]) => `${lines[Number(line) - 2]?.trim().replace(/ \/\/.*/, '')} // ${code}`,
  );
}

it.each([
  ['a part of a known compatible has the properties of its data sheet, and no others', 'known', 9],
  ['what a part only shows can only be read', 'shown', 2],
  ['a part of their own is as they say', 'own', 3],
  ['a part that nothing is said of takes any name, and its values are of any kind', 'untold', 1],
] as const)('%s', (_, name, count) => {
  const lines = SCRIPTS[name].split('\n').map((line) => line.trim());
  const expected = lines.filter((line) => / \/\/ TS\d+$/.test(line));
  expect(expected).toHaveLength(count);
  expect(refused(name), output).toEqual(expected);
});

it('nothing but the scripts is refused', () => {
  const others = output.split('\n').filter((line) => !/^((known|shown|own|untold)\.ts| |$)/.test(line));
  expect(others).toEqual([]);
});

it('a property tells what it is, with its range and unit', () => {
  const types = readFileSync('src/parts/part-types.ts', 'utf8');
  // Parts with the same properties share a type.
  const [, name] = /'national,lm75': (\w+);/.exec(types) ?? [];
  const [, lm75] = new RegExp(`interface ${name} \\{\\n([^}]*)\\}`).exec(types) ?? [];
  expect(lm75).toBe('  /** What the sensor feels (-55 to 150 °C) */\n  temperature: number;\n');
});
