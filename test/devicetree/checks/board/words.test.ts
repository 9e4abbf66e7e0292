import { describe, expect, test } from 'vitest';
import { checkBoard, parse } from '../../../../src/devicetree/index.ts';

/** Words that only work where they are spelt right, and lines and chip selects that are not there. */

const COMPATIBLES = [
  'bosch,bme280',
  'national,lm75',
  'st,stlm75',
  'ti,tmp75',
  'winbond,w25q80',
  'st,lis3dh-accel',
  'microchip,mcp23s17',
  'microchip,mcp23s08',
  'microchip,mcp23017',
  'nxp,pcf8574',
  'nxp,pcf8574a',
  'nxp,pcf8575',
];
const CELLS = '#address-cells = <1>; #size-cells = <0>;';

/** `code line message | help` of what is wrong with the body of a root node, whose nodes called i2c and spi are buses. */
function problems(body: string): string[] {
  const { tree, diagnostics } = parse('board.dts', `/dts-v1/; / {\n${body}\n};`);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const buses = [...tree.nodes()].flatMap((node) => {
    const kind = node.baseName;
    return kind === 'i2c' || kind === 'spi' ? [{ kind, node } as const] : [];
  });
  const busOf = (name: string) =>
    name.includes('lm75') ? 'i2c' : name.includes('w25q') ? 'spi' : (undefined as 'i2c' | undefined);
  return checkBoard(tree, { buses, compatibles: new Set(COMPATIBLES), busOf }).map(
    ({ code, span, message, hint }) => `${code} ${span?.line} ${message} | ${hint}`,
  );
}
const i2c = (body: string): string => `i2c { ${CELLS}\n${body}\n};`;
const spi = (body: string): string => `spi { ${CELLS}\n${body}\n};`;
const GPIO = 'compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;';
const SENSOR = 'compatible = "bosch,bme280"; reg = <0x76>;';

describe('the state of a node', () => {
  test.each(['okay', 'ok', 'disabled', 'reserved', 'fail', 'fail-needs-probe'])('%s is one', (state) => {
    expect(problems(i2c(`a@76 { ${SENSOR} status = "${state}"; };`))).toEqual([]);
  });
  test.each([
    ['"okey"', 'unknown status "okey": the node is left out | did you mean "okay"?'],
    ['"OKAY"', 'unknown status "OKAY": the node is left out | did you mean "okay"?'],
    ['"disable"', 'unknown status "disable": the node is left out | did you mean "disabled"?'],
    ['"on"', 'unknown status "on": the node is left out | write status = "okay" or status = "disabled"'],
    [
      '<1>',
      'invalid status: expected one string, the node is left out | write status = "okay" or status = "disabled"',
    ],
  ])('%s is none, wherever it stands', (state, sentence) => {
    expect(problems(i2c(`a@76 { ${SENSOR} status = ${state}; };`))).toEqual([`unknown_status 3 ${sentence}`]);
    expect(problems(`x { status = ${state}; };`)).toEqual([`unknown_status 2 ${sentence}`]);
  });
});

describe('names of properties', () => {
  test.each([
    ['i2c', 'compatibl', 'compatible'],
    ['i2c', 'interupts', 'interrupts'],
    ['i2c', 'interrupt-parrent', 'interrupt-parent'],
    ['i2c', 'page-size', 'pagesize'],
    ['spi', 'spi-max-freqency', 'spi-max-frequency'],
    ['spi', 'spi_cpol', 'spi-cpol'],
    ['spi', 'spi-rx-buswidth', 'spi-rx-bus-width'],
  ])('on %s, %s is told what it means', (kind, name, meant) => {
    const sentence = `property_name 3 unknown property ${name} | did you mean ${meant}?`;
    const what = name === 'compatibl' ? '' : 'compatible = "x,y";';
    const reg = `${what} reg = <${kind === 'i2c' ? 1 : 0}>;`;
    expect(problems((kind === 'i2c' ? i2c : spi)(`a { ${reg} ${name}; };`))).toEqual([sentence]);
  });

  test.each([
    ['clock-freqency', i2c, 'clock-frequency'],
    ['num_cs', spi, 'num-cs'],
    ['cs-gpio', spi, 'cs-gpios'],
  ])('of a bus, %s', (name, bus, meant) => {
    expect(problems(bus(`${name};`))).toEqual([
      `property_name 3 unknown property ${name} | did you mean ${meant}?`,
    ]);
  });

  test('of a GPIO controller, and what it needs', () => {
    expect(problems(`g { ${GPIO}\ngpio-line-name = "a"; };`)).toEqual([
      'property_name 3 unknown property gpio-line-name | did you mean gpio-line-names?',
    ]);
    expect(
      problems('g { compatible = "platform,virtio-gpio"; gpio-controler;\n#gpio-cells = <2>; };'),
    ).toEqual([
      'dtbus_node 2 missing property gpio-controller | add gpio-controller',
      'property_name 2 unknown property gpio-controler | did you mean gpio-controller?',
    ]);
  });

  test('that are near to nothing, or stand beside what they are near to, are left alone', () => {
    expect(
      problems(
        i2c(`a@76 { ${SENSOR} reset; regs; label; interrupt-names; vdd-supply; #io-channel-cells; };`),
      ),
    ).toEqual([]);
    expect(problems(i2c(`a@76 { ${SENSOR} vendor,compatibl; };`))).toEqual([]);
  });
});

describe('compatibles', () => {
  test.each([
    ['bosh,bme280', 'unknown vendor in "bosh,bme280" | did you mean "bosch,bme280"?'],
    ['natinal,lm75', 'unknown vendor in "natinal,lm75" | did you mean "national,lm75"?'],
    [
      'Bosch,BME280',
      'unknown compatible "Bosch,BME280": no model answers for it | did you mean "bosch,bme280"?',
    ],
    [
      'st,lis3dh',
      'unknown compatible "st,lis3dh": no model answers for it | did you mean "st,lis3dh-accel"?',
    ],
    [
      'microchip,mcp23sxx',
      '"microchip,mcp23sxx" names a family of parts: no model answers for it | name the part: microchip,mcp23s08, microchip,mcp23s17',
    ],
    [
      'nxp,pcf857x',
      '"nxp,pcf857x" names a family of parts: no model answers for it | name the part: nxp,pcf8574, nxp,pcf8574a, nxp,pcf8575',
    ],
  ])('%s', (name, sentence) => {
    expect(problems(i2c(`a@1 { compatible = "${name}"; reg = <1>; };`))).toEqual([
      `unknown_compatible 3 ${sentence}`,
    ]);
  });

  // Linux matches the first name without its vendor, too: another maker of the same part is no mistake.
  test.each(['nxp,lm75', 'ti,lm75', 'lm75', 'onnn,lm75', 'ti,bme280', 'acme,foo1xx'])(
    '%s is right',
    (name) => {
      expect(problems(i2c(`a@1 { compatible = "${name}"; reg = <1>; };`))).toEqual([]);
    },
  );

  test('on the wrong kind of bus', () => {
    expect(problems(spi('a@0 { compatible = "national,lm75"; reg = <0>; };'))).toEqual([
      'unknown_compatible 3 "national,lm75" is an I2C part on an SPI bus | move the node to an I2C bus',
    ]);
    expect(problems(i2c('a@1 { compatible = "winbond,w25q80"; reg = <1>; };'))).toEqual([
      'unknown_compatible 3 "winbond,w25q80" is an SPI part on an I2C bus | move the node to an SPI bus',
    ]);
    expect(problems(spi('a@0 { compatible = "bosch,bme280"; reg = <0>; };'))).toEqual([]);
  });
});

describe('aliases', () => {
  const alias = (text: string) => problems(`aliases {\n${text} };\nb: i2c { ${CELLS} };`);
  test('that number something, or are not ours', () => {
    expect(alias('i2c1 = &b; i2c2 = "/i2c"; serial0 = "/nowhere"; i2cx = "/nowhere";')).toEqual([]);
  });
  test.each([
    ['i2c1 = "/nowhere";', 'the alias i2c1 leads nowhere: not found: /nowhere | write i2c1 = &label;'],
    ['spi0 = <&b>;', 'invalid alias spi0: expected the path of a node | write spi0 = &label;'],
    ['i2c1 = "b";', 'invalid alias i2c1: expected the path of a node | write i2c1 = &label;'],
    ['i2c-1 = &b;', 'the alias i2c-1 numbers nothing | did you mean i2c1?'],
    ['gpio_0 = &b;', 'the alias gpio_0 numbers nothing | did you mean gpio0?'],
  ])('%s', (text, sentence) => {
    expect(alias(text)).toEqual([`board_alias 3 ${sentence}`]);
  });
});

describe('chip selects and data lines', () => {
  const flash = (more: string) => `f@5 { compatible = "winbond,w25q80"; reg = <5>;\n${more} };`;
  test('beyond num-cs', () => {
    expect(problems(spi(`num-cs = <2>; ${flash('')}`))).toEqual([
      'chip_select 3 chip select 5, but /spi has num-cs = <2> | write num-cs = <6>, or use a chip select below 2',
    ]);
    for (const enough of ['num-cs = <6>;', '', 'num-cs = <2>; cs-gpios = <0 0 0 0 0 0>;'])
      expect(problems(spi(enough + flash('')))).toEqual([]);
  });

  test.each([
    ['<3>', 'expected 0, 1, 2, 4 or 8, got 3'],
    ['"4"', 'expected 0, 1, 2, 4 or 8'],
  ])('a width of %s', (value, sentence) => {
    const hint = 'write spi-rx-bus-width = <1>; for one line';
    expect(problems(spi(flash(`spi-rx-bus-width = ${value};`)))).toEqual([
      `bus_width 4 invalid spi-rx-bus-width: ${sentence} | ${hint}`,
    ]);
    expect(problems(spi(flash('spi-rx-bus-width = <4>; spi-tx-bus-width = <1 2>;')))).toEqual([]);
  });

  test.each([
    ['num-cs = "2";', 'invalid num-cs: expected one number | write num-cs = <1>;'],
    ['num-cs = <0>;', 'invalid num-cs: expected 1 to 256, got 0 | write a number from 1 to 256'],
    ['clock-frequency = "1";', 'invalid clock-frequency: expected one number | write clock-frequency = <1>;'],
  ])('of a bus of ours: %s', (property, sentence) => {
    expect(problems(`spi { compatible = "platform,virtio-spi"; ${CELLS}\n${property} };`)).toEqual([
      `dtbus_node 3 ${sentence}`,
    ]);
  });
});

describe('interrupts and GPIO lines of a part', () => {
  const part = (property: string) =>
    problems(
      `${i2c(`a@76 { ${SENSOR}\n${property} };`)} g: g { ${GPIO} interrupt-controller; #interrupt-cells = <2>; }; h: h { };`,
    );
  test('that are right', () => {
    expect(part('interrupts-extended = <&g 1 2>; reset-gpios = <&g 3 0>;')).toEqual([]);
    expect(part('interrupt-parent = <&g>; interrupts = <1 2>;')).toEqual([]);
  });
  test.each([
    ['interrupts = <1 2>;', /^interrupts_property 4 the node has interrupts, but no interrupt parent \| add/],
    [
      'interrupt-parent = <&g>; interrupts = <1>;',
      /^interrupts_property 4 interrupts has 4 bytes; expected a/,
    ],
    ['interrupt-parent = <&h>; interrupts = <1>;', /^interrupts_property 5 it is the interrupt parent of/],
    ['interrupts-extended = "x";', /^interrupts_extended_property 4 interrupts-extended has 2 bytes;/],
    ['interrupts-extended = <&g 1>;', /^interrupts_extended_property 4 the entry at cell 0 has 1 cells/],
    [
      'interrupts-extended = <&h 1>;',
      /^interrupts_extended_property 4 .* \/h, which has no #interrupt-cells/,
    ],
    ['reset-gpios = <&g 1>;', /^gpios_property 4 the entry at cell 0 has 1 cells after the phandle/],
    ['reset-gpios = <&h 1>;', /^gpios_property 4 cell 0 points at \/h, which has no #gpio-cells/],
  ])('%s', (property, sentence) => {
    expect(part(property)).toEqual([expect.stringMatching(sentence)]);
  });
  test('of other nodes are not our affair', () => {
    expect(problems('x { interrupts = <1 2>; reset-gpios = "x"; };')).toEqual([]);
  });
});
