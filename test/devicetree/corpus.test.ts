import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { clientsIn, loadCatalogue } from '../../src/board/index.ts';
import { Coverage, type CoverageReport } from '../../src/cli/parts/coverage.ts';
import { compile, fromBlob, SourceCache, writeDts } from '../../src/devicetree/index.ts';
import { NO_CORPUS, unpackCorpus } from './corpus.ts';

if (NO_CORPUS !== undefined) console.warn(`corpus tests are skipped: ${NO_CORPUS}`);

/**
 * What the archive's boards carry, counted once by hand from all compatibles, and how much of that must have a part. These
 * floors only grow.
 */
function expectCoverage({ boards, nodes }: CoverageReport): void {
  const { behaves, answers, absent } = nodes.all;
  expect({ withClients: boards.withClients, nodes: behaves + answers + absent }).toEqual({
    withClients: 1226,
    nodes: 6475,
  });
  expect(behaves).toBeGreaterThanOrEqual(FLOOR.behaves);
  expect(behaves + answers).toBeGreaterThanOrEqual(FLOOR.any);
  expect(boards.complete).toBeGreaterThanOrEqual(FLOOR.complete);
}

const FLOOR = { behaves: 3660, any: 5042, complete: 598 };

describe.skipIf(NO_CORPUS !== undefined)('every Linux 7.2 source', () => {
  const corpus = NO_CORPUS === undefined ? unpackCorpus() : undefined;
  afterAll(() => corpus?.remove());

  it("gives the blob that dtc 1.8.1 gave, and that blob's source gives it again", {
    timeout: 300_000,
  }, async () => {
    const coverage = new Coverage(await loadCatalogue());
    const missing: string[] = [];
    const wrong: string[] = [];
    const notReturned: string[] = [];
    let same = 0;
    for (const [i, { path, sha256 }] of (corpus?.files ?? []).entries()) {
      const bytes = corpus?.read(path);
      if (bytes === undefined || corpus === undefined) throw new Error(`the archive has no ${path}`);
      const options = corpus.options(path);
      const { blob, diagnostics } = compile(path, bytes, options);
      if (blob === undefined && diagnostics[0]?.code === 'include') {
        // Some sources include one that is not in the archive: gcc cannot read them either.
        missing.push(`${path}: ${diagnostics[0].message}`);
        continue;
      }
      if (blob === undefined || createHash('sha256').update(blob).digest('hex') !== sha256) {
        wrong.push(`${path}: ${diagnostics[0]?.message ?? 'other bytes'}`);
        continue;
      }
      // As the command does, which reads of headers what is used.
      const once =
        i % 4 === 0 ? compile(path, bytes, { ...options, cache: SourceCache.forOneRead() }).blob : blob;
      if (once === undefined || Buffer.compare(once, blob) !== 0)
        wrong.push(`${path}: other bytes for one read`);
      same++;
      const { tree } = fromBlob(blob);
      if (tree !== undefined && path.endsWith('.dts')) coverage.add(clientsIn(tree));
      const again = tree && compile('again.dts', writeDts(tree), { preprocess: false, bootCpu: 0 }).blob;
      if (again === undefined || Buffer.compare(again, blob) !== 0) notReturned.push(path);
    }
    if (missing.length > 0) console.warn(`not in the archive:\n  ${missing.join('\n  ')}`);
    expect(wrong).toEqual([]);
    expect(notReturned).toEqual([]);
    expect(missing.every((line) => / cannot find arm\/broadcom\/\S+\.dts$/.test(line))).toBe(true);
    expect(same + missing.length).toBe(1882);
    expect(missing.length).toBeLessThanOrEqual(9);
    expectCoverage(coverage.report);
  });
});
