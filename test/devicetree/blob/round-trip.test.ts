import { afterAll, describe, expect, test } from 'vitest';
import { runDtc } from '../../../src/cli/dt-tools/run-dtc.ts';
import { compile } from '../../../src/devicetree/index.ts';
import { DtMemoryIo } from '../../cli/dt-tools/dt-memory-io.ts';
import { NO_CORPUS, unpackCorpus } from '../corpus.ts';

/** Every so many-th source of the corpus; all of them with DTBUS_CORPUS=all. */
const STEP = process.env['DTBUS_CORPUS'] === 'all' ? 1 : 23;

if (NO_CORPUS !== undefined) console.warn(`round trips over the corpus are skipped: ${NO_CORPUS}`);

function dtc(io: DtMemoryIo, ...argv: string[]): void {
  const exitCode = runDtc(['-qq', '-f', ...argv], io);
  if (exitCode !== 0) throw new Error(`dtc ${argv.join(' ')}: ${io.errors}`);
}

describe.skipIf(NO_CORPUS !== undefined)('blobs turn into other forms and back', () => {
  const corpus = NO_CORPUS === undefined ? unpackCorpus() : undefined;
  afterAll(() => corpus?.remove());

  // With symbols, so that labels, references and fixups make the trip too.
  const blobs = (corpus?.files ?? [])
    .filter((_, i) => i % STEP === 0)
    .flatMap(({ path }) => {
      const bytes = corpus?.read(path);
      const { blob } =
        bytes && corpus ? compile(path, bytes, { ...corpus.options(path), symbols: true }) : {};
      return blob === undefined ? [] : [{ path, blob }];
    });

  test('there is a sample', () => {
    expect(blobs.length).toBeGreaterThan(70);
  });

  test('through source (-O dts, -O dtb)', { timeout: 300_000 }, () => {
    const changed: string[] = [];
    for (const { path, blob } of blobs) {
      const io = new DtMemoryIo({ 'a.dtb': blob });
      dtc(io, '-I', 'dtb', '-O', 'dts', '-o', 'b.dts', 'a.dtb');
      dtc(io, '-I', 'dts', '-O', 'dtb', '-b', '0', '-o', 'c.dtb', 'b.dts');
      if (Buffer.compare(io.readFile('c.dtb'), blob) !== 0) changed.push(path);
    }
    expect(changed).toEqual([]);
  });

  test('through the oldest version of the format (-V 1)', { timeout: 300_000 }, () => {
    const changed: string[] = [];
    for (const { path, blob } of blobs) {
      const io = new DtMemoryIo({ 'a.dtb': blob });
      dtc(io, '-O', 'dtb', '-V', '1', '-o', 'old.dtb', 'a.dtb');
      dtc(io, '-O', 'dtb', '-o', 'c.dtb', 'old.dtb');
      if (Buffer.compare(io.readFile('c.dtb'), blob) !== 0) changed.push(path);
    }
    expect(changed).toEqual([]);
  });
});
