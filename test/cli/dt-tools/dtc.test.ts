import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDtc } from '../../../src/cli/dt-tools/run-dtc.ts';
import type { Diagnostic } from '../../../src/devicetree/index.ts';
import { DtMemoryIo } from './dt-memory-io.ts';

const SOURCE = '/dts-v1/;\n/ {\n\tl: a {\n\t\tp = <1>;\n\t};\n};\n';
const MAGIC = '\xd0\x0d\xfe\xed';

/** Runs dtc on files in memory. */
function dtc(files: Record<string, string | Uint8Array>, ...argv: string[]) {
  const io = new DtMemoryIo(files);
  const exitCode = runDtc(argv, io);
  return { exitCode, io, output: io.output, errors: io.errors };
}

const field = (blob: Uint8Array, offset: number) =>
  new DataView(blob.buffer, blob.byteOffset).getUint32(offset);

describe('input', () => {
  test.each([
    ['#if 1\n/ { a = <2>; };\n#endif\n', 'a = <0x02>;'],
    ['#define A 3\n/ { a = <A>; };\n', 'a = <0x03>;'],
    ['/ { a = __FILE__; };\n', 'a = "a.dts";'],
  ])('what dtc cannot read without the C preprocessor is preprocessed: %j', (body, expected) => {
    const { output, errors, exitCode } = dtc({ 'a.dts': `/dts-v1/;\n${body}` }, '-O', 'dts', 'a.dts');
    expect(errors).toBe('');
    expect(output).toContain(expected);
    expect(exitCode).toBe(0);
  });

  test('what dtc reads without it is left alone, and so is what --no-cpp says', () => {
    expect(dtc({ 'a.dts': '/dts-v1/; / {\n#if = <1>;\n};' }, '-O', 'dts', 'a.dts').output).toContain(
      '#if = <0x01>;',
    );
    const refused = dtc({ '-': '/dts-v1/;\n#if 1\n/ { };\n#endif\n' }, '--no-cpp');
    expect(refused.exitCode).toBe(1);
    expect(refused.errors).not.toContain('--cpp');
  });

  test('a source without a name that tells is refused as by dtc, with the option that reads it', () => {
    const { errors, exitCode } = dtc({ '-': '/dts-v1/;\n#if 1\n/ { };\n#endif\n' });
    expect(exitCode).toBe(1);
    expect(errors).toContain('help: the source uses the C preprocessor: add --cpp');
  });

  test('a header that is not there is told of once, with the option of this command', () => {
    const { errors } = dtc({ 'a.dts': '#include "x.dtsi"\n/ { a = <B>; };' }, 'a.dts');
    expect(errors.match(/: ERROR/g)).toHaveLength(1);
    expect(errors).toContain('cannot find x.dtsi');
    expect(errors).toContain('add its directory to the include paths (-i)');
  });

  test('source is compiled to a blob on standard output', () => {
    const { exitCode, output, errors } = dtc({ 'a.dts': SOURCE }, 'a.dts');
    expect(errors).toBe('');
    expect(output.startsWith(MAGIC)).toBe(true);
    expect(exitCode).toBe(0);
  });

  test.each([[[]], [['-']]])('standard input is read for %j', (operands) => {
    const { exitCode, output } = dtc({ '-': SOURCE }, '-O', 'dts', ...operands);
    expect(output).toContain('p = <0x01>;');
    expect(exitCode).toBe(0);
  });

  test('a blob is known by its magic number and printed as source', () => {
    const { io } = dtc({ 'a.dts': SOURCE }, '-o', 'blob', 'a.dts');
    const { output } = dtc({ blob: io.readFile('blob') }, 'blob');
    expect(output).toBe('/dts-v1/;\n\n/ {\n\n\ta {\n\t\tp = <0x01>;\n\t};\n};\n');
  });

  test('a directory is a tree: folders are nodes, files are properties', () => {
    const files = {
      'tree/compatible': 'x,y\0',
      'tree/empty': '',
      'tree/cpus/cpu@0/reg': '\0\0\0\x07',
      'tree/cpus/cpu@0/device_type': 'cpu\0',
    };
    const { output, exitCode } = dtc(files, '-q', 'tree');
    expect(output).toBe(`/dts-v1/;

/ {
	compatible = "x,y";
	empty;

	cpus {

		cpu@0 {
			reg = <0x07>;
			device_type = "cpu";
		};
	};
};
`);
    expect(exitCode).toBe(0);
    const { io } = dtc(files, '-q', '-I', 'fs', '-O', 'dtb', '-o', 'out', 'tree');
    expect(field(io.readFile('out'), 28), 'the first CPU boots').toBe(7);
  });

  test.each([['-I', 'dts', 'gone.dts'], ['-I', 'dtb', 'gone.dtb'], ['-I', 'fs', 'gone'], ['gone']])(
    '%s %s %s: what is not there ends in 1',
    (...argv) => {
      const { exitCode, errors } = dtc({}, ...argv);
      expect(errors).toMatch(/^FATAL ERROR: .*gone.*no such file or directory|Unable to read/m);
      expect(exitCode).toBe(1);
    },
  );

  test('an unknown format', () => {
    const { exitCode, errors } = dtc({ 'a.dts': SOURCE }, '-I', 'pdf', 'a.dts');
    expect(errors).toBe('FATAL ERROR: Unknown input format "pdf"; use dts, dtb or fs\n');
    expect(exitCode).toBe(1);
  });

  test('a directory is no source', () => {
    expect(dtc({ 'd/x': '' }, '-I', 'dts', 'd').errors).toBe(
      'FATAL ERROR: Couldn\'t open "d": is a directory\n',
    );
  });

  test('a broken blob', () => {
    const { exitCode, errors } = dtc({ blob: `${MAGIC}\0\0\0\x50` }, 'blob');
    expect(errors).toMatch(/^ERROR \(blob\): blob: offset 4: the blob is cut off: totalsize is 80/);
    expect(exitCode).toBe(1);
  });
});

describe('output', () => {
  test.each([
    ['out.dts', '/dts-v1/;'],
    ['out.dtb', MAGIC],
    ['out.dtbo', MAGIC],
    ['out.yaml', '---\n- '],
    ['out.bin', MAGIC],
  ])("%s: the name's ending says the form", (path, start) => {
    const { io } = dtc({ 'a.dts': SOURCE }, '-o', path, 'a.dts');
    expect(io.text(path).startsWith(start)).toBe(true);
  });

  test.each([
    ['dts', '/dts-v1/;'],
    ['dtb', MAGIC],
    ['yaml', '---\n- '],
    ['asm', '/* autogenerated'],
  ])('-O %s', (format, start) => {
    expect(dtc({ 'a.dts': SOURCE }, `-O${format}`, 'a.dts').output.startsWith(start)).toBe(true);
  });

  test('-O null checks only', () => {
    const { exitCode, io } = dtc({ 'a.dts': SOURCE }, '-O', 'null', '-o', 'out', 'a.dts');
    expect(io.files.has('out')).toBe(false);
    expect(exitCode).toBe(0);
  });

  test('an unknown form', () => {
    const { exitCode, errors } = dtc({ 'a.dts': SOURCE }, '-O', 'pdf', 'a.dts');
    expect(errors).toContain('Unknown output format "pdf"');
    expect(exitCode).toBe(1);
  });

  test('YAML is of source only', () => {
    const { io } = dtc({ 'a.dts': SOURCE }, '-o', 'a.dtb', 'a.dts');
    const { errors, exitCode } = dtc({ 'a.dtb': io.readFile('a.dtb') }, '-O', 'yaml', 'a.dtb');
    expect(errors).toBe('FATAL ERROR: YAML output format requires dts input format\n');
    expect(exitCode).toBe(1);
  });

  test('a file that cannot be written', () => {
    const { errors, exitCode } = dtc({ 'a.dts': SOURCE }, '-o', '/read-only/x', 'a.dts');
    expect(errors).toBe("FATAL ERROR: Couldn't open output file /read-only/x: read-only file system\n");
    expect(exitCode).toBe(1);
  });

  test('-d names what was read, for make', () => {
    const files = {
      'my board.dts': '/dts-v1/; / { /include/ "a.dtsi" b = /incbin/("b.bin"); };',
      'a.dtsi': 'x;',
      'b.bin': 'bytes',
    };
    const { io } = dtc(files, '-o', 'out.dtb', '-d', 'out.d', 'my board.dts');
    expect(io.text('out.d')).toBe('out.dtb: my\\ board.dts a.dtsi b.bin\n');
  });
});

describe('blobs', () => {
  const blobOf = (...argv: string[]) =>
    dtc({ 'a.dts': SOURCE }, ...argv, '-o', 'out', 'a.dts').io.readFile('out');
  const plain = blobOf();

  test.each([1, 2, 3, 16, 17])('-V %s', (version) => {
    expect(field(blobOf('-V', String(version)), 20)).toBe(version);
  });

  test('-V of an unknown version', () => {
    const { exitCode, errors } = dtc({ 'a.dts': SOURCE }, '-V', '4', 'a.dts');
    expect(errors).toContain('unknown device tree blob version 4');
    expect(exitCode).toBe(1);
  });

  test('-p adds, -S makes at least so long, -a aligns', () => {
    expect(blobOf('-p', '100')).toHaveLength(plain.length + 100);
    expect(blobOf('-S', '0x400')).toHaveLength(1024);
    expect(blobOf('-a', '64').length % 64).toBe(0);
    expect(blobOf('-p', '100', '-a', '8').length % 8).toBe(0);
  });

  test('-S that is too small is said, unless -q', () => {
    expect(dtc({ 'a.dts': SOURCE }, '-S', '10', 'a.dts').errors).toContain('larger than the 10 bytes of -S');
    expect(dtc({ 'a.dts': SOURCE }, '-q', '-S', '10', 'a.dts').errors).toBe('');
  });

  test('-S and -p exclude each other', () => {
    const { exitCode, errors } = dtc({ 'a.dts': SOURCE }, '-S', '100', '-p', '100', 'a.dts');
    expect(errors).toContain("Can't set both -p and -S");
    expect(exitCode).toBe(1);
  });

  test.each(['0', '3', '-4'])('-a %s is refused', (align) => {
    expect(dtc({ 'a.dts': SOURCE }, '-a', align, 'a.dts').errors).toContain('to -a option');
  });

  test('-R leaves entries in the reserve map', () => {
    expect(blobOf('-R', '2')).toHaveLength(plain.length + 32);
  });

  test('-b names the CPU that boots; numbers may be octal', () => {
    expect(field(blobOf('-b', '020'), 28)).toBe(16);
  });

  test('a number that is none', () => {
    expect(dtc({ 'a.dts': SOURCE }, '-p', 'much', 'a.dts').errors).toBe(
      'FATAL ERROR: Invalid argument "much" to -p option: expected a number\n',
    );
  });
});

describe('what is generated', () => {
  const source = '/dts-v1/; / { r = <&l>; l: a { }; };';
  const written = (...argv: string[]) => dtc({ 'a.dts': source }, '-O', 'dts', ...argv, 'a.dts').output;

  test('-H: the property that holds a phandle', () => {
    expect(written()).toMatch(/\tphandle = <0x01>;/);
    expect(written('-H', 'legacy')).toMatch(/linux,phandle = <0x01>;\n\t};/);
    expect(written('-H', 'both')).toMatch(/linux,phandle = <0x01>;\n\t\tphandle = <0x01>;/);
  });

  test('-H of anything else', () => {
    expect(dtc({ 'a.dts': source }, '-H', 'none', 'a.dts').errors).toContain('to -H option');
  });

  test('-@ symbols, -A aliases, -L fixups', () => {
    expect(written('-@')).toContain('__symbols__ {\n\t\tl = "/a";');
    expect(written('-A')).toContain('aliases {\n\t\tl = "/a";');
    expect(written('-L')).toContain('__local_fixups__ {\n\t\tr = <0x00>;');
  });

  test('-s orders by name', () => {
    const { output } = dtc({ 'a.dts': '/dts-v1/; / { b; a; d { }; c { }; };' }, '-O', 'dts', '-s', 'a.dts');
    expect(output.match(/\b[abcd]\b/g)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('-T is for source from source', () => {
    expect(written('-T')).toContain('r = <&l>; /* a.dts:1 */');
    const { exitCode, errors } = dtc({ 'a.dts': source }, '-T', 'a.dts');
    expect(errors).toBe('FATAL ERROR: --annotate requires -I dts -O dts\n');
    expect(exitCode).toBe(1);
  });
});

describe('what is wrong', () => {
  const warning = '/dts-v1/;\n/ {\n\ta@1 { };\n};\n';
  const error = '/dts-v1/;\n/ {\n\ta { };\n\ta { };\n};\n';
  const syntax = '/dts-v1/;\n/ {\n\ta = <1>\n};\n';

  test('a warning: said, with the line and the remedy, and the tree is written', () => {
    const { exitCode, output, errors } = dtc({ 'a.dts': warning }, 'a.dts');
    expect(
      errors,
    ).toBe(`a.dts:3.2-5: Warning (unit_address_vs_reg): /a@1: the name has a unit address, but the node has no reg or ranges
 3 | 	a@1 { };
   | 	^~~
  help: add reg, or rename it to a
`);
    expect(output.startsWith(MAGIC)).toBe(true);
    expect(exitCode).toBe(0);
  });

  test('a check that fails: 2 and no output; -f writes all the same', () => {
    const refused = dtc({ 'a.dts': error }, '-o', 'out', 'a.dts');
    expect(refused.errors).toMatch(/a\.dts:4\..*ERROR \(duplicate_node_names\): \/a: /);
    expect(refused.errors).toMatch(/aborting \(use -f to force output\)\n$/);
    expect(refused.io.files.has('out')).toBe(false);
    expect(refused.exitCode).toBe(2);

    const forced = dtc({ 'a.dts': error }, '-f', '-o', 'out', 'a.dts');
    expect(forced.errors).toMatch(/Warning: Input tree has errors, output forced\n$/);
    expect(forced.io.files.has('out')).toBe(true);
    expect(forced.exitCode).toBe(0);
  });

  test('a mistake in the language: 1, also with -f', () => {
    for (const argv of [[], ['-f']]) {
      const { exitCode, errors, io } = dtc({ 'a.dts': syntax }, ...argv, '-o', 'out', 'a.dts');
      expect(errors).toMatch(/^a\.dts:3\.9.*ERROR \(syntax\)/);
      expect(io.files.has('out')).toBe(false);
      expect(exitCode).toBe(1);
    }
  });

  test('a fixup that cannot be written: 1, also with -f', () => {
    const source = '/dts-v1/; /plugin/; / { p = <&{/elsewhere}>; };';
    expect(dtc({ 'a.dts': source }, '-f', 'a.dts')).toMatchObject({ exitCode: 1 });
  });

  test('-q keeps warnings quiet, -qq errors of checks, -qqq the rest', () => {
    expect(dtc({ 'a.dts': warning }, '-q', 'a.dts').errors).toBe('');
    expect(dtc({ 'a.dts': error }, '-q', 'a.dts').errors).toContain('duplicate_node_names');
    expect(dtc({ 'a.dts': error }, '-qq', 'a.dts').errors).toBe(
      'ERROR: Input tree has errors, aborting (use -f to force output)\n',
    );
    expect(dtc({ 'a.dts': error }, '-qqf', 'a.dts').errors).toBe(
      'Warning: Input tree has errors, output forced\n',
    );
    expect(dtc({ 'a.dts': error }, '-qqqf', 'a.dts').errors).toBe('');
  });

  test('--json says it to programs', () => {
    const { errors, exitCode } = dtc({ 'a.dts': warning }, '--json', 'a.dts');
    const [found] = JSON.parse(errors) as Diagnostic[];
    expect(found).toMatchObject({
      severity: 'warning',
      code: 'unit_address_vs_reg',
      node: '/a@1',
      hint: 'add reg, or rename it to a',
      span: { file: 'a.dts', line: 3, column: 2 },
    });
    expect(exitCode).toBe(0);
  });

  test('standard input is named so', () => {
    expect(dtc({ '-': warning }, '-').errors).toMatch(/^<stdin>:3\.2-5: Warning/);
  });
});

describe('the preprocessor', () => {
  const files = { 'a.dts': '/dts-v1/;\n#include "n.h"\n/ { p = <N>; };\n', 'n.h': '#define N 5\n' };

  test('runs for a source that has #include', () => {
    expect(dtc(files, '-O', 'dts', 'a.dts').output).toContain('p = <0x05>;');
  });

  test('is kept out by --no-cpp', () => {
    expect(dtc(files, '--no-cpp', 'a.dts').exitCode).toBe(1);
  });

  test('is asked for by --cpp where the name does not tell', () => {
    const { 'a.dts': source, ...rest } = files;
    expect(dtc({ ...rest, '-': source }, '-').exitCode).toBe(1);
    expect(dtc({ ...rest, '-': source }, '--cpp', '-O', 'dts', '-').output).toContain('p = <0x05>;');
  });

  test('looks for files in the folders of -i, and takes macros from --define', () => {
    const source = { 'a.dts': '/dts-v1/;\n#include <n.h>\n/ { p = <N M>; };\n', 'inc/n.h': '#define N 5\n' };
    const { output } = dtc(source, '-i', 'inc', '--define', 'M=7', '-O', 'dts', 'a.dts');
    expect(output).toContain('p = <0x05 0x07>;');
    expect(
      dtc({ 'b.dts': '/dts-v1/; / { p = <M>; };' }, '--cpp', '--define', 'M', '-Odts', 'b.dts').output,
    ).toContain('p = <0x01>;');
  });
});

describe('arguments', () => {
  test('help and version', () => {
    const help = dtc({}, '-h');
    expect(help.output).toContain('Usage: dtc [options] [<input>]');
    expect(help.exitCode).toBe(0);
    const version = dtc({}, '--version');
    expect(version.output, 'build scripts take the last word').toMatch(/ 1\.8\.1\n$/);
    expect(version.exitCode).toBe(0);
  });

  test.each([
    [['-x'], "invalid option -- 'x'"],
    [['a.dts', 'b.dts'], 'expected one input file'],
    [['-Wnope'], 'unknown check "nope"'],
  ])('%j is refused', (argv, message) => {
    const { exitCode, errors } = dtc({ 'a.dts': SOURCE, 'b.dts': SOURCE }, ...argv);
    expect(errors).toContain(message);
    expect(exitCode).toBe(1);
  });
});

test('a source of the fixtures gives the blob that dtc gives', () => {
  const fixture = (name: string) =>
    readFileSync(new URL(`../../fixtures/devicetree/writers/${name}`, import.meta.url));
  const { io } = dtc({ 'types.dts': fixture('types.dts') }, '-q', '-@', '-o', 'types.dtb', 'types.dts');
  expect(Buffer.from(io.readFile('types.dtb'))).toEqual(fixture('types.dtb'));
});
