import { type Expectation, NPM_DRIVERS, type PartNode } from './drivers.ts';

/** What i2c-bus's own examples read: an MCP9808 on bus 1. 5.1.3 of its data sheet: steps of 1/16 °C. */
export const EXAMPLE_READS: Expectation = { value: 37.7, within: 1 / 16 };

const EXAMPLE_PART = nodeSource({
  compatible: 'microchip,mcp9808',
  reg: 0x18,
  set: { temperature: EXAMPLE_READS.value as number },
});

/**
 * The board with all of them: on two I2C buses and an SPI bus, numbered as the scripts have them.
 * @param far where another process shares such a board: its parts are this one's then
 */
export function boardSource(far?: string): string {
  const drivers = NPM_DRIVERS.map((entry) => [entry.bus, nodeSource(entry)] as const);
  const nodes = [...drivers, ['i2c1', EXAMPLE_PART] as const];
  const bus = (name: string, compatible: string) =>
    `${name}: ${name} { compatible = "${compatible}"; #address-cells = <1>; #size-cells = <0>;
${nodes.flatMap(([on, source]) => (on === name ? [source] : [])).join('\n')}
};`;
  return `/dts-v1/;
/ {
${far === undefined ? '' : `dtbus,remote = "${far}";`}
aliases { i2c1 = &i2c1; i2c2 = &i2c2; spi0 = &spi0; };
${bus('i2c1', 'platform,virtio-i2c')}
${bus('i2c2', 'platform,virtio-i2c')}
${bus('spi0', 'platform,virtio-spi')}
};
`;
}

/** The same buses, and no part on any of them. */
export function bareBoardSource(): string {
  const bus = (name: string, compatible: string, more = '') =>
    `${name}: ${name} { compatible = "${compatible}"; #address-cells = <1>; #size-cells = <0>; ${more} };`;
  return `/dts-v1/;
/ {
aliases { i2c1 = &i2c1; i2c2 = &i2c2; spi0 = &spi0; };
${bus('i2c1', 'platform,virtio-i2c')}
${bus('i2c2', 'platform,virtio-i2c')}
${bus('spi0', 'platform,virtio-spi', 'num-cs = <16>;')}
};
`;
}

function nodeSource({ label, reg, compatible, node = '', set = {} }: PartNode): string {
  const settings = Object.entries(set).map(([name, value]) => `"${name}=${value}"`);
  const preset = settings.length > 0 ? ` dtbus,set = ${settings.join(', ')};` : '';
  const name = `${label === undefined ? '' : `${label}: `}part@${reg.toString(16)}`;
  return `${name} { compatible = "${compatible}"; reg = <0x${reg.toString(16)}>; ${node}${preset} };`;
}
