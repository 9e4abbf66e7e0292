import type { FoundAdapter } from '../../machine/index.ts';

/** What a bus of a board is called by the kind of bus that an adapter carries. */
const BUSES: Readonly<Record<string, readonly ('i2c' | 'spi' | 'gpio')[]>> = {
  'dangerousprototypes,bus-pirate': ['i2c', 'spi'],
  'dtbus,serprog': ['spi'],
  'devantech,usb-iss': ['i2c', 'spi'],
  'diolan,dln2': ['i2c', 'spi', 'gpio'],
  'excamera,spidriver': ['spi'],
  'firmata,board': ['i2c', 'spi'],
  'micropython,board': ['i2c', 'spi'],
  'wch,ch341a': ['i2c', 'spi'],
  'wch,ch347': ['i2c', 'spi'],
  'ftdi,ft232h': ['i2c', 'spi'],
  'ftdi,ft2232h': ['i2c', 'spi'],
  'ftdi,ft4232h': ['i2c', 'spi'],
  'dtbus,linux-gpio': ['gpio'],
  'dtbus,linux-i2c': ['i2c'],
  'dtbus,linux-spi': ['spi'],
  'microchip,mcp2210': ['spi'],
};

/** GPIO lines of adapters that carry a bus too. */
const LINES: Readonly<Record<string, number>> = {
  'ftdi,ft232h': 16,
  'ftdi,ft2232h': 16,
  'ftdi,ft4232h': 8,
  'ftdi,ft260': 14,
  'devantech,usb-iss': 4,
  'dangerousprototypes,bus-pirate-5': 8,
  'nxp,sc18im700': 8,
  'microchip,mcp2210': 9,
  'wch,ch347': 8,
  'microchip,mcp2221a': 4,
  'silabs,cp2112': 8,
  'wch,ch341a': 8,
};

/** What a node of each kind has beside. */
const CELLS = {
  i2c: '\t\t#address-cells = <1>;\n\t\t#size-cells = <0>;\n',
  spi: '\t\t#address-cells = <1>;\n\t\t#size-cells = <0>;\n',
  gpio: '\t\tgpio-controller;\n\t\t#gpio-cells = <2>;\n',
} as const;

/** What the node of an adapter has beside: what no look at the machine tells, with a value that is usual. */
const OWN: Readonly<Record<string, string>> = {
  'micropython,board': '\t\t\tdtbus,scl = "5"; // the pins of your board\n\t\t\tdtbus,sda = "4";\n',
};

/** The nodes to paste into a tree: the adapter and a bus on it; undefined where dtbus has no driver for it. */
export function adapterNodes({ compatible, kind, path, usb }: FoundAdapter): string | undefined {
  const [likeliest, ...others] = compatible;
  if (likeliest === undefined) return undefined;
  const [bus = 'i2c'] = BUSES[likeliest] ?? [];
  const [, product = ''] = likeliest.split(',');
  const name =
    (kind === 'usb' ? product : path)
      .split('/')
      .at(-1)
      ?.replace(/[^A-Za-z0-9]+/g, '_') ?? 'adapter';
  const instead = others.length === 0 ? '' : ` // or ${others.map((each) => `"${each}"`).join(', ')}`;
  return `/ {
	hosts {
		${name}: ${name.toLowerCase().replaceAll('_', '-')} {
			compatible = "${likeliest}";${instead}
			port = ${JSON.stringify(kind === 'usb' ? usb?.port : path)};
${OWN[likeliest] ?? ''}		};
	};

	${bus} {
		compatible = "platform,virtio-${bus}";
${CELLS[bus]}		dtbus,host = <&${name}>;
	};
${linesNode(name, LINES[likeliest])}};
`;
}

/** A GPIO controller for the lines that the adapter has beside its bus. */
function linesNode(host: string, lines: number | undefined): string {
  if (lines === undefined) return '';
  return `
	gpio {
		compatible = "platform,virtio-gpio";
		ngpios = <${lines}>;
${CELLS.gpio}		dtbus,host = <&${host}>;
	};
`;
}
