import type { PartListing, PartProperty } from './part-listing.ts';

/** Where families of I2C parts usually answer, by what their name begins with (data sheets, "Address"). */
const ADDRESSES: readonly (readonly [family: RegExp, address: number])[] = [
  [/^(24c|spd)/, 0x50],
  [/^(lm75|tmp|pct|ds75|max66|ina|ads)/, 0x48],
  [/^(mcp9808|jc-)/, 0x18],
  [/^(pca95[34]|pca9535|pca9555|pca953|tca|pcf857|pca857|mcp23|pca967)/, 0x20],
  [/^(pca954|tca9548|pca98|max73)/, 0x70],
  [/^(ds1|ds3|m41|mpu)/, 0x68],
  [/^(pcf8563|pcf850|rtc|rv|hym|pcf85)/, 0x51],
  [/^rx8130/, 0x32],
  [/^pca9685/, 0x40],
  [/^pca955/, 0x60],
  [/^mcp4725/, 0x60],
  [/^(bmp|bme)/, 0x76],
  [/^adxl/, 0x53],
  [/^si70/, 0x40],
  [/^(sht3|sht4)/, 0x44],
  [/^(ssd13)/, 0x3c],
  [/^hd44780/, 0x27],
  [/^vl53/, 0x29],
  [/^bh17/, 0x23],
];
const ANYWHERE = 0x30;

/** Properties without which a binding's node says too little. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  at25: ['size = <32768>;', 'pagesize = <64>;', 'address-width = <16>;'],
  'spi-nor': ['spi-max-frequency = <50000000>;'],
};

/** What the node is called: by the generic names of the device tree specification, 2.2.2. */
const NODE_NAMES: readonly (readonly [what: RegExp, name: string])[] = [
  [/EEPROM/, 'eeprom'],
  [/flash/, 'flash'],
  [/temperature|humidity|pressure|BM[EP]280/, 'sensor'],
  [/clock/i, 'rtc'],
  [/multiplexer|switch|mux/i, 'i2c-mux'],
  [/expander|GPIO|port/i, 'gpio'],
  [/display|LCD|OLED/i, 'display'],
  [/converter|ADC/i, 'adc'],
  [/PWM|LED/i, 'pwm'],
];

/** A node that a tree could have for the part, and a line of a script that sets what it senses. */
export function exampleNode(part: PartListing): string {
  const bus = part.buses[0] as 'i2c' | 'spi';
  const unit = bus === 'spi' ? 0 : (ADDRESSES.find(([family]) => family.test(part.name))?.[1] ?? ANYWHERE);
  const text = bus === 'spi' ? '0' : unit.toString(16);
  const name = NODE_NAMES.find(([what]) => what.test(part.title))?.[1] ?? part.name;
  const lines = [
    `part: ${name}@${text} {`,
    `\tcompatible = "${part.compatible[0]}";`,
    `\treg = <${bus === 'spi' ? '0' : `0x${text}`}>;`,
    ...(REQUIRED[part.name] ?? []).map((line) => `\t${line}`),
    '};',
  ];
  return lines.join('\n');
}

/** `board.part('&part').temperature = 31.5;` */
export function exampleScript(part: PartListing): string | undefined {
  const settables = part.properties.filter((property) => property.readOnly !== true);
  const settable = settables.find(({ name }) => name === 'contents') ?? settables[0];
  return settable && `board.part('&part').${settable.name} = ${exampleValue(settable)};`;
}

/** Values that look like what people measure, by the unit of the property. */
const EXAMPLES: Readonly<Record<string, number>> = {
  '°C': 31.5,
  '%RH': 45.5,
  '%': 45.5,
  hPa: 1013.25,
  Pa: 101325,
  kPa: 101.3,
  V: 1.5,
  mV: 1500,
  A: 0.5,
  mA: 500,
  lx: 350,
  mm: 250,
  ms: 5,
  g: 1,
  'm/s²': 9.8,
  '°/s': 90,
};

/** A value of the property's kind, within its range; levels of pins (no unit) are whole numbers. */
function exampleValue({ kind, unit, range }: PartProperty): string {
  switch (kind) {
    case 'flag':
      return 'true';
    case 'text':
      return "'…'";
    case 'bytes':
      return 'Uint8Array.of(1, 2, 3)';
    case 'number':
    case 'integer': {
      const [least, most] = range ?? [0, 1];
      const usual = unit === undefined ? undefined : EXAMPLES[unit];
      if (usual !== undefined && usual >= least && usual <= most) return String(usual);
      // All pins high but the first, as if its button were pressed.
      if (unit === undefined && Number.isInteger(Math.log2(most + 1)) && most > 1)
        return `0x${(most - 1).toString(16)}`;
      return String(least <= 1 && most >= 1 ? 1 : most);
    }
  }
}
