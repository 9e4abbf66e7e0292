// Mutated device-tree sources and blobs: `node test/fuzz/devicetree.mjs [seconds] [seed]`, on what `npm run build` made.
// Whatever comes in, a tree or diagnostics must come out: no exception, no hang; what is written must be read again
// as the same. What it finds is printed in Base64, to be kept in test/fixtures/devicetree/fuzz.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, fromBlob, toBlob, writeDts } from '../../dist/src/devicetree/index.js';
import { randomFrom } from './random.mjs';

const fixtures = fileURLToPath(new URL('../fixtures/devicetree/', import.meta.url));
const SLOW_MS = 2000;

/** Pieces of the language, to be put in anywhere. */
const PIECES =
  `/dts-v1/; /plugin/; /memreserve/ /delete-node/ /delete-property/ /omit-if-no-ref/ /bits/ /incbin/("x")
/include/ "x" #include #define #undef #if #ifdef #ifndef #else #elif #endif #error #line #pragma ## # ... __VA_ARGS__
defined &l &{/} &{l/n} l: < > [ ] { } }; ; = , ( ) " ' \\ // /* */ << >> && || ?: 0x 0xffffffffffffffff 09 'a' "s" \\x
phandle linux,phandle reg #address-cells #size-cells __symbols__ __fixups__ __local_fixups__ aliases name @ 1e+`.split(
    /\s+/,
  );

/** Statements that are right where properties may stand, nearly everywhere, or at a line's start. */
const PROPERTIES =
  `a = <1 2>;|b = "x", "y";|c = [00 ff];|d;|l9: e = <&n>;|f = &n, "z";|/delete-property/ a;|name = "n";|phandle = <7>;
g = <q: 1 r:>, s: "t" u:;|h = /bits/ 16 <1 (2*3)>;|i = <(1 ? 2 : 3) 'c' (~0)>;|linux,phandle = <&n>;|j = "a\\x00b\\n";|n = <&{/n@1}>;|k = /incbin/("x");
#x = <F(1)>;|y-G(b, c) = G(d);|/include/ "x"|n { };|/delete-node/ n;|/omit-if-no-ref/ o: o { p; };|l8: n2 { phandle = <&l8>; };`.split(
    /[|\n]/,
  );
const LINES = [
  '#define F(x) x',
  '#undef F',
  '#if 1',
  '#endif',
  '#else',
  '#ifdef F',
  '# 5 "y.dts"',
  '&n { z; };',
  '/ { w { v; }; };',
  '#include "x"',
];

const SOURCES = [
  '/dts-v1/;\n#define F(x) <x>\n#define G(a, ...) a##1 #a __VA_ARGS__\n/ { a = F(1), "s", [00 11]; n: n@1 { b = <&n>; }; };\n&n { c = &{/n@1}; };',
  '/dts-v1/;\n/memreserve/ 0x1000 (1 << 40);\n/ { a = /bits/ 64 <1 (2+3*4)>, /bits/ 8 <1>; l1: b = <l2: 1 l3:>; /omit-if-no-ref/ u: u { }; };\n/delete-node/ &u;',
  '/dts-v1/;\n/plugin/;\n&x { y { z = <&x &y2>; }; };\n&{/soc} { y2: q { }; };',
];

const INCLUDED = Buffer.from('/ { included { };  };\n');

function mutate(bytes, others, pick) {
  let out = Buffer.from(bytes);
  for (let n = 1 + pick(3); n > 0; n--) {
    const at = pick(out.length + 1);
    const length = pick(Math.min(64, out.length - at + 1));
    const splice = (middle, skip) => Buffer.concat([out.subarray(0, at), middle, out.subarray(at + skip)]);
    switch (pick(16)) {
      case 0:
        if (at < out.length) out[at] = pick(256);
        break;
      case 1:
        if (at < out.length) out[at] ^= 1 << pick(8);
        break;
      case 2:
        out = splice(Buffer.alloc(0), length);
        break;
      case 3:
        out = splice(out.subarray(at, at + length), 0);
        break;
      case 4: {
        const other = others[pick(others.length)];
        const from = pick(other.length);
        out = splice(other.subarray(from, from + pick(200)), length);
        break;
      }
      case 5:
        if (at + 4 <= out.length)
          out.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff, out.length, pick(1000)][pick(6)], at);
        break;
      case 6:
        out = splice(Buffer.from(` ${PIECES[pick(PIECES.length)]} `), pick(3) === 0 ? length : 0);
        break;
      default: {
        const isLine = pick(4) === 0;
        const behind = out.indexOf(isLine ? '\n' : pick(2) === 0 ? '{' : ';', at) + 1;
        const text = isLine ? `${LINES[pick(LINES.length)]}\n` : ` ${PROPERTIES[pick(PROPERTIES.length)]} `;
        if (behind > 0)
          out = Buffer.concat([out.subarray(0, behind), Buffer.from(text), out.subarray(behind)]);
      }
    }
  }
  return out.subarray(0, 100_000);
}

function isError({ severity }) {
  return severity === 'error';
}

/**
 * @returns whether it is right
 * @throws what is wrong with the way it is treated
 */
function trySource(bytes, options) {
  const { tree, blob, diagnostics } = compile('fuzz.dts', bytes, options);
  if ((tree === undefined) !== diagnostics.some(isError)) throw new Error('a tree with errors, or neither');
  // An entry of size 0 is the end of the reservations when it is read again.
  if (blob === undefined || tree?.reservations.some(({ size }) => size === 0n)) return false;
  const again = fromBlob(blob);
  if (again.tree === undefined) throw new Error(`own blob is refused: ${again.diagnostics[0]?.message}`);
  if (Buffer.compare(toBlob(again.tree), blob) !== 0) throw new Error('own blob changes when it is read');
  const source = writeDts(again.tree);
  const back = compile('written.dts', source, { preprocess: false, bootCpu: again.tree.bootCpu });
  // dtc's own output has this too: "phandle" under __local_fixups__ is an offset, but is taken for a phandle.
  if (
    back.diagnostics.some(
      ({ code, node }) => code === 'explicit_phandles' && node?.includes('__local_fixups__'),
    )
  ) {
    return true;
  }
  if (back.blob === undefined)
    throw new Error(`own source is refused: ${back.diagnostics[0]?.message}\n${source}`);
  if (Buffer.compare(back.blob, blob) !== 0) throw new Error(`own source gives another blob\n${source}`);
  return true;
}

/** @returns whether it is right */
function tryBlob(bytes) {
  const { tree, diagnostics } = fromBlob(bytes);
  if ((tree === undefined) !== diagnostics.some(isError)) throw new Error('a tree with errors, or neither');
  if (tree === undefined) return false;
  const blob = toBlob(tree);
  const again = fromBlob(blob);
  if (again.tree === undefined) throw new Error(`own blob is refused: ${again.diagnostics[0]?.message}`);
  if (Buffer.compare(toBlob(again.tree), blob) !== 0) throw new Error('own blob changes when it is read');
  compile('written.dts', writeDts(tree), { preprocess: false });
  return true;
}

export function fuzzDevicetree(seconds, seed = Date.now()) {
  const pick = randomFrom(seed);
  const broken = readdirSync(join(fixtures, 'broken')).filter((name) => /\.dts[io]?o?$/.test(name));
  const sources = [
    ...SOURCES.map((text) => Buffer.from(text)),
    ...broken.map((name) => readFileSync(join(fixtures, 'broken', name))),
  ];
  const blobs = SOURCES.flatMap((text) =>
    [17, 1, 3].map((version) =>
      Buffer.from(compile('seed.dts', text, { version, symbols: true }).blob ?? []),
    ),
  );
  const finds = [];
  let runs = 0;
  let right = 0;
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end && finds.length < 10) {
    const isBlob = pick(3) === 0;
    const pool = isBlob ? blobs : sources;
    const input = mutate(pool[pick(pool.length)], pool, pick);
    const options = { preprocess: pick(4) > 0, symbols: pick(2) === 0, aliases: pick(4) === 0, bootCpu: 0 };
    const start = Date.now();
    try {
      const readFile = (path) => (path.endsWith('x') ? INCLUDED : undefined);
      const isRight = isBlob ? tryBlob(input) : trySource(input, { ...options, readFile });
      // What is still right is worth going on from.
      if (isRight) {
        right++;
        if (pool.length < 500) pool.push(input);
        else pool[pick(500)] = input;
      }
    } catch (error) {
      finds.push({
        kind: isBlob ? 'blob' : 'source',
        options,
        input: input.toString('base64'),
        error: String(error?.stack ?? error),
      });
    }
    if (Date.now() - start > SLOW_MS) {
      finds.push({
        kind: 'slow',
        options,
        input: input.toString('base64'),
        error: `${Date.now() - start} ms`,
      });
    }
    runs++;
  }
  return { runs, right, seed, finds };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { runs, right, seed, finds } = fuzzDevicetree(
    Number(process.argv[2] ?? 10),
    Number(process.argv[3] ?? Date.now()),
  );
  for (const { kind, options, input, error } of finds)
    console.log(`${kind} ${JSON.stringify(options)}\n${error}\n${input}\n`);
  console.log(`devicetree: ${runs} inputs (${right} of them right), seed ${seed}, ${finds.length} finds`);
  process.exitCode = finds.length > 0 ? 1 : 0;
}
