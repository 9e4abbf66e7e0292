import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileRefused, hostFiles, parse } from '../../src/devicetree/index.ts';

let folder = '';
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-host-files-'));
  writeFileSync(at('bytes'), Uint8Array.of(1, 2, 3, 4, 5));
  mkdirSync(at('below'));
  execFileSync('mkfifo', [at('fifo')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the files that a source names', () => {
  test('are read whole, or a stretch of them as far as they go', () => {
    const { readFile, readRange } = hostFiles();
    expect(readFile(at('bytes'))).toEqual(Buffer.from([1, 2, 3, 4, 5]));
    expect([...(readRange(at('bytes'), { offset: 1, size: 2 }) ?? [])]).toEqual([2, 3]);
    expect([...(readRange(at('bytes'), { offset: 3, size: 9 }) ?? [])]).toEqual([4, 5]);
    expect([...(readRange(at('bytes'), { offset: 9, size: 9 }) ?? [])]).toEqual([]);
  });

  test('that are not there, and folders, are none', () => {
    const { readFile, readRange } = hostFiles();
    expect(readFile(at('gone'))).toBeUndefined();
    expect(readFile(at('below'))).toBeUndefined();
    expect(readRange(at('gone'), { offset: 0, size: 1 })).toBeUndefined();
  });

  test.each(['#include', '/include/'])('that are links to nowhere are told as such: %s', (directive) => {
    mkdirSync(at('inc'), { recursive: true });
    rmSync(at('inc/codes.h'), { force: true });
    symlinkSync('../uapi/codes.h', at('inc/codes.h'));
    const source = `/dts-v1/;\n${directive} "codes.h"\n/ { };\n`;
    const { diagnostics } = parse(at('board.dts'), source, { ...hostFiles(), includePaths: [at('inc')] });
    const [first] = diagnostics;
    expect(first?.message).toBe('cannot find codes.h');
    expect(first?.hint).toBe(
      `${at('inc/codes.h')} is a link to ../uapi/codes.h, which is not there: add that file`,
    );
  });

  test.each(['#include', '/include/'])('that are folders are told as such: %s', (directive) => {
    mkdirSync(at('a/sub.dtsi'), { recursive: true });
    mkdirSync(at('b'), { recursive: true });
    const source = `/dts-v1/;\n${directive} "sub.dtsi"\n/ { };\n`;
    const options = { ...hostFiles(), includePaths: [at('a'), at('b')] };
    const [first] = parse(at('board.dts'), source, options).diagnostics;
    expect(first?.message).toBe('cannot find sub.dtsi');
    expect(first?.hint).toBe(`${at('a/sub.dtsi')} is a folder, and not a file: add that file`);
    writeFileSync(at('b/sub.dtsi'), '');
    expect(parse(at('board.dts'), source, options).diagnostics).toEqual([]);
    rmSync(at('b/sub.dtsi'));
  });

  test('that are links to nowhere are told as such: /incbin/', () => {
    symlinkSync('../blobs/logo.bin', at('logo.bin'));
    const source = '/dts-v1/;\n/ { logo = /incbin/("logo.bin"); };\n';
    const { diagnostics } = parse(at('board.dts'), source, hostFiles());
    expect(diagnostics.map(({ code, message, hint }) => ({ code, message, hint }))).toEqual([
      {
        code: 'incbin',
        message: 'cannot find logo.bin',
        hint: `${at('logo.bin')} is a link to ../blobs/logo.bin, which is not there: add that file`,
      },
    ]);
  });

  test('say when they were changed', () => {
    utimesSync(at('bytes'), 1000, 2000);
    expect(hostFiles().clock.modified?.(at('bytes'))).toEqual(new Date(2_000_000));
    expect(hostFiles().clock.modified?.(at('gone'))).toBeUndefined();
  });

  test.each([
    ['a FIFO', () => at('fifo')],
    ['a device', () => '/dev/zero'],
    ['a device', () => '/dev/tty'],
  ])('%s is refused at once', (kind, path) => {
    expect(() => hostFiles().readFile(path())).toThrow(
      new FileRefused(`it is ${kind}; expected a regular file`),
    );
  });

  test('a stretch of /dev/zero is as long as is asked, and no longer than 16 MiB', () => {
    const { readFile, readRange } = hostFiles();
    expect([...(readRange('/dev/zero', { offset: 5, size: 3 }) ?? [])]).toEqual([0, 0, 0]);
    expect(() => readRange('/dev/zero', { offset: 0, size: 2 ** 32 })).toThrow('at most 16777216 are read');
    expect(readFile('/dev/null')).toEqual(new Uint8Array(0));
    expect(() => readRange(at('fifo'), { offset: 0, size: 1 })).toThrow('it is a FIFO');
  });
});

describe('a source that names what is no file', () => {
  const messages = (body: string): string[] =>
    parse(at('a.dts'), `/dts-v1/;\n${body}`, hostFiles()).diagnostics.map(
      ({ span, message }) => `${span?.line}.${span?.column} ${message}`,
    );

  test('is told so with the place, in every way to name a file', () => {
    expect(messages('#include "fifo"\n/ { };')).toEqual([
      '2.10 cannot read fifo: it is a FIFO; expected a regular file',
    ]);
    expect(messages('/include/ "/dev/zero"\n/ { };')).toEqual([
      '2.11 cannot read /dev/zero: it is a device; expected a regular file',
    ]);
    expect(messages('/ { a = /incbin/("fifo"); b = /incbin/("below", 0, 1); };')).toEqual([
      '2.18 cannot read fifo: it is a FIFO; expected a regular file',
      '2.40 cannot read below: it is a directory; expected a regular file',
    ]);
    expect(messages('#if __has_include("fifo")\n/ { };\n#endif')).toEqual([]);
  });

  test('gets 16 bytes of /dev/zero, as from dtc', () => {
    const { tree } = parse(at('a.dts'), '/dts-v1/;\n/ { a = /incbin/("/dev/zero", 0, 16); };', hostFiles());
    expect(tree?.root.bytes('a')).toEqual(new Uint8Array(16));
  });
});
