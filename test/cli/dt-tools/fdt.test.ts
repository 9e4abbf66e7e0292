import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDtdiff } from '../../../src/cli/dt-tools/run-dtc.ts';
import { runFdtdump, runFdtget, runFdtoverlay, runFdtput } from '../../../src/cli/dt-tools/run-fdt-tool.ts';
import { compile, fromBlob, type Tree, writeDts } from '../../../src/devicetree/index.ts';
import { DtMemoryIo } from './dt-memory-io.ts';

type Run = (argv: readonly string[], io: DtMemoryIo) => number;

function run(command: Run, files: Record<string, string | Uint8Array>, ...argv: string[]) {
  const io = new DtMemoryIo(files);
  const exitCode = command(argv, io);
  return { exitCode, io, output: io.output, errors: io.errors };
}

function blobOf(source: string): Uint8Array {
  const { blob, diagnostics } = compile('a.dts', source, { symbols: true });
  if (blob === undefined) throw new Error(JSON.stringify(diagnostics));
  return blob;
}

function sourceOf(blob: Uint8Array): string {
  return writeDts(fromBlob(blob).tree as Tree);
}

const BLOB = blobOf(`/dts-v1/;
/ {
	model = "board";
	cells = <1 0xffffffff>;
	bytes = [01 ff];
	empty;
	aliases { b = "/bus@1"; };
	bus@1 { reg = <1>; part@2 { reg = <2>; }; other { }; };
};
`);

describe('fdtget', () => {
  const get = (...argv: string[]) => run(runFdtget, { blob: BLOB }, ...argv);

  test('values, each on a line', () => {
    expect(get('blob', '/', 'model', '/bus@1', 'reg', '/', 'bytes')).toMatchObject({
      output: 'board\n1\n1 255\n',
      exitCode: 0,
    });
  });

  test('a type and a size', () => {
    expect(get('-tx', 'blob', '/', 'cells').output).toBe('1 ffffffff\n');
    expect(get('-t', 'u', 'blob', '/', 'cells').output).toBe('1 4294967295\n');
    expect(get('--type=bx', 'blob', '/', 'cells').output).toBe('0 0 0 1 ff ff ff ff\n');
    expect(get('-tr', 'blob', '/', 'bytes').output).toBe('\x01\xff\n');
  });

  test('a property without a value is an empty line', () => {
    expect(get('blob', '/', 'empty').output).toBe('\n');
  });

  test('nodes by alias, and without their unit address', () => {
    expect(get('blob', 'b', 'reg').output).toBe('1\n');
    expect(get('blob', 'b/part', 'reg').output).toBe('2\n');
    expect(get('blob', '/bus/part@2', 'reg').output).toBe('2\n');
  });

  test('names of properties and of children', () => {
    expect(get('-p', 'blob', '/').output).toBe('model\ncells\nbytes\nempty\n');
    expect(get('-l', 'blob', '/', '/bus@1').output).toBe('aliases\nbus@1\npart@2\nother\n');
  });

  test('what is not there: an error, or the default', () => {
    expect(get('blob', '/', 'gone')).toMatchObject({
      errors: "Error at 'gone': FDT_ERR_NOTFOUND: node or property not found: /:gone\n",
      exitCode: 1,
    });
    expect(get('blob', '/gone', 'x').errors).toMatch(/^Error at '\/gone': FDT_ERR_NOTFOUND/);
    expect(get('blob', 'gone', 'x').errors).toMatch(/^Error at 'gone': FDT_ERR_BADPATH/);
    expect(get('-d', 'none', 'blob', '/', 'gone', '/gone', 'x')).toMatchObject({
      output: 'none\nnone\n',
      exitCode: 0,
    });
  });

  test('a value that is not of the type', () => {
    expect(get('-ts', 'blob', '/', 'bytes')).toMatchObject({
      errors: "Error at 'bytes': Unterminated string\n",
      exitCode: 1,
    });
    expect(get('-tlx', 'blob', '/', 'bytes').exitCode).toBe(1);
  });

  test('nothing asked for is nothing said', () => {
    expect(get('blob')).toMatchObject({ output: '', errors: '', exitCode: 0 });
  });

  test.each([
    [[], 'missing argument: the blob'],
    [['blob', '/'], 'the last property is missing'],
    [['-tq', 'blob', '/', 'x'], 'invalid type "q"'],
  ])('%j is refused', (argv, message) => {
    const { errors, exitCode } = get(...argv);
    expect(errors).toContain(message);
    expect(exitCode).toBe(1);
  });

  test.each([1, 3, 16])('a blob of version %s', (version) => {
    const old = compile('a.dts', '/dts-v1/; / { a@1 { long = "longer than eight"; }; };', { version }).blob;
    const { output, errors } = run(runFdtget, { old: old as Uint8Array }, 'old', '/a', 'long');
    expect(errors).toBe('');
    expect(output).toBe('longer than eight\n');
  });

  test('a file that is not there or no blob', () => {
    expect(get('gone', '/', 'x').errors).toBe("Couldn't open blob from 'gone': no such file or directory\n");
    expect(run(runFdtget, { text: 'x'.repeat(99) }, 'text', '/', 'x').errors).toBe(
      "Error at 'text': FDT_ERR_BADMAGIC: this is not a device tree blob\n",
    );
  });
});

describe('fdtput', () => {
  const put = (...argv: string[]) => {
    const result = run(runFdtput, { blob: BLOB }, ...argv);
    return { ...result, after: result.io.readFile('blob') };
  };
  const get = (blob: Uint8Array, ...argv: string[]) => run(runFdtget, { blob }, ...argv).output;

  test('sets a property, of any length', () => {
    expect(get(put('blob', '/', 'model', '-ts', 'a longer name').after, 'blob', '/', 'model')).toBe(
      'a longer name\n',
    );
    expect(get(put('blob', '/', 'cells', '5').after, 'blob', '/', 'cells')).toBe('5\n');
    expect(get(put('-tbx', 'blob', '/', 'new', 'a', 'ff').after, '-tbx', 'blob', '/', 'new')).toBe('a ff\n');
    expect(get(put('blob', '/', 'flag').after, '-p', 'blob', '/')).toMatch(/^flag\n/);
  });

  test('a tree that was changed can be read by others', () => {
    const { after } = put('-ts', 'blob', '/bus@1/part@2', 'compatible', 'a,b', 'c');
    expect(sourceOf(after)).toContain('compatible = "a,b", "c";\n\t\t\treg = <0x02>;');
  });

  test('-c adds nodes, in front of the others', () => {
    const { after, exitCode } = put('-c', 'blob', '/bus@1/x', '/bus@1/y');
    expect(get(after, '-l', 'blob', '/bus@1')).toBe('y\nx\npart@2\nother\n');
    expect(exitCode).toBe(0);
  });

  test('-c -p adds the nodes on the way, and takes those that are there', () => {
    const { after } = put('-cp', 'blob', '/deep/er/st', '/bus@1');
    expect(get(after, '-l', 'blob', '/deep/er')).toBe('st\n');
  });

  test('-p makes the node for a property', () => {
    expect(get(put('-p', 'blob', '/a/b', 'c', '1').after, 'blob', '/a/b', 'c')).toBe('1\n');
  });

  test('-r removes nodes, -d properties', () => {
    expect(get(put('-r', 'blob', '/bus@1/part@2').after, '-l', 'blob', '/bus@1')).toBe('other\n');
    expect(get(put('-d', 'blob', '/', 'model', 'bytes').after, '-p', 'blob', '/')).toBe('cells\nempty\n');
  });

  test('a blob of version 16 becomes one of 17; older ones are refused with the remedy', () => {
    const blob = (version: number) => compile('a.dts', '/dts-v1/; / { a; };', { version }).blob as Uint8Array;
    const { io } = run(runFdtput, { blob: blob(16) }, 'blob', '/', 'b', '1');
    expect(sourceOf(io.readFile('blob'))).toContain('b = <0x01>;\n\ta;');
    const old = run(runFdtput, { blob: blob(3) }, 'blob', '/', 'b', '1');
    expect(old.errors).toContain('convert it with dtc -I dtb -O dtb');
    expect(old.exitCode).toBe(1);
  });

  test.each([
    [['-c', 'blob', '/bus@1'], 'FDT_ERR_EXISTS'],
    [['-c', 'blob', '/gone/x'], 'FDT_ERR_NOTFOUND'],
    [['-c', 'blob', 'x'], 'FDT_ERR_BADPATH'],
    [['-r', 'blob', '/gone'], 'FDT_ERR_NOTFOUND'],
    [['-r', 'blob', '/bus@1', '/'], 'it would have no root node'],
    [['-d', 'blob', '/', 'gone'], 'FDT_ERR_NOTFOUND'],
    [['blob', '/gone', 'x', '1'], 'FDT_ERR_NOTFOUND'],
    [['blob', '/', 'x', 'word'], '"word" is not a number'],
  ])('%j fails and leaves the file as it was', (argv, message) => {
    const { errors, exitCode, after } = put(...argv);
    expect(errors).toContain(message);
    expect(exitCode).toBe(1);
    expect(after).toBe(put('-h').io.readFile('blob'));
  });

  test('-v says how values are read', () => {
    expect(put('-v', '-tx', 'blob', '/', 'x', 'ff').errors).toBe(
      'Decoding value:\n\tint: 255\nValue size 4\n',
    );
    expect(put('-v', '-ts', 'blob', '/', 'x', 'a b').errors).toBe(
      "Decoding value:\n\tstring: 'a b'\nValue size 4\n",
    );
    expect(put('-v', '-tbi', '--', 'blob', '/', 'x', '-1').errors).toBe(
      'Decoding value:\n\tbyte: -1\nValue size 1\n',
    );
    expect(put('-v', '-thi', 'blob', '/', 'x', '7').errors).toContain('\tshort: 7\n');
  });

  test.each([
    [[], 'missing argument: the blob'],
    [['blob'], 'missing argument: the node'],
    [['blob', '/'], 'missing argument: the property'],
    [['-d', 'blob'], 'missing argument: the node'],
    [['-tr', 'blob', '/', 'x'], 'raw bytes'],
  ])('%j is refused', (argv, message) => {
    expect(put(...argv).errors).toContain(message);
  });

  test('a file that cannot be written', () => {
    const { errors, exitCode } = run(
      runFdtput,
      { '/read-only/blob': BLOB },
      '/read-only/blob',
      '/',
      'x',
      '1',
    );
    expect(errors).toBe("Couldn't write blob to '/read-only/blob': read-only file system\n");
    expect(exitCode).toBe(1);
  });
});

describe('fdtdump', () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../fixtures/devicetree/writers/${name}`, import.meta.url));

  test.each([
    ['types.fdtdump', []],
    ['types.fdtdump-debug', ['-d']],
  ])('%s: prints what fdtdump 1.8.1 prints', (name, options) => {
    const { output, exitCode } = run(runFdtdump, { 't.dtb': fixture('types.dtb') }, ...options, 't.dtb');
    expect(output).toBe(fixture(name).toString('latin1'));
    expect(exitCode).toBe(0);
  });

  test('-s finds a blob inside a file', () => {
    const inside = Buffer.concat([Buffer.from('\xd0\x0d\xfe\xedxxxx', 'latin1'), BLOB, Buffer.from('rest')]);
    const { output } = run(runFdtdump, { image: inside }, '-s', '-d', 'image');
    expect(output).toMatch(
      /^image: skipping fdt magic at offset 0\nimage: found fdt at offset 0x8\n\/dts-v1\/;\n/,
    );
    expect(run(runFdtdump, { image: 'nothing here' }, '-s', 'image').errors).toContain('no blob found in it');
  });

  test('a file that is no blob', () => {
    const { errors, exitCode } = run(runFdtdump, { text: 'text' }, 'text');
    expect(errors).toContain('header is not valid');
    expect(exitCode).toBe(1);
  });

  test('a broken blob is shown as far as it goes', () => {
    const broken = BLOB.slice();
    new DataView(broken.buffer).setUint32(56 + 8, 77); // behind the root's begin tag, whose name is empty
    const { output, errors, exitCode } = run(runFdtdump, { broken }, 'broken');
    expect(output).toMatch(/\n\/ \{\n$/);
    expect(errors).toBe('FATAL ERROR: broken: unknown tag 0x0000004d at byte 64\n');
    expect(exitCode).toBe(1);
  });

  test('every byte changed in turn ends in a dump or a sentence', () => {
    for (let at = 0; at < BLOB.length; at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const changed = BLOB.slice();
        changed[at] = value;
        const { exitCode, errors } = run(runFdtdump, { changed }, 'changed');
        expect(exitCode === 0 ? '' : errors).toMatch(exitCode === 0 ? /^$/ : /^FATAL ERROR: changed: .+\n$/);
      }
    }
  });

  test('one file at a time', () => {
    expect(run(runFdtdump, {}, 'a', 'b').exitCode).toBe(1);
  });
});

describe('fdtoverlay', () => {
  const base = blobOf('/dts-v1/; / { l: a { }; };');
  const overlay = blobOf('/dts-v1/; /plugin/; &l { new = "x"; m: n { }; };');
  const second = blobOf('/dts-v1/; /plugin/; &m { deep; };');
  const files = { base, overlay, second };

  test('overlays are merged in order', () => {
    const { io, exitCode } = run(runFdtoverlay, files, '-i', 'base', '-o', 'out', 'overlay', 'second');
    expect(exitCode).toBe(0);
    expect(sourceOf(io.readFile('out'))).toContain('\t\tn {\n\t\t\tdeep;');
  });

  test('-v says what is done', () => {
    expect(run(runFdtoverlay, files, '-v', '-i', 'base', '-o', 'out', 'overlay').output).toBe(
      'input  = base\noutput = out\noverlay[0] = overlay\n',
    );
  });

  test('one that does not fit: named, and nothing is written', () => {
    const { io, errors, exitCode } = run(runFdtoverlay, files, '-i', 'base', '-o', 'out', 'second');
    expect(errors).toBe(
      'Failed to apply \'second\': FDT_ERR_NOTFOUND: node or property not found: the base has no symbol "m"\n',
    );
    expect(exitCode).toBe(1);
    expect(io.files.has('out')).toBe(false);
  });

  test.each([
    [['-o', 'out', 'overlay'], 'missing input file'],
    [['-i', 'base', 'overlay'], 'missing output file'],
    [['-i', 'base', '-o', 'out'], 'missing overlay file(s)'],
  ])('%j is refused', (argv, message) => {
    const { errors, exitCode } = run(runFdtoverlay, files, ...argv);
    expect(errors).toContain(message);
    expect(exitCode).toBe(1);
  });
});

describe('dtdiff', () => {
  const before = '/dts-v1/; / { a = <1>; b { }; };';
  const after = '/dts-v1/; / { a = <2>; c { x; }; };';

  test('says what changed, in 1', () => {
    expect(run(runDtdiff, { 'a.dts': before, 'b.dts': after }, 'a.dts', 'b.dts')).toMatchObject({
      output: '~ /\n    - a = <0x01>;\n    + a = <0x02>;\n- /b\n+ /c\n    + x;\n',
      exitCode: 1,
    });
  });

  test('says nothing of equal trees, in 0, whatever they were read from', () => {
    expect(
      run(runDtdiff, { 'a.dts': before, blob: compile('a', before).blob as Uint8Array }, 'a.dts', 'blob'),
    ).toEqual(expect.objectContaining({ output: '', errors: '', exitCode: 0 }));
  });

  test('--json', () => {
    const { output } = run(
      runDtdiff,
      { 'a.dts': before, 'b.dts': `${after.replace('/ {', '/memreserve/ 1 2; / {')}` },
      '--json',
      'a.dts',
      'b.dts',
    );
    expect(JSON.parse(output)).toMatchObject({
      nodes: [
        { kind: 'changed', path: '/' },
        { kind: 'removed', path: '/b' },
        { kind: 'added', path: '/c' },
      ],
      reservations: { added: [{ address: '0x1', size: '0x2' }] },
    });
  });

  test('a tree that cannot be read: 2', () => {
    expect(
      run(runDtdiff, { 'a.dts': before, 'b.dts': '/dts-v1/; / { p = <&gone>; };' }, 'a.dts', 'b.dts'),
    ).toMatchObject({
      errors: expect.stringMatching(/ERROR \(phandle_references\)(.|\n)*b\.dts cannot be compared/),
      exitCode: 2,
    });
    expect(run(runDtdiff, {}, 'a.dts', 'b.dts').exitCode).toBe(2);
    expect(run(runDtdiff, {}, 'a.dts').errors).toContain('expected two trees');
  });
});
