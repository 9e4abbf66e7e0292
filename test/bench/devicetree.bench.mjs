// Device-tree source to blob: every Linux 7.2 board in one process against `gcc -E | dtc`, in CPU time; growth with
// size; one board from the shell. Needs the corpus (../shared, or DTBUS_SHARED), gcc and dtc.
// DTBUS_BENCH_EVERY=10 takes every tenth board.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout, load, medianOf, report } from './report.mjs';

const { applyOverlaysToBlob, cachedReader, compile, dtcChecks, parse, resolve, toBlob } =
  await load('./devicetree');

const self = fileURLToPath(import.meta.url);
const project = fileURLToPath(new URL('../../', import.meta.url));
const PREFIXES = 'scripts/dtc/include-prefixes';
const EVENT_CODES = '/usr/include/linux/input-event-codes.h';

/** Compiles the boards that stdin names, below the working directory, and prints its own CPU seconds. */
function compileAll() {
  const read = cachedReader((path) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  });
  for (const path of readFileSync(0, 'utf8').split('\n')) {
    const { blob, diagnostics } = compile(path, readFileSync(path), {
      readFile: read,
      includePaths: [dirname(path), PREFIXES],
      bootCpu: 0,
      symbols: path.endsWith('.dtso'),
    });
    if (blob === undefined) throw new Error(`${path}: ${diagnostics[0]?.message}`);
  }
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1e6);
}

/** CPU seconds of a shell script and all that it starts. */
function shellSeconds(script, cwd) {
  // By standard input: two thousand commands are longer than an argument may be.
  const text = execFileSync('bash', [], {
    input: `${script}\ntimes\n`,
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const children = text.trim().split('\n').at(-1);
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return seconds.reduce((sum, each) => sum + each, 0);
}

function milliseconds(command, args, cwd) {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function boards(shared, root) {
  const every = Number(process.env.DTBUS_BENCH_EVERY ?? 1);
  const lines = readFileSync(join(shared, 'corpus', 'linux-7.2-dts.sha256'), 'utf8')
    .trim()
    .split('\n');
  const all = lines.map((line) => line.slice(64).trim()).filter((_, i) => i % every === 0);
  // Some include what is not in the archive; nobody can compile those.
  const missing = /^#include "(arm\/broadcom\/\S+\.dts)"/m;
  return all.filter((path) => {
    const include = missing.exec(readFileSync(join(root, path), 'utf8'))?.[1];
    return include === undefined || existsSync(join(root, PREFIXES, include));
  });
}

const hex = (number) => number.toString(16);

/** Sources of one shape each, of `n` pieces. */
const SHAPES = {
  'nodes with references and macros': (n) => `#define FLAGS(n) (1 << (n))
/ {
${each(n, (i) => `\tn${i}: node@${hex(i)} {\n\t\treg = <0x${hex(i)} FLAGS(3)>;\n\t\tcompatible = "vendor,part-${i % 50}";\n\t\tnext = <&n${(i * 7) % n}>;\n\t};`)}
};`,
  siblings: (n) => `/ {\n${each(n, (i) => `\tnode@${hex(i)} {\n\t\treg = <0x${hex(i)} 0>;\n\t};`)}\n};`,
  'properties of one node': (n) => `/ {\n${each(n, (i) => `\tvendor,setting-${i} = <${i}>, "x${i}";`)}\n};`,
  'names that end alike': (n) => `/ {\n${each(n, (i) => `\tx${i}-supply = <${i}>;`)}\n};`,
  'nodes opened again by label': (n) =>
    `/ {\n${each(n, (i) => `\tn${i}: node@${hex(i)} { reg = <${i} 0>; };`)}\n};\n${each(n, (i) => `&n${i} { status = "okay"; };`)}`,
  'references by path': (n) =>
    `/ {\n${each(n, (i) => `\tl${i}: node-${i} { p = &{/node-${(i * 7) % n}}, &l${(i * 3) % n}; };`)}\n};`,
  'nodes 200 deep': (n) => {
    const inside = `${each(200, (i) => `part-number-${i} { compatible = "vendor,part-${i}"; p = <${i}>;`)}${'};'.repeat(200)}`;
    return each(Math.ceil(n / 200), (i) => `/ { top-${i} {\n${inside} }; };`);
  },
  'one address': (n) =>
    `/ {\n#address-cells = <1>; #size-cells = <0>;\n${each(n, (i) => `\tn${i}@1 { reg = <1>; };`)}\n};`,
  'labels everywhere': (n) =>
    `/ {\n${each(n, (i) => `\ta${i}: b${i}: n${i} { x${i}: p = <1 l${i}: 2>; };`)}\n};`,
  'an array of bytes': (n) =>
    `/ {\n\ta = /bits/ 8 <\n${each(n, (i) => `0x${hex(i & 255)} 2 3 4 5 6 7 8`)}>;\n};`,
  'macros that join names': (n) =>
    `${each(n, (i) => `#define PIN_${i} ${i}`)}\n#define TWO(a, b) PIN_##a PIN_##b\n/ {\n\ta = <\n${each(n, (i) => `TWO(${i}, ${(i * 7) % n})`)}>;\n};`,
  'a long macro': (n) =>
    `${each(Math.ceil(n / 1000), (m) => `#define M${m} ${each(1000, String, ' ')}`)}\n/ {\n${each(Math.ceil(n / 1000), (m) => `\ta${m} = <M${m}>;`)}\n};`,
  'an overlay': (n) =>
    `/plugin/;\n${each(n, (i) => `&base${i} { l${i}: node { compatible = "vendor,some-part", "vendor,some-older-part"; p = <&l${(i * 7) % n} &other${i % 100}>; }; };`)}`,
};

function each(count, line, between = '\n') {
  return Array.from({ length: count }, (_, i) => line(i)).join(between);
}

/** Microseconds of CPU for each KB of source, with all checks and symbols: reading, resolving, writing. */
function costOf(source) {
  const before = process.cpuUsage();
  const { tree, diagnostics } = parse('shape.dts', source, { resolve: false });
  if (tree === undefined) throw new Error(diagnostics[0].message);
  resolve(tree, { checks: dtcChecks(), symbols: true });
  toBlob(tree);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (source.length / 1024);
}

/** In steps of four, as the caches of a processor and the collector end at some size, not at one factor. */
const SIZES_KB = [100, 400, 1600];

function growth() {
  for (const [name, shape] of Object.entries(SHAPES)) {
    const perPiece = shape(2000).length / 2000;
    const costs = SIZES_KB.map((kb) => {
      const source = new TextEncoder().encode(`/dts-v1/;\n${shape(Math.round((kb * 1024) / perPiece))}\n`);
      const runs = kb === 100 ? 9 : 3;
      return Math.min(...Array.from({ length: runs }, () => costOf(source)));
    });
    for (const [i, kb] of SIZES_KB.entries()) report(`${name}, ${kb} KB`, costs[i], 'us/KB');
    report(`  last to middle of ${name}`, costs[2] / costs[1], '', 'aim: 1');
  }
}

/** CPU seconds to merge an overlay of `n` fragments, all for one node or each for its own. */
function mergeSeconds(n, target) {
  const blobOf = (source) => {
    const { blob, diagnostics } = compile('shape.dts', `/dts-v1/;\n${source}`, { symbols: true });
    if (blob === undefined) throw new Error(diagnostics[0].message);
    return blob;
  };
  const base = blobOf(`/ {\n${each(n, (i) => `\tt${i}: target-${i} { };`)}\n};`);
  const overlay = blobOf(
    `/plugin/;\n${each(n, (i) => `&t${target(i)} { l${i}: node@${hex(i)} { reg = <${i}>; }; };`)}`,
  );
  const before = process.cpuUsage();
  applyOverlaysToBlob(base, [overlay]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function overlayGrowth() {
  for (const [name, target] of [
    ['one node', () => 0],
    ['a node each', (i) => i],
  ]) {
    mergeSeconds(1000, target);
    const [few, many] = [5000, 20_000].map((n) => mergeSeconds(n, target));
    report(`an overlay of 20,000 fragments for ${name}`, many, 's CPU');
    report('  to four times that of 5,000', many / few / 4, '', 'aim: 1');
  }
}

/** What one line of a file becomes, by what it is. */
const LINES = {
  'a value': (text) => text.replace(middle(text, /= <\d+>;/g), (value) => value.replace('<', '<1')),
  'a new property': (text) =>
    text.replace(middle(text, /[\w,-]+ = <\d+>;/g), (property) => `new-property = <1>;\n${property}`),
  "a node's label": (text) => text.replace(middle(text, /\w+: [\w-]+@\w+ \{/g), (node) => `more: ${node}`),
  'a new node': (text) =>
    text.replace(middle(text, /\w+: [\w-]+@\w+ \{/g), (node) => `new-node { new-property; };\n${node}`),
  'a block behind all': (text) => `${text}\n/ { new-property = <1>; };\n`,
};

/** The place of the match in the middle, as a pattern that matches nothing else. */
function middle(text, pattern) {
  const all = [...text.matchAll(pattern)];
  const { index, 0: found } = all[all.length >> 1];
  return new RegExp(`(?<=^[^]{${index}})${found.replace(/[{}<>@]/g, '\\$&')}`);
}

/** Compiles a board, and again with one line of `file` changed, and prints the times of both in ms. */
function compileAgain(board, file, line) {
  const files = new Map();
  const readFile = (path) => {
    if (!files.has(path)) files.set(path, existsSync(path) ? readFileSync(path) : undefined);
    return files.get(path);
  };
  const times = [0, 1].map((again) => {
    if (again === 1) files.set(file, Buffer.from(LINES[line](readFile(file).toString('latin1')), 'latin1'));
    const source = readFile(board);
    const start = performance.now();
    const { blob } = compile(board, source, {
      readFile,
      includePaths: [dirname(board), PREFIXES],
      bootCpu: 0,
    });
    if (blob === undefined) throw new Error(`${board} has errors`);
    return performance.now() - start;
  });
  console.log(JSON.stringify(times));
}

/** A board compiled again in one process when one line has changed, of its first compile there. */
function again(root, board) {
  const [, name] = /#include "([^"]+\.dtsi)"/.exec(readFileSync(join(root, board), 'utf8'));
  for (const [what, file] of [
    ['its own file', board],
    ['its first .dtsi', join(dirname(board), name)],
  ])
    for (const line of Object.keys(LINES)) {
      const share = medianOf(7, () => {
        const args = [self, '--again', board, file, line];
        const [first, second] = JSON.parse(
          execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }),
        );
        return second / first;
      });
      report(
        `a board compiled again, ${line} in ${what}, of its first compile`,
        share,
        '',
        'aim: at most 0.1',
      );
    }
}

/** Linux's boards against gcc and dtc, where the corpus is there. */
function corpus() {
  const shared = process.env.DTBUS_SHARED ?? join(project, '..', 'shared');
  const archive = join(shared, 'corpus', 'linux-7.2-dts.tar.xz');
  if (!existsSync(archive)) {
    console.log(`no corpus: ${archive} is not there`);
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
  try {
    execFileSync('tar', ['xJf', archive, '-C', root]);
    // Linux keeps this header elsewhere; four names in it are newer than the system's.
    const newer = [
      'ABS_SND_PROFILE 0x22',
      'SND_PROFILE_SILENT 0',
      'SND_PROFILE_VIBRATE 1',
      'SND_PROFILE_RING 2',
    ];
    const more = newer.map((line) => `#define ${line}\n`).join('');
    const header = readFileSync(EVENT_CODES, 'utf8').replace(/#endif\s*$/, `${more}#endif\n`);
    execFileSync('mkdir', ['-p', join(root, 'include/uapi/linux')]);
    writeFileSync(join(root, 'include/uapi/linux/input-event-codes.h'), header);
    const paths = boards(shared, root);

    const ours = Number(
      execFileSync(process.execPath, [self, '--compile'], {
        cwd: root,
        input: paths.join('\n'),
        encoding: 'utf8',
      }),
    );
    const commands = paths.map((path) => {
      const include = `-I${dirname(path)} -I${PREFIXES}`;
      const dtc = `dtc -q -b 0 ${path.endsWith('.dtso') ? '-@ ' : ''}-I dts -O dtb -o /dev/null -`;
      return `gcc -E -nostdinc ${include} -undef -D__DTS__ -x assembler-with-cpp ${path} 2>/dev/null | ${dtc} 2>/dev/null`;
    });
    const theirs = shellSeconds(commands.join('\n'), root);
    report(`${paths.length} Linux boards in one process, cold`, ours, 's CPU');
    report('the same with gcc -E | dtc', theirs, 's CPU');
    report('share', ours / theirs, '', 'aim: at most 0.33');

    const board = paths.find((path) => path.includes('/freescale/imx8mp')) ?? paths[0];
    const node = medianOf(7, () => milliseconds(process.execPath, ['-e', '0'], root));
    const shell = medianOf(7, () =>
      milliseconds(
        process.execPath,
        [join(checkout, 'bin/dtbus.js'), 'dtc', '-q', '-i', PREFIXES, '-o', '/dev/null', board],
        root,
      ),
    );
    report('node -e 0 from the shell', node, 'ms');
    report('one board from the shell beyond it', shell - node, 'ms', 'aim: at most 150');
    again(root, board);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function main() {
  growth();
  corpus();
  // Last: an older build that refuses such an overlay has its other rows.
  overlayGrowth();
}

if (process.argv[2] === '--compile') compileAll();
else if (process.argv[2] === '--again') compileAgain(...process.argv.slice(3));
else main();
