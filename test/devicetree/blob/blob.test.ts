import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBlob, toBlob } from '../../../src/devicetree/index.ts';
import { blobOf, dtc, HAS_DTC, hex, inRoot } from '../support.ts';

const SOURCE = `/dts-v1/; /memreserve/ 0x1000 0x2000;
  / { model = "board"; n@1 { reg = <1 2>; data = [01 02 03]; deep { long = "0123456789"; }; }; };`;

/** Offsets of the header's fields. */
const FIELD = {
  total: 4,
  struct: 8,
  strings: 12,
  reserve: 16,
  version: 20,
  lastCompatible: 24,
  bootCpu: 28,
} as const;

function field(blob: Uint8Array, offset: number): number {
  return new DataView(blob.buffer, blob.byteOffset).getUint32(offset);
}

function withField(blob: Uint8Array, offset: number, value: number): Uint8Array {
  const changed = blob.slice();
  new DataView(changed.buffer).setUint32(offset, value);
  return changed;
}

function refusal(blob: Uint8Array): string {
  const { tree, diagnostics } = fromBlob(blob, 'bad.dtb');
  expect(tree).toBeUndefined();
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({ severity: 'error', code: 'blob' });
  return diagnostics[0]?.message ?? '';
}

describe('5 the flattened format', () => {
  it('5.1 has header, reservations, structure and strings, in this order', () => {
    const blob = blobOf(SOURCE);
    expect([FIELD.reserve, FIELD.struct].map((offset) => field(blob, offset))).toEqual([40, 40 + 2 * 16]);
    expect(field(blob, FIELD.total)).toBe(blob.length);
    expect(field(blob, FIELD.strings)).toBeLessThan(blob.length);
  });

  it.each([
    [1, 1, 28],
    [2, 1, 32],
    [3, 1, 36],
    [16, 16, 36],
    [17, 16, 40],
  ])('5.2 version %i names %i as the last compatible', (version, lastCompatible, header) => {
    const blob = blobOf(SOURCE, { version });
    expect(field(blob, FIELD.version)).toBe(version);
    expect(field(blob, FIELD.lastCompatible)).toBe(lastCompatible);
    expect(field(blob, FIELD.reserve)).toBe(Math.ceil(header / 8) * 8);
  });

  it('knows no other version', () => {
    expect(() => blobOf(SOURCE, { version: 4 })).toThrow('version 4');
  });

  it('5.3 ends the reservations with an empty entry, and more where asked', () => {
    const blob = blobOf(SOURCE, { reserve: 2 });
    expect(field(blob, FIELD.struct) - field(blob, FIELD.reserve)).toBe(4 * 16);
    expect(hex(blob.subarray(40, 56))).toBe('0000000000001000' + '0000000000002000');
  });

  it('is padded as -S, -p and -a ask', () => {
    const { length } = blobOf(SOURCE);
    expect(blobOf(SOURCE, { space: 1000 })).toHaveLength(1000);
    expect(blobOf(SOURCE, { space: 10 })).toHaveLength(length);
    expect(blobOf(SOURCE, { pad: 100 })).toHaveLength(length + 100);
    expect(blobOf(SOURCE, { pad: 1, align: 256 }).length % 256).toBe(0);
    expect(field(blobOf(SOURCE, { pad: 100 }), FIELD.total)).toBe(length + 100);
  });

  it('takes the boot CPU from the options, or from the first CPU', () => {
    expect(field(blobOf(SOURCE, { bootCpu: 7 }), FIELD.bootCpu)).toBe(7);
    expect(field(blobOf(inRoot('cpus { cpu@5 { reg = <5>; }; };')), FIELD.bootCpu)).toBe(5);
  });
});

describe.skipIf(!HAS_DTC)('dtc writes the same bytes', () => {
  it.each([
    ['-V', '1'],
    ['-V', '2'],
    ['-V', '3'],
    ['-V', '16'],
    ['-R', '3'],
    ['-S', '4096'],
    ['-p', '77'],
    ['-a', '64'],
    ['-b', '9'],
  ])('with %s %s', (letter, value) => {
    const name =
      { '-V': 'version', '-R': 'reserve', '-S': 'space', '-p': 'pad', '-a': 'align', '-b': 'bootCpu' }[
        letter
      ] ?? '';
    expect(hex(blobOf(SOURCE, { [name]: Number(value) }))).toBe(hex(dtc(SOURCE, [letter, value])));
  });
});

describe('reading', () => {
  it.each([1, 2, 3, 16, 17])('gives back what was written as version %i', (version) => {
    const blob = blobOf(SOURCE, { version });
    const { tree, diagnostics } = fromBlob(blob);
    expect(diagnostics).toEqual([]);
    expect(tree?.reservations).toEqual([{ address: 0x1000n, size: 0x2000n, labels: [] }]);
    expect(tree?.byPath('/n@1/deep')?.string('long')).toBe('0123456789');
    expect(hex(tree && toBlob(tree, { version }))).toBe(hex(blob));
  });

  it('does not keep the caller from changing his bytes', () => {
    const blob = blobOf(SOURCE);
    const { tree } = fromBlob(blob);
    blob.fill(0);
    expect(tree?.root.string('model')).toBe('board');
  });

  it('finds phandles, and an overlay by its fixups', () => {
    const { tree } = fromBlob(blobOf('/dts-v1/; /plugin/; &x { y: y { z = <&y>; }; };'));
    expect(tree?.plugin).toBe(true);
    expect(tree?.byPhandle(1)?.name).toBe('y');
  });

  it('passes NOP tags by', () => {
    const blob = blobOf(inRoot('a = <1>;'));
    const at = field(blob, FIELD.struct) + 8;
    const nops = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 4);
    const longer = new Uint8Array([...blob.subarray(0, at), ...nops, ...blob.subarray(at)]);
    const moved = withField(
      withField(longer, FIELD.total, longer.length),
      FIELD.strings,
      field(blob, FIELD.strings) + 8,
    );
    expect(fromBlob(moved).tree?.root.u32('a')).toBe(1);
  });

  it('warns of properties behind subnodes', () => {
    const blob = blobOf(inRoot('n { };'));
    const at = field(blob, FIELD.struct) + 8 + 8 + 4;
    const property = Uint8Array.of(0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0);
    const longer = new Uint8Array([...blob.subarray(0, at), ...property, ...blob.subarray(at), 0x70, 0]);
    const strings = field(blob, FIELD.strings) + 12;
    const moved = withField(withField(longer, FIELD.total, longer.length), FIELD.strings, strings);
    const changed = withField(moved, 32, 2);
    const { tree, diagnostics } = fromBlob(changed);
    expect(tree?.root.properties.map(({ name }) => name)).toEqual(['p']);
    expect(diagnostics.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      'warning <blob>: a property comes after subnodes of its node',
    ]);
  });
});

describe('a blob that lies is refused', () => {
  const blob = blobOf(SOURCE);
  const struct = field(blob, FIELD.struct);
  const tagAt = (offset: number, tag: number): Uint8Array => withField(blob, struct + offset, tag);

  it.each([
    ['nothing', new Uint8Array(0), 'at least 28 bytes'],
    ['four bytes', blob.subarray(0, 4), 'at least 28 bytes'],
    ['no magic number', withField(blob, 0, 0x12345678), 'd00dfeed'],
    [
      'cut off',
      blob.subarray(0, blob.length - 1),
      'the blob is cut off: totalsize is 216, the blob has 215 bytes',
    ],
    ['totalsize too small', withField(blob, FIELD.total, 20), 'less than a header'],
    ['header too small for its version', withField(blob.slice(0, 64), FIELD.total, 36), 'version 17 header'],
    ['version 0', withField(blob, FIELD.version, 0), 'version 0'],
    ['structure behind the end', withField(blob, FIELD.struct, 0xffff_fff0), 'off_dt_struct'],
    ['strings behind the end', withField(blob, FIELD.strings, blob.length + 1), 'off_dt_strings'],
    ['strings too long', withField(blob, 32, blob.length), 'strings block'],
    ['structure too long', withField(blob, 36, blob.length), 'structure block'],
    ['reservations behind the end', withField(blob, FIELD.reserve, 0x7fff_ffff), 'off_mem_rsvmap'],
    [
      'reservations without end',
      withField(withField(blob, FIELD.reserve, blob.length - 20), 60, 1),
      'has no end',
    ],
    ['no node at all', tagAt(0, 9), 'begins with tag 9'],
    ['an unknown tag', tagAt(8, 77), 'unknown tag 77 in node /'],
    ['an early end', tagAt(8, 9), 'ends inside node /'],
    ['a property beyond the end', tagAt(12, 0x7fff_fff0), "goes beyond the blob's end"],
    ['a property without name', tagAt(16, 0x7fff_fff0), 'strings block'],
    ['a structure without end', withField(blob, field(blob, FIELD.strings) - 4, 4), 'more than one root'],
  ])('%s', (_name, bytes, message) => {
    expect(refusal(bytes)).toContain(message);
  });

  it('nodes nested without end', () => {
    const depth = 2000;
    const cells = new Uint8Array(depth * 8);
    for (let i = 0; i < depth; i++) cells[i * 8 + 3] = 1;
    const deep = new Uint8Array([...blob.subarray(0, struct), ...cells]);
    const bytes = withField(withField(withField(deep, FIELD.total, deep.length), FIELD.strings, 40), 32, 0);
    expect(refusal(withField(bytes, 36, 0))).toContain('nested more than 1000 deep');
  });

  it('whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { tree, diagnostics } = fromBlob(bytes);
        expect(tree === undefined).toBe(diagnostics.length > 0);
      }),
    );
  });
});

describe('any tree', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9,._+-]{0,12}$/);
  const value = fc.uint8Array({ maxLength: 40 });
  interface Model {
    readonly properties: Readonly<Record<string, Uint8Array>>;
    readonly nodes: Readonly<Record<string, Model>>;
  }
  const { tree: model } = fc.letrec<{ tree: Model }>((tie) => ({
    tree: fc.record({
      properties: fc.dictionary(
        name.filter((text) => text !== 'name' && text !== 'phandle'),
        value,
        { maxKeys: 5 },
      ),
      nodes: fc.oneof({ maxDepth: 3 }, fc.constant({}), fc.dictionary(name, tie('tree'), { maxKeys: 3 })),
    }) as fc.Arbitrary<Model>,
  }));

  function written({ properties, nodes }: Model): string {
    const values = Object.entries(properties).map(([key, bytes]) => `${key} = [${hex(bytes)}];`);
    return [...values, ...Object.entries(nodes).map(([key, below]) => `${key} { ${written(below)} };`)].join(
      ' ',
    );
  }

  it('is the same after a way through a blob of any version', () => {
    fc.assert(
      fc.property(model, fc.constantFrom(1, 2, 3, 16, 17), (root, version) => {
        const blob = blobOf(inRoot(written(root)), { version });
        const { tree } = fromBlob(blob);
        expect(hex(tree && toBlob(tree, { version }))).toBe(hex(blob));
        const check = (node: Model, path: string): void => {
          for (const [key, bytes] of Object.entries(node.properties)) {
            expect(hex(tree?.byPath(path)?.bytes(key))).toBe(hex(bytes));
          }
          for (const [key, below] of Object.entries(node.nodes))
            check(below, `${path === '/' ? '' : path}/${key}`);
        };
        check(root, '/');
      }),
      { numRuns: 60 },
    );
  });
});
