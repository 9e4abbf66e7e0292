import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BINDINGS } from '../../../../src/devicetree/checks/board/bindings.ts';
import {
  checkBoard,
  checkOverlay,
  type Diagnostic,
  fromBlob,
  parse,
  type Tree,
  toBlob,
} from '../../../../src/devicetree/index.ts';

const COMPATIBLES = ['bosch,bme280', 'national,lm75', 'atmel,24c02', 'jedec,spi-nor'];
const CELLS = '#address-cells = <1>; #size-cells = <0>;';

function treeOf(source: string): Tree {
  const { tree, diagnostics } = parse('board.dts', source);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return tree;
}

/** Checks a tree whose nodes called i2c and spi are its buses. */
function check(tree: Tree): readonly Diagnostic[] {
  const buses = [...tree.nodes()].flatMap((node) => {
    const kind = node.baseName;
    return kind === 'i2c' || kind === 'spi' ? [{ kind, node } as const] : [];
  });
  return checkBoard(tree, { buses, compatibles: new Set(COMPATIBLES) });
}

/** `code line.column message | help` of all that is wrong with the body of a root node, which begins in line 2. */
function problems(body: string): string[] {
  return check(treeOf(`/dts-v1/; / {\n${body}\n};`)).map(
    ({ severity, code, span, message, hint }) =>
      `${severity} ${code} ${span?.line}.${span?.column} ${message} | ${hint}`,
  );
}

const i2c = (client: string): string => `i2c { ${CELLS}\n${client}\n};`;
const spi = (client: string): string => `spi { ${CELLS}\n${client}\n};`;
const SENSOR = 'compatible = "bosch,bme280";';

describe('a board that is right', () => {
  test('is not told anything', () => {
    expect(
      problems(`${i2c(`sensor@76 { ${SENSOR} reg = <0x76>; dtbus,set = "temperature=3"; dtbus,simulate; };
        off@76 { ${SENSOR} reg = <0x76>; status = "disabled"; };
        ten@80000123 { ${SENSOR} reg = <0x80000123>; };
        plain@124 { ${SENSOR} reg = <0x80000124>; };
        mine@10 { compatible = "x,y"; reg = <0x10>; dtbus,model = "y.mjs"; };
        other@11 { compatible = "vendor,lm75"; reg = <0x11>; }; ports { };`)}
        ${spi('flash@0 { compatible = "jedec,spi-nor"; reg = <0>; };')}`),
    ).toEqual([]);
  });

  test('is the demo board', () => {
    const demo = readFileSync(new URL('../../../../dts/demo.dts', import.meta.url));
    expect(check(treeOf(demo.toString())).filter(({ code }) => code !== 'unknown_compatible')).toEqual([]);
  });
});

describe('our own properties', () => {
  test.each([
    ['dtbus,simulat;', 'unknown property dtbus,simulat | did you mean dtbus,simulate?'],
    ['dtbus,pullups;', 'unknown property dtbus,pullups | did you mean dtbus,pull-ups?'],
    ['dtbus,xyzzy;', 'unknown property dtbus,xyzzy | see dts/bindings for the properties of dtbus'],
    ['dtbus,simulate = <1>;', 'invalid dtbus,simulate: expected no value | write dtbus,simulate;'],
    [
      'dtbus,timeout-ms = "1";',
      'invalid dtbus,timeout-ms: expected one number | write dtbus,timeout-ms = <1>;',
    ],
    [
      'dtbus,timeout-ms = <1 2>;',
      'invalid dtbus,timeout-ms: expected one number | write dtbus,timeout-ms = <1>;',
    ],
    ['dtbus,contents = <1>;', 'invalid dtbus,contents: expected one string | write dtbus,contents = "text";'],
    ['dtbus,model = "a", "b";', 'invalid dtbus,model: expected one string | write dtbus,model = "text";'],
    ['dtbus,set = <1>;', 'invalid dtbus,set: expected strings | write dtbus,set = "text", "text";'],
    ['dtbus,host;', 'invalid dtbus,host: expected a reference to a node | write dtbus,host = <&label>;'],
    ['dtbus,read-only = [01];', 'invalid dtbus,read-only: expected numbers | write dtbus,read-only = <1 2>;'],
    ['dtbus,jedec-id;', 'invalid dtbus,jedec-id: expected bytes | write dtbus,jedec-id = [01 02];'],
    [
      'dtbus,hardware = "v5";',
      'invalid dtbus,hardware: expected v3 or v4, got v5 | write dtbus,hardware = "v3" or "v4"',
    ],
    [
      'dtbus,pull-up-microvolt = <5>;',
      'invalid dtbus,pull-up-microvolt: expected 3300000 or 5000000, got 5 | write dtbus,pull-up-microvolt = <3300000> or <5000000>',
    ],
  ])('%s', (property, expected) => {
    expect(problems(`n { ${property} };`)).toEqual([`warning dtbus_property 2.5 ${expected}`]);
  });

  test('an adapter has those of its binding, and all that it needs', () => {
    const known = 'port, current-speed, num-cs';
    expect(
      problems('a { compatible = "dtbus,serprog"; prot = "x"; num-cs = "1"; xyzzy; status = "okay"; };'),
    ).toEqual([
      'warning dtbus_node 2.35 unknown property prot | did you mean port?',
      'warning dtbus_node 2.47 invalid num-cs: expected one number | write num-cs = <1>;',
      `warning dtbus_node 2.61 unknown property xyzzy | known are ${known}`,
      'warning dtbus_node 2.3 missing property port | add port = "text"',
    ]);
  });
});

describe('the cells of a bus', () => {
  test('that are missing or wrong', () => {
    expect(problems(`i2c { a { ${SENSOR} reg = <1>; }; };`).slice(0, 2)).toEqual([
      'warning bus_cells 2.1 an I2C bus needs #address-cells | write #address-cells = <1>; in /i2c',
      'warning bus_cells 2.1 an I2C bus needs #size-cells | write #size-cells = <0>; in /i2c',
    ]);
    expect(
      problems('spi { #address-cells = <2>; #size-cells = <0>; a@0 { compatible = "x,y"; reg = <0 0>; }; };'),
    ).toEqual([
      'warning bus_cells 2.7 invalid #address-cells of an SPI bus: expected <1> | write #address-cells = <1>; in /spi',
    ]);
  });

  test('do not matter while nothing is on it', () => {
    expect(problems('i2c { };')).toEqual([]);
  });
});

describe('what would read as if it were not there', () => {
  test('is told: frequencies that are no numbers, compatibles that are no text', () => {
    expect(problems(i2c(`clock-frequency = "fast"; a@1 { compatible = <1>; reg = <1>; };`))).toEqual([
      'warning bus_values 3.1 invalid clock-frequency: expected one number | write clock-frequency = <100000>; in Hz',
      'warning bus_values 3.33 invalid compatible: expected strings | write compatible = "vendor,part";',
    ]);
    expect(problems(spi(`a@1 { ${SENSOR} reg = <1>; spi-max-frequency; };`))).toEqual([
      expect.stringMatching(/^warning bus_values 3.\d+ invalid spi-max-frequency: expected one number/),
    ]);
    expect(problems(spi(`a@1 { ${SENSOR} reg = <1>; spi-max-frequency = "1000000"; };`))).toEqual([
      expect.stringMatching(/^warning bus_values 3.\d+ invalid spi-max-frequency: expected one number/),
    ]);
  });
});

test('a node with an address and without a name is nothing that a driver or a model is found for', () => {
  const lost =
    'peripheral_compatible 3.1 missing property compatible: no driver or model is found for the node';
  const told = [`warning ${lost} | add compatible = "vendor,part";`];
  expect(problems(i2c('lost@48 { reg = <0x48>; };'))).toEqual(told);
  expect(problems(spi('lost@0 { reg = <0>; };'))).toEqual(told);
  expect(problems(i2c('lost@48 { reg = <0x48>; dtbus,dump = "registers.txt"; };'))).toEqual([]);
  expect(problems(i2c('lost@48 { reg = <0x48>; status = "disabled"; };'))).toEqual([]);
});

describe('the address of a peripheral', () => {
  test.each([
    ['a@76', '', 'peripheral_reg 3.1 missing property reg: the node is left out | add reg = <0x76>;'],
    ['a', '', 'peripheral_reg 3.1 missing property reg: the node is left out | add reg = <address>;'],
    ['a@76', 'reg;', 'peripheral_reg 3.37 invalid reg: expected numbers | write reg = <0x76>;'],
    ['a@76', 'reg = <76>;', 'peripheral_address 3.37 reg is 0x4c, but the name says 76 | write reg = <0x76>'],
    [
      'a@76',
      'reg = <0x48>;',
      'peripheral_address 3.37 reg is 0x48, but the name says 76 | write reg = <0x76>, or rename the node to a@48',
    ],
    [
      'a@151',
      'reg = <0x80000150>;',
      'peripheral_address 3.38 reg is 0x80000150, but the name says 151 | write reg = <0x80000151>, or rename the node to a@80000150',
    ],
    [
      'a@ec',
      'reg = <0xec>;',
      'peripheral_address 3.37 invalid I2C address 0xec: it looks like an 8-bit address, with the read/write bit | write reg = <0x76>, the address without that bit',
    ],
    [
      'a@100',
      'reg = <0x100>;',
      'peripheral_address 3.38 invalid I2C address 0x100: expected 0x01 to 0x7f | a ten-bit address needs bit 31 (I2C_TEN_BIT_ADDRESS)',
    ],
    [
      'a',
      'reg = <0x80000400>;',
      'peripheral_address 3.34 invalid I2C address 0x400: expected 0 to 0x3ff with the ten-bit flag | correct reg',
    ],
  ])('%s { %s }', (name, reg, expected) => {
    expect(problems(i2c(`${name} { ${SENSOR} ${reg} };`))).toEqual([`warning ${expected}`]);
  });

  test('belongs to one of them', () => {
    const two = (reg: string): string => `a@1 { ${SENSOR} reg = <1>; };\nb@1 { ${SENSOR} reg = <${reg}>; };`;
    expect(problems(i2c(two('1')))).toEqual([
      'warning peripheral_address 4.36 address 0x1 is used by /i2c/a@1 too | change one of the two, or disable one: status = "disabled"',
    ]);
    expect(problems(spi(two('1 2')))).toEqual([
      'warning peripheral_address 4.36 chip select 0x1 is used by /spi/a@1 too | change one of the two, or disable one: status = "disabled"',
    ]);
    // The controller's own address is no peripheral's.
    expect(problems(i2c(two('1 0x40000001')).replace('b@1 ', 'b@2 ').replace('<1 0x4', '<2 0x4'))).toEqual(
      [],
    );
  });
});

describe('names that nobody knows', () => {
  test('a part is told the nearest that has a model', () => {
    expect(problems(i2c('a@76 { compatible = "bosch,bme208"; reg = <0x76>; };'))).toEqual([
      'warning unknown_compatible 3.8 unknown compatible "bosch,bme208": no model answers for it | did you mean "bosch,bme280"?',
    ]);
    // Another size is another part, no slip of the pen.
    expect(problems(i2c('a@50 { compatible = "atmel,24c32"; reg = <0x50>; };'))).toEqual([]);
    expect(problems(i2c('a@76 { compatible = "some,thing-else"; reg = <0x76>; };'))).toEqual([]);
  });

  test.each([
    ['virtio-i2c', 'platform,virtio-i2c'],
    ['virtio,i2c-virtio-i2c', 'platform,virtio-i2c'],
    ['platform,virtio_spi', 'platform,virtio-spi'],
    ['linux,virtio-gpio', 'platform,virtio-gpio'],
  ])('%s means %s', (compatible, meant) => {
    expect(problems(`b { compatible = "${compatible}"; };`)).toEqual([
      `warning bus_compatible 2.5 unknown compatible "${compatible}": no bus comes of it | write compatible = "${meant}"`,
    ]);
  });
});

describe('overlays', () => {
  test.each([
    '/dts-v1/; /plugin/;\n&i2c { };',
    '/dts-v1/; / { fragment@0 { target-path = "/"; __overlay__ { }; }; };',
    '/dts-v1/; / { fragment@0 { target-path = "/"; __dormant__ { }; }; };',
  ])('in the place of a board: %s', (source) => {
    const source1 = source.replace('/dts-v1/; /plugin/;', '/dts-v1/;\n/plugin/;');
    expect(check(treeOf(source1)).map(({ message, hint }) => `${message} | ${hint}`)).toEqual([
      'this is an overlay, not a board | name the board, and add this file with -o',
    ]);
  });

  test('fragments that wait for a parameter are told of in one sentence', () => {
    const fragment = (n: number, kind: string): string =>
      `fragment@${n} { target-path = "/"; ${kind} { a; }; };`;
    const source = `/dts-v1/; / {\n${fragment(0, '__dormant__')} ${fragment(1, '__dormant__')} ${fragment(2, '__overlay__')}
      __overrides__ { ds1307 = <0>,"+0"; ds3231 = <0>,"+1"; addr = <0>,"reg:0"; }; };`;
    const [diagnostic, ...more] = checkOverlay(treeOf(source));
    expect(more).toEqual([]);
    expect(diagnostic).toMatchObject({
      code: 'dormant_fragments',
      message: '2 fragments are dormant and were not applied: fragment@0, fragment@1',
      hint: "only Raspberry Pi's boot loader wakes them, by one of the parameters ds1307, ds3231; here, write __overlay__ for __dormant__ in the one you need",
      span: { line: 2 },
    });
    expect(checkOverlay(treeOf(source.replaceAll('__dormant__', '__overlay__')))).toEqual([]);
  });
});

test('a tree from a blob is checked, too, without places', () => {
  const blob = toBlob(treeOf(`/dts-v1/; / { ${i2c(`a@76 { ${SENSOR} };`)} };`));
  const [diagnostic] = check(fromBlob(blob).tree as Tree);
  expect(diagnostic).toMatchObject({ code: 'peripheral_reg', node: '/i2c/a@76', span: undefined });
});

describe('the table of our bindings', () => {
  test('is what dts/bindings says; `node test/support/bindings.mjs` makes it', async () => {
    const script = new URL('../../../support/bindings.mjs', import.meta.url).href;
    const { bindings } = (await import(script)) as { bindings: () => unknown };
    expect(JSON.parse(JSON.stringify(BINDINGS))).toEqual(bindings());
  });

  test('has every property of ours that the sources name', () => {
    const folder = new URL('../../../../', import.meta.url);
    const sources = ['src', 'hosts'].flatMap((room) =>
      readdirSync(new URL(room, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(new URL(`${room}/${file}`, folder), 'utf8')),
    );
    const named = new Set(
      sources.flatMap((text) => text.match(/'dtbus,[a-z-]+'/g) ?? []).map((word) => word.slice(1, -1)),
    );
    const known = BINDINGS.flatMap(({ compatibles, properties }) => [
      ...compatibles,
      ...Object.keys(properties),
    ]);
    expect([...named].filter((name) => !known.includes(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(15);
  });
});
