import type { FoundAdapter } from '../../machine/index.ts';

/** What a bus of a board is called by the kind of bus that an adapter carries. */
const BUSES: Readonly<Record<string, readonly ('i2c' | 'spi')[]>> = {
  'dangerousprototypes,bus-pirate': ['i2c', 'spi'],
  'dtbus,serprog': ['spi'],
  'wch,ch341a': ['i2c', 'spi'],
  'ftdi,ft232h': ['i2c', 'spi'],
  'ftdi,ft2232h': ['i2c', 'spi'],
  'ftdi,ft4232h': ['i2c', 'spi'],
  'dtbus,linux-i2c': ['i2c'],
  'dtbus,linux-spi': ['spi'],
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
		};
	};

	${bus} {
		compatible = "platform,virtio-${bus}";
		#address-cells = <1>;
		#size-cells = <0>;
		dtbus,host = <&${name}>;
	};
};
`;
}
