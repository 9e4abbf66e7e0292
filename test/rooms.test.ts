import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

interface Room {
  readonly name: string;
  readonly doors: readonly string[];
  readonly imports: readonly string[];
}

interface Table {
  readonly overrides: readonly { readonly includes: readonly string[] }[];
}

interface Script {
  readonly TABLE: string;
  readonly COMMAND: string;
  readonly roomsOf: (readme: string) => Room[];
  readonly tableOf: (rooms: readonly Room[], files: readonly string[]) => Table;
  readonly currentTable: () => Table;
}

const script = new URL('support/rooms.mjs', import.meta.url).href;
const { TABLE, COMMAND, roomsOf, tableOf, currentTable } = (await import(script)) as Script;

/** What the linter says of these files that import these specifiers. */
function lint(cases: readonly (readonly [file: string, specifier: string])[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-rooms-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(TABLE, join(folder, 'rooms.json'));
  writeFileSync(join(folder, 'biome.json'), JSON.stringify({ extends: ['./rooms.json'] }));
  for (const [index, [file, specifier]] of cases.entries()) {
    const path = join(folder, dirname(file), `x${index}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { x } from '${specifier}';\nexport const y = x;\n`);
  }
  const biome = resolve('node_modules/.bin/biome');
  const { stdout } = spawnSync(biome, ['lint', '--reporter=json'], { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { message: string; location: { path: string } }[];
  };
  return cases.map(
    (_, index) => diagnostics.find(({ location }) => location.path.endsWith(`/x${index}.ts`))?.message ?? '',
  );
}

describe("the linter's table of rooms", () => {
  it('is what the README says', () => {
    const kept: unknown = JSON.parse(readFileSync(TABLE, 'utf8'));
    expect(kept, `${TABLE} is not what the README's table of rooms makes: run "${COMMAND}"`).toEqual(
      currentTable(),
    );
  });

  it('lets a room import its own files and the doors that its row names, at any depth', () => {
    const said = lint([
      ['src/board/index.ts', '../bus/index.ts'],
      ['src/board/open/index.ts', '../../bus/index.ts'],
      ['src/board/open/index.ts', '../assemble/hosts.ts'],
      ['src/board/open/index.ts', '../../../hosts/simulated/index.ts'],
      ['hosts/serprog/index.ts', '../link/index.ts'],
      ['hosts/serprog/index.ts', '../../src/bus/index.ts'],
    ]);
    expect(said).toEqual(['', '', '', '', '', '']);
  });

  it('keeps a room out of other rooms, and out of what lies behind the doors', () => {
    const said = lint([
      ['src/virtio/index.ts', '../bus/index.ts'],
      ['src/board/open/index.ts', '../../cli/main.ts'],
      ['src/board/open/index.ts', '../../bus/spi.ts'],
      ['src/board/open/index.ts', '../../../hosts/simulated/wire-time.ts'],
      ['hosts/serprog/index.ts', '../link/session.ts'],
      ['hosts/serprog/index.ts', '../../src/virtio/index.ts'],
    ]);
    expect(said).toEqual([
      'virtio may import no other room: see Rooms in the README.',
      expect.stringMatching(
        /^board may import the doors of input, devicetree, bus, .*: see Rooms in the README\.$/,
      ),
      expect.stringMatching(/^board may import/),
      expect.stringMatching(/^board may import/),
      'hosts/* may import the doors of bus, machine, os, usb, sim, remote: see Rooms in the README.',
      expect.stringMatching(/^hosts\/\* may import/),
    ]);
  });
});

describe('the script that makes it', () => {
  const README = `
| room | what lives there | doors | imports |
|---|---|---|---|
| \`low\` | words | index, core | nothing |
| \`wire/*\` | no such place | index | low |
| \`high\` | people | index | all but low and wire/* |
`;

  it('reads rooms, doors and imports', () => {
    expect(roomsOf(README)).toEqual([
      { name: 'low', doors: ['index', 'core'], imports: [] },
      { name: 'wire/*', doors: ['index'], imports: ['low'] },
      { name: 'high', doors: ['index'], imports: [] },
    ]);
  });

  it('refuses an import of a room that has no row', () => {
    expect(() => roomsOf('| `high` | people | index | lwo |')).toThrow(
      'README: high imports lwo, which has no row',
    );
  });

  it('makes an allow-list for each depth that a room has', () => {
    const rooms = roomsOf(README);
    const { overrides } = tableOf(rooms, ['src/low/index.ts', 'src/low/deep/er/x.ts', 'src/high/index.ts']);
    expect(overrides.map(({ includes }) => includes)).toEqual([
      ['src/low/*'],
      ['src/low/*/*/*'],
      ['src/high/*'],
    ]);
  });
});
