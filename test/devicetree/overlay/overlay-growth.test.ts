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

/** How often a tree is walked through for an overlay of `count` fragments, counted at the steps from node to node. */
function stepsFor(count: number): number {
  const [base, overlay] = pair(count);
  const original = FlatTree.prototype.nodes;
  let steps = 0;
  FlatTree.prototype.nodes = function* (this: FlatTree) {
    for (const node of original.call(this)) {
      steps++;
      yield node;
    }
  };
  try {
    applyOverlaysToBlob(base, [overlay]);
  } finally {
    FlatTree.prototype.nodes = original;
  }
  return steps;
}

describe('an overlay of many fragments', () => {
  test('walks the base as often as one of few', () => {
    const few = stepsFor(100);
    const many = stepsFor(400);
    expect(few).toBeGreaterThan(100);
    expect(many / few).toBeLessThan(5);
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
