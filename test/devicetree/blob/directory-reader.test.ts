import { describe, expect, test } from 'vitest';
import { type DirectoryReader, readDirectory, writeDts } from '../../../src/devicetree/index.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function reader(files: Record<string, string>): DirectoryReader {
  return {
    readFile: (path) => (path in files ? bytes(files[path] as string) : undefined),
    list: (path) => {
      const names = new Map<string, 'file' | 'directory' | 'other'>();
      for (const file of Object.keys(files)) {
        if (!file.startsWith(`${path}/`)) continue;
        const [name = '', below] = file.slice(path.length + 1).split('/');
        names.set(name, name === 'device' ? 'other' : below === undefined ? 'file' : 'directory');
      }
      return names.size === 0 ? undefined : [...names].map(([name, kind]) => ({ name, kind }));
    },
  };
}

describe('a tree in a directory', () => {
  test('directories are nodes, files are properties, other things are left out', () => {
    const { tree, diagnostics } = readDirectory(
      'fs',
      reader({ 'fs/a': 'x\0', 'fs/n@1/reg': '\0\0\0\x01', 'fs/device': '' }),
    );
    expect(diagnostics).toEqual([]);
    expect(tree && writeDts(tree)).toBe(
      '/dts-v1/;\n\n/ {\n\ta = "x";\n\n\tn@1 {\n\t\treg = <0x01>;\n\t};\n};\n',
    );
  });

  test('names keep their bytes', () => {
    const { tree } = readDirectory('fs', reader({ 'fs/ä': '' }));
    expect(tree?.root.properties[0]?.name).toBe('\xc3\xa4');
  });

  test('the first CPU is taken for the one that boots', () => {
    expect(readDirectory('fs', reader({ 'fs/cpus/cpu/reg': '\0\0\0\x03' })).tree?.bootCpu).toBe(3);
    expect(readDirectory('fs', reader({ 'fs/cpus/cpu/reg': 'long value' })).tree?.bootCpu).toBe(0);
  });

  test('a directory that cannot be read is an error', () => {
    const { tree, diagnostics } = readDirectory('gone', reader({}));
    expect(tree).toBeUndefined();
    expect(diagnostics).toMatchObject([
      { severity: 'error', code: 'directory', message: 'Couldn\'t read the directory "gone"' },
    ]);
  });

  test('a property that cannot be read is left out with a warning', () => {
    const files = reader({ 'fs/a': 'x', 'fs/b': 'y' });
    const { tree, diagnostics } = readDirectory('fs', {
      ...files,
      readFile: (path) => (path === 'fs/a' ? undefined : files.readFile(path)),
    });
    expect(tree?.root.properties.map(({ name }) => name)).toEqual(['b']);
    expect(diagnostics).toMatchObject([{ severity: 'warning', message: expect.stringContaining('fs/a') }]);
  });

  test('a link that leads back ends in an error', () => {
    const { tree, diagnostics } = readDirectory('fs', {
      readFile: () => undefined,
      list: () => [{ name: 'again', kind: 'directory' }],
    });
    expect(tree).toBeUndefined();
    expect(diagnostics[0]?.message).toContain('check for a link to a parent directory');
  });
});
