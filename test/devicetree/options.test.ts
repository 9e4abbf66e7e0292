import { describe, expect, it } from 'vitest';
import {
  compile,
  hostFiles,
  parse,
  parseFile,
  preprocess,
  resolve,
  type Tree,
  toBlob,
  writeAsm,
  writeDts,
} from '../../src/devicetree/index.ts';

const SOURCE = '/dts-v1/; / { };';
const read = () => parse('a.dts', SOURCE, { resolve: false }).tree as Tree;

describe('what is called with options', () => {
  it.each([
    [
      'parse',
      () => parse('a.dts', SOURCE, { include: ['x'] } as object),
      /^unknown option include of parse: the options are /,
    ],
    [
      'parse',
      () => parse('a.dts', SOURCE, { includePath: ['x'] } as object),
      'unknown option includePath of parse: did you mean includePaths',
    ],
    [
      'parse',
      () => parse('a.dts', SOURCE, { includePaths: 'x' } as object),
      'invalid includePaths: expected an array of paths, got "x"',
    ],
    [
      'parse',
      () => parse('a.dts', SOURCE, { symbols: 'yes' } as object),
      'invalid symbols: expected true or false, got "yes"',
    ],
    ['parse', () => parse('a.dts', SOURCE, { version: 17 } as object), /^unknown option version of parse/],
    [
      'parse without a name',
      () => parse(SOURCE, undefined as never),
      'invalid source: expected text or bytes (a Uint8Array), got undefined',
    ],
    ['parse of no text', () => parse(5 as never, SOURCE), 'invalid path: expected text, got 5'],
    [
      'parseFile',
      () => parseFile('a.dts', {} as never),
      'invalid readFile: expected a function, got undefined',
    ],
    [
      'parseFile',
      () => parseFile('a.dts', { ...hostFiles(), symbol: true } as never),
      'unknown option symbol of parseFile: did you mean symbols',
    ],
    [
      'compile',
      () => compile('a.dts', SOURCE, { verson: 17 } as object),
      'unknown option verson of compile: did you mean version',
    ],
    [
      'preprocess',
      () => preprocess('a.dts', Buffer.from(SOURCE), { define: {} } as object),
      'unknown option define of preprocess: did you mean defines',
    ],
    [
      'toBlob',
      () => toBlob(read(), { padding: 5 } as object),
      /^unknown option padding of toBlob: the options are version, reserve/,
    ],
    [
      'toBlob',
      () => toBlob(read(), { pad: '5' } as object),
      'invalid pad: expected an integer from 0 to 4294967295, got "5"',
    ],
    [
      'writeAsm',
      () => writeAsm(read(), { reserved: 5 } as object),
      'unknown option reserved of writeAsm: did you mean reserve',
    ],
    [
      'writeDts',
      () => writeDts(read(), { annotate: 3 } as object),
      'invalid annotate: expected an integer from 0 to 2, got 3',
    ],
    [
      'resolve',
      () => resolve(read(), { aliase: true } as object),
      'unknown option aliase of resolve: did you mean aliases',
    ],
    [
      'resolve',
      () => resolve(read(), { phandleFormat: 'linux' } as object),
      'invalid phandleFormat: expected "epapr", "legacy" or "both", got "linux"',
    ],
  ])('%s refuses those that are wrong', (_what, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });

  it('takes all that are right', () => {
    const options = {
      ...hostFiles(),
      symbols: true,
      defines: { A: '1' },
      version: 17,
      pad: 8,
      sort: undefined,
    };
    expect(compile('a.dts', SOURCE, options).blob).toBeInstanceOf(Uint8Array);
  });
});
