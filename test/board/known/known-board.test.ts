import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BoardOptions, SingleUse } from '../../../src/board/index.ts';
import { testFolder } from '../../cli/folder.ts';
import { opener as openerWithFacts } from './opener.ts';

/** Of a board of which nothing was said only what one node needs is made the next time. */
const folder = testFolder();

const PARTS = 'lm75: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const bus = (name: string, parts: string) =>
  `${name}: ${name} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${parts} };`;
const boardOf = (...nodes: readonly string[]) =>
  `/dts-v1/;\n/ { aliases { i2c0 = &a; i2c1 = &b; };\n${nodes.join('\n')}\n};\n`;
const APART = boardOf(bus('a', PARTS), bus('b', 'rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };'));

/** @returns what opens a board for one node, and tells the buses that were made, and what was said */
function opener() {
  const { facts, open: openFor } = openerWithFacts();
  const open = async (file: string, options: BoardOptions = {}, node?: SingleUse['node']) => {
    const said: string[] = [];
    const onWarning = (sentence: string) => said.push(sentence.replace(/^.*?: /, ''));
    await using board = await openFor(file, { onWarning, ...options }, node);
    return {
      made: board.nodes.list().map(({ path }) => path),
      parts: board.parts().map(({ path }) => path),
      said,
    };
  };
  return Object.assign(open, { facts });
}

const ALL = { made: ['/dev/i2c-0', '/dev/i2c-1'], parts: ['/a/temp@48', '/b/rom@50'], said: [] };
const ONLY_A = { made: ['/dev/i2c-0'], parts: ['/a/temp@48'], said: [] };

describe('a board of which nothing was said', () => {
  it('has the bus that is used, and no other, when it is opened again', async () => {
    const [file, open] = [folder.write('apart.dts', APART), opener()];
    expect(await open(file)).toEqual(ALL);
    expect(await open(file)).toEqual(ONLY_A);
    expect(await open(file, {}, '/dev/i2c-1')).toEqual({
      made: ['/dev/i2c-1'],
      parts: ['/b/rom@50'],
      said: [],
    });
  });

  it('has the bus of the part that is used, and is made whole for what is on none', async () => {
    const [file, open] = [folder.write('parts.dts', APART), opener()];
    await open(file);
    expect(await open(file, {}, (tree) => tree.byPath('/b/rom@50'))).toEqual({
      made: ['/dev/i2c-1'],
      parts: ['/b/rom@50'],
      said: [],
    });
    for (const path of ['/b', '/nothing'])
      expect(await open(file, {}, (tree) => tree.byPath(path))).toEqual(ALL);
  });

  it('is made whole for a node that it does not have, so that others can be named', async () => {
    const [file, open] = [folder.write('absent-node.dts', APART), opener()];
    await open(file);
    expect(await open(file, {}, '/dev/i2c-7')).toEqual(ALL);
  });

  it.each([
    ['its file', 'a.dts', (text: string) => text.replace('0x50', '0x450')],
    ['a file that it includes', 'b.dtsi', (text: string) => text.replace('0x50', '0x450')],
  ])('is another one when %s was changed', async (_what, changed, change) => {
    const open = opener();
    const texts: Record<string, string> = {
      'a.dts': `${boardOf(
        bus('a', PARTS),
        bus('b', '#include "b.dtsi"')
          .replace('#include', '\n#include')
          .replace(/"b.dtsi"/, '"b.dtsi"\n'),
      )}/* 0x50 */`,
      'b.dtsi': 'rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
    };
    if (changed === 'a.dts') texts['a.dts'] = APART;
    for (const [name, text] of Object.entries(texts)) folder.write(name, text);
    const file = folder.path('a.dts');
    expect(await open(file)).toEqual(ALL);
    expect(await open(file)).toEqual(ONLY_A);
    folder.write(changed, change(texts[changed] as string));
    const { said } = await open(file);
    expect(said).not.toEqual([]);
    // What was said once is said again.
    expect((await open(file)).said).toEqual(said);
  });

  it('is another one when a file is there that would have been included', async () => {
    const open = opener();
    const text = boardOf(bus('a', PARTS), '\n#include <b.dtsi>\n');
    const file = folder.write('folders.dts', text);
    const rom = bus('b', 'rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };');
    const [first, second] = [folder.path('first'), folder.path('second')];
    for (const each of [first, second]) mkdirSync(each);
    folder.write('second/b.dtsi', rom);
    const options = { includePaths: [first, second] };
    expect(await open(file, options)).toEqual(ALL);
    expect(await open(file, options)).toEqual(ONLY_A);
    folder.write('first/b.dtsi', rom.replace('0x50', '0x450'));
    expect((await open(file, options)).said).not.toEqual([]);
  });

  it('is another one with other options', async () => {
    const [file, open] = [folder.write('adopted.dts', APART), opener()];
    await open(file);
    expect(await open(file, { adopt: true })).toEqual(ALL);
  });
});

describe('buses that hang together are all made', () => {
  const GPIO =
    'gpio: gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <4>;';
  const lines = `${GPIO} interrupt-controller; #interrupt-cells = <2>; };`;
  const temp = (more: string) => `temp@48 { compatible = "national,lm75"; reg = <0x48>; ${more} };`;
  const EXPANDER =
    'expander: gpio@20 { compatible = "nxp,pca9554"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; };';
  const INTERRUPTING_EXPANDER = EXPANDER.replace(
    'gpio-controller;',
    'gpio-controller; interrupt-controller; #interrupt-cells = <2>;',
  );
  const fixed = (more: string) =>
    `supply: supply { compatible = "regulator-fixed"; regulator-name = "supply"; ${more} };`;

  it.each([
    [
      'by interrupts at one controller',
      [temp('interrupts-extended = <&gpio 0 8>;'), temp('interrupts-extended = <&gpio 1 8>;'), lines],
    ],
    [
      'by a supply that an expander switches',
      [temp('vs-supply = <&supply>;'), EXPANDER, fixed('gpio = <&expander 1 0>;')],
    ],
    [
      'by a controller that stands above one of them',
      [temp('interrupts-extended = <&gpio 0 8>;'), temp('interrupts = <1 8>;'), lines, 'top'],
    ],
    [
      'by a controller that stands at the root',
      [INTERRUPTING_EXPANDER, temp('interrupts = <1 8>;'), '', '&{/} { interrupt-parent = <&expander>; };'],
    ],
  ])('%s', async (_how, [a = '', b = '', more = '', above = '']) => {
    const open = opener();
    const second = above === 'top' ? `top { interrupt-parent = <&gpio>; ${bus('b', b)} };` : bus('b', b);
    const behind = above === 'top' ? '' : above;
    const file = folder.write('together.dts', boardOf(bus('a', a), second, more) + behind);
    const first = await open(file);
    expect(first.said).toEqual([]);
    expect(first.made).toEqual(['/dev/i2c-0', '/dev/i2c-1']);
    expect(open.facts.known).toBeDefined();
    expect(await open(file)).toEqual(first);
  });

  it('by a controller that stands above the parts of an emulated adapter', async () => {
    const open = opener();
    const emulated = `hosts { interrupt-parent = <&expander>; pirate: pirate {
      compatible = "dtbus,bus-pirate-emulator"; dtbus,power; dtbus,pull-ups;
      i2c { #address-cells = <1>; #size-cells = <0>; ${temp('interrupts = <1 8>;')} }; }; };`;
    const buses = [bus('a', 'dtbus,host = <&pirate>;'), bus('b', INTERRUPTING_EXPANDER)];
    const file = folder.write('emulated.dts', boardOf(...buses, emulated));
    const first = await open(file, {}, '/dev/i2c-1');
    expect(first.said).toEqual([]);
    expect(open.facts.known).toBeDefined();
    expect(await open(file, {}, '/dev/i2c-1')).toEqual(first);
  });

  it.each([
    ['phandles are numbers', 'rom@50 { compatible = "atmel,24c02"; reg = <0x50>; phandle = <7>; };'],
    [
      'a part has a file',
      'rom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "rom.bin"; };',
    ],
  ])('where %s', async (_why, parts) => {
    const open = opener();
    folder.write('rom.bin', Buffer.alloc(256).toString());
    const file = folder.write('unclear.dts', boardOf(bus('a', PARTS), bus('b', parts)));
    expect(await open(file)).toEqual(ALL);
    expect(await open(file)).toEqual(ALL);
  });

  it('where a part has a model of its own', async () => {
    const open = opener();
    const model = `export const parts = [{
      compatible: ['x,x'],
      title: 'own',
      bus: { i2c: { form: 'byte registers', address: 0x50, last: 0x03 } },
      registers: { ID: { at: 0, reset: 0x5a, access: 'ro' } },
    }];`;
    folder.write('own.mjs', model);
    const own = 'own@50 { compatible = "x,x"; reg = <0x50>; dtbus,model = "./own.mjs"; };';
    const file = folder.write('own.dts', boardOf(bus('a', PARTS), bus('b', own)));
    const first = await open(file);
    expect(first.said).toEqual([]);
    expect(first.made).toEqual(['/dev/i2c-0', '/dev/i2c-1']);
    expect(await open(file)).toEqual(first);
  });

  it('where something was said: of that board nothing is kept', async () => {
    const open = opener();
    await open(folder.write('wrong.dts', boardOf(bus('a', PARTS), bus('b', 'dtbus,nothing;'))));
    expect(open.facts.known).toBeUndefined();
  });
});
