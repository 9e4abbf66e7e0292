import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeFromBlob } from '../../src/board/open/tree-from-blob.ts';
import { ServedBoard } from '../../src/board/serve/served-board.ts';
import type { Node, Tree } from '../../src/devicetree/index.ts';
import { guestTree } from '../../src/guest/guest-tree.ts';

let directory: string;
let board: ServedBoard | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtbus-guest-tree-'));
});
afterEach(async () => {
  await board?.close();
  board = undefined;
  rmSync(directory, { recursive: true });
});

const CONTROLLER = 'gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>;';

/** The tree of a guest on a board with a GPIO controller and these parts. */
async function guestOf(parts: string, owner?: string): Promise<Tree> {
  return (await guestWith('', parts, owner)).tree;
}

/** The same with more nodes beside the bus, and what was left out of it. */
async function guestWith(more: string, parts: string, owner?: string) {
  const path = join(directory, 'board.dts');
  writeFileSync(
    path,
    `/dts-v1/; / { aliases { gpio3 = &gpio; }; soc: soc { ${CONTROLLER} #io-channel-cells = <1>; }; ${more}
      gpio: gpio { compatible = "platform,virtio-gpio"; ${CONTROLLER} ngpios = <4>; gpio-line-names = "a"; };
      i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${parts} }; };`,
  );
  board = await ServedBoard.open(path, { socketDirectory: directory, onWarning: () => {} });
  const { blob, leftOut } = guestTree(board.busesOf(owner));
  return { tree: await treeFromBlob(blob), leftOut };
}

const part = (more: string, address = 20) =>
  `gpio@${address} { compatible = "nxp,pca9554"; reg = <0x${address}>; ${more} };`;
const partOf = (tree: Tree, address = 20): Node => tree.byPath(`i2c0/gpio@${address}`) as Node;

it('has the controller as the one device of a transport, with what Linux wants of it', async () => {
  const tree = await guestOf('');
  const gpio = tree.byPath('gpio3') as Node;
  expect(gpio.compatible).toEqual(['virtio,device29']);
  expect([gpio.has('gpio-controller'), gpio.has('interrupt-controller')]).toEqual([true, true]);
  expect([gpio.u32('#gpio-cells'), gpio.u32('#interrupt-cells')]).toEqual([2, 2]);
  const transport = gpio.parent as Node;
  expect(transport.compatible).toEqual(['virtio,uml']);
  expect(transport.u32('virtio-device-id')).toBe(41);
  expect(transport.string('socket-path')).toBe(join(directory, 'gpio3.sock'));
  expect(transport.children).toEqual([gpio]);
});

describe('interrupts and GPIOs of parts', () => {
  const interruptOf = (node: Node) => node.phandles('interrupts-extended', '#interrupt-cells');

  it.each([
    ['interrupts-extended', 'interrupts-extended = <&gpio 2 8>;'],
    ['interrupts and an interrupt parent', 'interrupt-parent = <&gpio>; interrupts = <2 8>;'],
  ])('stay connected: %s', async (_, property) => {
    const tree = await guestOf(part(property));
    expect(interruptOf(partOf(tree))).toEqual([{ node: tree.byPath('gpio3'), args: [2, 8] }]);
  });

  it('stay connected to a part that handles interrupts and has lines', async () => {
    const tree = await guestOf(
      part(`${CONTROLLER} interrupts-extended = <&gpio 0 8>; }; lamp: x@21 { reg = <0x21>;
        interrupts-extended = <&{/i2c/gpio@20} 1 2>; reset-gpios = <&{/i2c/gpio@20} 3 1>;`),
    );
    const lamp = tree.byPath('i2c0/x@21') as Node;
    expect(interruptOf(lamp)).toEqual([{ node: partOf(tree), args: [1, 2] }]);
    expect(lamp.phandles('reset-gpios', '#gpio-cells')).toEqual([{ node: partOf(tree), args: [3, 1] }]);
  });

  it('keep the lines of a hog, which names no controller', async () => {
    const tree = await guestOf(part(`${CONTROLLER} mux-hog { gpio-hog; gpios = <5 0>; output-low; };`));
    const hog = partOf(tree).children[0] as Node;
    expect([hog.name, hog.u32s('gpios'), hog.has('output-low')]).toEqual(['mux-hog', [5, 0], true]);
  });

  it('are left out where the guest does not have their controller, or they make no sense', async () => {
    const tree = await guestOf(
      part('interrupts-extended = <&soc 2 8>; reset-gpios = <&soc 1 0>; wake-gpios = <1 2 3>;') +
        part('interrupt-parent = <&gpio>; interrupts = <2 8 1>;', 21),
    );
    for (const address of [20, 21]) {
      const names = partOf(tree, address).properties.map(({ name }) => name);
      expect(names).toEqual(['compatible', 'reg']);
    }
  });
});

describe('guests that own parts', () => {
  const PARTS =
    part('interrupts-extended = <&gpio 0 8>; dtbus,owner = "left";') +
    part('interrupts-extended = <&gpio 1 8>; dtbus,owner = "right";', 21) +
    part('interrupts-extended = <&gpio 2 8>;', 22);

  it('have their own parts and the controller, at sockets of their own', async () => {
    const tree = await guestOf(PARTS, 'right');
    const gpio = tree.byPath('gpio3') as Node;
    expect(gpio.parent?.string('socket-path')).toBe(join(directory, 'right/gpio3.sock'));
    expect(tree.byPath('i2c0')?.children.map(({ name }) => name)).toEqual(['gpio@21']);
    expect(partOf(tree, 21).phandles('interrupts-extended', '#interrupt-cells')).toEqual([
      { node: gpio, args: [1, 8] },
    ]);
  });
});

describe('what is beside the buses', () => {
  const fixed = (name: string, microvolt: number, more = '') =>
    `${name}: regulator-${name} { compatible = "regulator-fixed"; regulator-name = "${name}";
      regulator-min-microvolt = <${microvolt}>; regulator-max-microvolt = <${microvolt}>; ${more} };`;
  const supplyOf = (tree: Tree) => partOf(tree).target('vcc-supply');

  it('supplies a part as on the board, and what supplies that', async () => {
    const { tree, leftOut } = await guestWith(
      fixed('vref', 3_300_000, 'vin-supply = <&vin>;') + fixed('vin', 5_000_000) + fixed('unused', 1_000_000),
      part('vcc-supply = <&vref>;') + part('vcc-supply = <&vref>;', 21),
    );
    const vref = supplyOf(tree) as Node;
    expect(vref.compatible).toEqual(['regulator-fixed']);
    expect(vref.u32('regulator-min-microvolt')).toBe(3_300_000);
    expect(vref.target('vin-supply')?.u32('regulator-max-microvolt')).toBe(5_000_000);
    expect(partOf(tree, 21).target('vcc-supply')).toEqual(vref);
    expect(tree.byCompatible('regulator-fixed')).toHaveLength(2);
    expect(leftOut).toEqual([]);
  });

  it('has a fixed regulator for another with one voltage, and none where it can change', async () => {
    const ldo = (name: string, min: number, max: number) =>
      `${name}: ${name} { compatible = "acme,ldo"; regulator-min-microvolt = <${min}>; regulator-max-microvolt = <${max}>; };`;
    const { tree, leftOut } = await guestWith(
      ldo('one', 2_500_000, 2_500_000) + ldo('range', 1_000_000, 2_500_000),
      part('vcc-supply = <&one>;') + part('vcc-supply = <&range>;', 21),
    );
    const one = supplyOf(tree) as Node;
    expect(one.compatible).toEqual(['regulator-fixed']);
    expect([one.string('regulator-name'), one.u32('regulator-max-microvolt')]).toEqual(['one', 2_500_000]);
    expect(partOf(tree, 21).has('vcc-supply')).toBe(false);
    expect(leftOut.join()).toMatch(/regulators \/range:/);
  });

  it('brings what uses lines and channels of the guest, and names what needs more', async () => {
    const { tree, leftOut } = await guestWith(
      `leds { compatible = "gpio-leds"; near { gpios = <&{/i2c/gpio@20} 1 0>; }; far { gpios = <&soc 1 0>; }; };
       keys { compatible = "gpio-keys"; key { gpios = <&gpio 2 1>; linux,code = <28>; }; };
       hwmon { compatible = "iio-hwmon"; io-channels = <&soc 0>; };
       device@0 { compatible = "acme,mapped"; reg = <0 0>; reset-gpios = <&gpio 0 0>; };`,
      part(CONTROLLER),
    );
    expect(tree.byPath('/leds')?.children.map(({ name }) => name)).toEqual(['near']);
    expect(tree.byPath('/leds/near')?.phandles('gpios', '#gpio-cells')).toEqual([
      { node: partOf(tree), args: [1, 0] },
    ]);
    expect(tree.byPath('/keys/key')?.u32('linux,code')).toBe(28);
    expect([tree.byPath('/hwmon'), tree.byPath('/device@0')]).toEqual([undefined, undefined]);
    expect(leftOut).toEqual(['left out of the guest: /leds/far, /hwmon: the guest does not have /soc']);
  });
});
