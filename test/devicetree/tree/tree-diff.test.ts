import { describe, expect, test } from 'vitest';
import {
  compile,
  diffTrees,
  formatDiff,
  fromBlob,
  isEmptyDiff,
  parse,
  type Tree,
} from '../../../src/devicetree/index.ts';

function tree(source: string): Tree {
  const { tree: found, diagnostics } = parse('a.dts', `/dts-v1/; ${source}`);
  if (found === undefined) throw new Error(JSON.stringify(diagnostics));
  return found;
}

const diff = (before: string, after: string) => formatDiff(diffTrees(tree(before), tree(after)));

describe('what changed between two trees', () => {
  test('nothing', () => {
    const same = diffTrees(tree('/ { a = <1>; b { }; };'), tree('/ { a = <1>; b { }; };'));
    expect(isEmptyDiff(same)).toBe(true);
    expect(formatDiff(same)).toBe('');
  });

  test('the order does not count', () => {
    expect(diff('/ { a; b; c { }; d { }; };', '/ { b; a; d { }; c { }; };')).toBe('');
  });

  test('a value, as source', () => {
    expect(diff('/ { a = "x"; };', '/ { a = <1>, "y"; };')).toBe(
      '~ /\n    - a = "x";\n    + a = <0x01>, "y";\n',
    );
  });

  test('a property that came or went, with or without a value', () => {
    expect(diff('/ { gone; };', '/ { new = [01]; };')).toBe('~ /\n    - gone;\n    + new = [01];\n');
  });

  test('a node that came or went, with all that is in it', () => {
    expect(diff('/ { a { x; b { y; }; }; };', '/ { c { z; }; };')).toBe(
      '- /a\n    - x;\n- /a/b\n    - y;\n+ /c\n    + z;\n',
    );
  });

  test('children stand with their parents', () => {
    expect(diff('/ { a { p; }; b { }; };', '/ { a { n { }; }; b { x; }; };')).toBe(
      '~ /a\n    - p;\n+ /a/n\n~ /b\n    + x;\n',
    );
  });

  test('reservations and the CPU that boots', () => {
    const before = '/memreserve/ 0x1000 1; /memreserve/ 0x2000 1; / { };';
    const after = '/memreserve/ 0x2000 1; /memreserve/ 0x3000 2; / { cpus { cpu@4 { reg = <4>; }; }; };';
    expect(diff(before, after)).toBe(
      '~ boot CPU 0 -> 4\n- /memreserve/ 0x1000 0x1;\n+ /memreserve/ 0x3000 0x2;\n+ /cpus\n+ /cpus/cpu@4\n    + reg = <0x04>;\n',
    );
  });
});

describe('references', () => {
  const clock = 'clk: clk { };';

  test('are the same when they lead to the same path, whatever their numbers', () => {
    expect(diff(`/ { p = <&clk 1>; ${clock} };`, `/ { o = <&n>; p = <&clk 1>; n: n { }; ${clock} };`)).toBe(
      '~ /\n    + o = <&n>;\n+ /n\n',
    );
  });

  test('differ when they lead elsewhere, also under one number', () => {
    expect(diff(`/ { p = <&clk>; ${clock} n: n { }; };`, `/ { p = <&n>; ${clock} n: n { }; };`)).toBe(
      '~ /\n    - p = <&clk>;\n    + p = <&n>;\n',
    );
  });

  test('a phandle that the source writes down does count', () => {
    expect(diff('/ { a { phandle = <1>; }; };', '/ { a { phandle = <2>; }; };')).toBe(
      '~ /a\n    - phandle = <0x01>;\n    + phandle = <0x02>;\n',
    );
  });

  test('differ in what stands beside them', () => {
    expect(diff(`/ { p = <&clk 1>; ${clock} };`, `/ { p = <&clk 2>; ${clock} };`)).toBe(
      '~ /\n    - p = <&clk 0x01>;\n    + p = <&clk 0x02>;\n',
    );
  });

  test('of an overlay are known by their label', () => {
    const overlay = (label: string) => `/plugin/; / { f { p = <&${label}>; }; };`;
    expect(diff(overlay('a'), overlay('a'))).toBe('');
    expect(diff(overlay('a'), overlay('b'))).toContain('    - p = <&a>;\n    + p = <&b>;\n');
  });

  test('of blobs are numbers', () => {
    const blob = (source: string) =>
      fromBlob(compile('a', `/dts-v1/; ${source}`).blob as Uint8Array).tree as Tree;
    const changed = diffTrees(
      blob(`/ { p = <&clk>; ${clock} };`),
      blob(`/ { o = <&n>; p = <&clk>; n: n { }; ${clock} };`),
    );
    expect(formatDiff(changed)).toContain('    - p = <0x01>;\n    + p = <0x02>;\n');
    expect(formatDiff(changed)).toContain('~ /clk\n    - phandle = <0x01>;\n    + phandle = <0x02>;\n');
  });
});
