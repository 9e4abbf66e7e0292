// Fuzzer of overlays by size and shape, on the compiled package: `npm run build` first.
//
//   node test/fuzz/trees/overlays.mjs [COUNT | SECONDSs] [--seed SEED]     COUNT: bases with their overlays
//
// Few or thousands of fragments, deep and flat trees, targets by label, by path and in an earlier overlay, properties that
// are changed, references in every form, fragments that overlap, targets that do not exist, blobs with changed bytes. Where
// the C fdtoverlay is installed it gets the small ones too, and must agree: refuse the same, or give the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyOverlaysToBlob, compile, FdtError, fromBlob } from '../../../dist/src/devicetree/index.js';
import { limitOf, within } from '../limit.mjs';
import { FuzzError, must, randomFrom } from '../random.mjs';

/** For what thousands of fragments and nodes may take, on a machine that has other things to do. */
const SLOW_MS = 20_000;
const LARGE = 2000;
const DEEPEST = 40;

/** Writes sources of trees at random. */
class Author {
  labels = [];
  paths = ['/'];
  constructor(random, prefix) {
    Object.assign(this, { random, prefix });
  }

  property(name, references) {
    const { random } = this;
    const to = references[random(references.length || 1)];
    const values = [
      `<${random(99)} ${random(99)}>`,
      `"${'s'.repeat(random(9))}"`,
      `[${'0a'.repeat(1 + random(5))}]`,
      to === undefined ? '<1>' : `<&${to} ${random(9)}>`,
      to === undefined ? '<1>' : `<${random(9)} &${to}>, <&${to}>`,
    ];
    const kind = random(values.length + 1);
    return `${name}${kind === values.length ? '' : ` = ${values[kind]}`};`;
  }

  /** What stands in a node with `size` nodes below it. `path`: undefined where nobody refers to it */
  body(size, references, path, depth = 0) {
    const { random } = this;
    const first = random(4);
    const lines = Array.from({ length: random(4) }, (_, i) => this.property(`p${first + i}`, references));
    const names = new Set();
    for (let left = size; left > 0; ) {
      const part = depth >= DEEPEST ? 1 : 1 + random(left);
      left -= part;
      const label = random(2) === 0 ? `${this.prefix}${this.labels.length}` : undefined;
      // fdtoverlay before 1.8 gives a node of the base the phandle of the overlay's of that name, and finds it no more.
      const name = path === undefined && label !== undefined ? label : `n${random(size > 100 ? size : 30)}`;
      if (names.has(name)) continue;
      names.add(name);
      const at = path === undefined ? undefined : `${path === '/' ? '' : path}/${name}`;
      if (at !== undefined) this.paths.push(at);
      if (label !== undefined) this.labels.push(label);
      const content = this.body(part - 1, references, at, depth + 1);
      lines.push(`${label === undefined ? '' : `${label}: `}${name} { ${content} };`);
    }
    return lines.join('\n');
  }

  base(size) {
    return `/dts-v1/;\n/ { ${this.body(size, [], '/')} };\n`;
  }

  overlay(fragments, labels, paths) {
    const { random } = this;
    const parts = [];
    for (let i = 0; i < fragments; i++) {
      const known = random(2) === 0 ? labels : this.labels;
      const content = this.body(random(4), [...known.slice(0, 50)]);
      const target =
        random(200) === 0
          ? '&missing'
          : random(3) === 0 || labels.length === 0
            ? `&{${paths[random(paths.length)]}}`
            : `&${labels[random(labels.length)]}`;
      parts.push(`${target} { ${content} };`);
    }
    return `/dts-v1/;\n/plugin/;\n${parts.join('\n')}\n`;
  }
}

function blobOf(text) {
  const { blob, diagnostics } = compile('made.dts', text, { preprocess: false, symbols: true });
  must(blob !== undefined, `a source is refused: ${diagnostics[0]?.message}\n${text}`);
  return blob;
}

/** @returns base and overlays, as blobs */
function made(random) {
  const large = random(24) === 0;
  const author = new Author(random, 'l');
  const blobs = [blobOf(author.base(large ? random(LARGE) : random(30)))];
  const labels = [...author.labels];
  for (let n = 1 + random(3); n > 0; n--) {
    const own = new Author(random, `o${n}_`);
    blobs.push(blobOf(own.overlay(1 + (large ? random(LARGE) : random(6)), labels, author.paths)));
    labels.push(...own.labels);
  }
  return { blobs, small: !large };
}

/** Changes a few words, mostly to what a word may be. */
function spoil(random, blob) {
  const copy = Uint8Array.from(blob);
  const view = new DataView(copy.buffer);
  for (let i = 1 + random(3); i > 0; i--) {
    const at = 4 * random(copy.length >> 2);
    const words = [0, 1, 2, 3, 4, 9, 0xffff_ffff, view.getUint32(at) + 4, random(copy.length)];
    view.setUint32(at, words[random(words.length)]);
  }
  return copy;
}

function ours([base, ...overlays]) {
  try {
    return applyOverlaysToBlob(base, overlays);
  } catch (error) {
    if (!(error instanceof FdtError)) throw error;
    return undefined;
  }
}

function theirs(folder, blobs) {
  const files = blobs.map((blob, i) => {
    const file = join(folder, `${i}.dtb`);
    writeFileSync(file, blob);
    return file;
  });
  const out = join(folder, 'out.dtb');
  rmSync(out, { force: true });
  const { status } = spawnSync('fdtoverlay', ['-i', files[0], '-o', out, ...files.slice(1)], {
    stdio: 'ignore',
  });
  return status === 0 ? readFileSync(out) : undefined;
}

const count = { applied: 0, refused: 0, compared: 0, fragments: 0 };
const limit = limitOf();
const goesOn = within(limit);
const folder = mkdtempSync(join(tmpdir(), 'dtbus-fuzz-overlays-'));
const installed = spawnSync('fdtoverlay', ['-V'], { stdio: 'ignore' }).error === undefined;
let done = 0;
try {
  for (; goesOn(done); done++) {
    const random = randomFrom(limit.seed + 7919 * done);
    for (let i = 0; i < 8; i++) random(2);
    const { blobs, small } = made(random);
    const spoilt = random(4) === 0;
    if (spoilt) {
      const which = random(blobs.length);
      blobs[which] = spoil(random, blobs[which]);
    }
    const before = blobs.map((blob) => Uint8Array.from(blob));
    const begin = performance.now();
    const result = ours(blobs);
    must(performance.now() - begin < SLOW_MS, `it took ${Math.round(performance.now() - begin)} ms`);
    must(
      blobs.every((blob, i) => Buffer.compare(blob, before[i]) === 0),
      'what was given was changed',
    );
    count[result === undefined ? 'refused' : 'applied']++;
    if (result !== undefined) {
      const again = fromBlob(result);
      must(spoilt || again.tree !== undefined, `the result is refused: ${again.diagnostics[0]?.message}`);
    }
    // The C program reads beyond the end of some that are broken.
    if (!installed || !small || spoilt || random(4) > 0) continue;
    const wanted = theirs(folder, blobs);
    count.compared++;
    must(
      (wanted === undefined) === (result === undefined),
      `fdtoverlay ${wanted === undefined ? 'refuses' : 'takes'} it`,
    );
    must(wanted === undefined || Buffer.compare(wanted, result) === 0, 'fdtoverlay gives another tree');
  }
} catch (error) {
  throw new FuzzError(`overlays, case ${done} of seed ${limit.seed}: ${error.stack}`, { cause: error });
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `overlays: ${done} bases, ${count.applied} applied, ${count.refused} refused, ${count.compared} compared with fdtoverlay: nothing found`,
);
