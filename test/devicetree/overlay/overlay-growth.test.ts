import { describe, expect, test } from 'vitest';
import { applyOverlaysToBlob, compile, FlatTree } from '../../../src/devicetree/index.ts';

/** An overlay of `count` fragments, each for a node of its own, and the base that has them. */
function pair(count: number): readonly [Uint8Array, Uint8Array] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const base = numbers.map((i) => `n${i}: node@${i.toString(16)} { reg = <${i}>; };`).join('\n');
  const overlay = numbers.map((i) => `&n${i} { a = <${i}>; b { c; }; };`).join('\n');
  return [
    compile('base.dts', `/dts-v1/; / {\n${base}\n};`, { symbols: true }).blob as Uint8Array,
    compile('overlay.dts', `/dts-v1/;\n/plugin/;\n${overlay}`, { symbols: true }).blob as Uint8Array,
  ];
}

/** An overlay of `count` fragments that all add to one node. */
function gathered(count: number): readonly [Uint8Array, Uint8Array] {
  const overlay = Array.from({ length: count }, (_, i) => `&bus { x${i}: n@${i} { reg = <${i}>; }; };`);
  return [
    compile('base.dts', '/dts-v1/; / { bus: bus { }; };', { symbols: true }).blob as Uint8Array,
    compile('overlay.dts', `/dts-v1/;\n/plugin/;\n${overlay.join('\n')}`, { symbols: true })
      .blob as Uint8Array,
  ];
}

/** An overlay of one fragment that has `count` nodes of the base once more, under phandles of its own. */
function clashing(count: number): readonly [Uint8Array, Uint8Array] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const base = numbers.map((i) => `n${i}: n${i} { v = <&n${i}>; };`).join('\n');
  const overlay = numbers.map((i) => `x${i}: n${i} { w = <&x${i}>; };`).join('\n');
  return [
    compile('base.dts', `/dts-v1/; / { bus: bus {\n${base}\n}; };`, { symbols: true }).blob as Uint8Array,
    compile('overlay.dts', `/dts-v1/;\n/plugin/;\n&bus {\n${overlay}\n};`, { symbols: true })
      .blob as Uint8Array,
  ];
}

/** How many steps from node to node, child to child and property to property an overlay takes. */
function stepsFor([base, overlay]: readonly [Uint8Array, Uint8Array]): number {
  const { nodes, children, properties } = FlatTree.prototype;
  let steps = 0;
  const counted = <A extends unknown[]>(walk: (...args: A) => Generator<number>) =>
    function* (this: FlatTree, ...args: A): Generator<number> {
      for (const place of walk.apply(this, args)) {
        steps++;
        yield place;
      }
    };
  Object.assign(FlatTree.prototype, {
    nodes: counted(nodes),
    children: counted(children),
    properties: counted(properties),
  });
  try {
    applyOverlaysToBlob(base, [overlay]);
  } finally {
    Object.assign(FlatTree.prototype, { nodes, children, properties });
  }
  return steps;
}

describe('an overlay of many fragments', () => {
  test('walks the base as often as one of few', () => {
    const few = stepsFor(pair(100));
    const many = stepsFor(pair(400));
    expect(few).toBeGreaterThan(100);
    expect(many / few).toBeLessThan(5);
  });

  test('walks as often where they all add to one node', () => {
    const few = stepsFor(gathered(100));
    const many = stepsFor(gathered(400));
    expect(few).toBeGreaterThan(100);
    expect(many / few).toBeLessThan(5);
  });

  test('may have 20,000 of them for one node; the last one comes first', () => {
    const [base, overlay] = gathered(20_000);
    const tree = new FlatTree(applyOverlaysToBlob(base, [overlay]));
    const names = [...tree.children(tree.at('/bus'))].map((child) => tree.name(child));
    expect(names).toEqual(Array.from({ length: 20_000 }, (_, i) => `n@${19_999 - i}`));
    expect(tree.get(tree.at('/bus/n@258'), 'reg')).toEqual(Uint8Array.of(0, 0, 1, 2));
  });

  test('walks as often where phandles clash', () => {
    const few = stepsFor(clashing(100));
    const many = stepsFor(clashing(400));
    expect(few).toBeGreaterThan(100);
    expect(many / few).toBeLessThan(5);
  });

  test('follows each phandle that clashes to the one of the base', () => {
    const [base, overlay] = clashing(60);
    const tree = new FlatTree(applyOverlaysToBlob(base, [overlay]));
    for (let i = 0; i < 60; i++) {
      const node = tree.at(`/bus/n${i}`);
      expect(tree.get(node, 'w')).toEqual(tree.get(node, 'v'));
      expect(tree.byPhandle(tree.phandle(node))).toBe(node);
    }
  });

  test('gives each target its own', () => {
    const [base, overlay] = pair(300);
    const tree = new FlatTree(applyOverlaysToBlob(base, [overlay]));
    for (const i of [0, 1, 150, 299]) {
      const node = tree.at(`/node@${i.toString(16)}`);
      expect([...(tree.get(node, 'a') ?? [])]).toEqual([0, 0, i >> 8, i & 0xff]);
      expect(tree.get(tree.child(node, 'b') as number, 'c')).toHaveLength(0);
    }
  });
});
