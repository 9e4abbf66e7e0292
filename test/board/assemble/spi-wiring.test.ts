import { expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';

/** What peripherals ask of an adapter that cannot do it: a Bus Pirate has one chip select and one data line. */
const BOARD = `/dts-v1/;
/ {
	aliases { spi0 = &bus; };
	bus: spi {
		compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
		dtbus,host = <&pirate>;
		NODES
	};
	pirate: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; };
};
`;

async function lookAt(nodes: string) {
  const warnings: string[] = [];
  const source = BOARD.replace('NODES', nodes);
  await using board = await openBoard({
    source,
    look: true,
    backEnd: 'inline',
    onWarning: (sentence) => warnings.push(sentence),
  });
  return {
    warnings,
    problems: board.problems.map(({ path, property, sentence }) => `${path} ${property}: ${sentence}`),
    nodes: board.buses()[0]?.nodes,
  };
}
const flash = (unit: number, more: string) =>
  `flash@${unit} { compatible = "winbond,w25q80"; reg = <${unit}>; ${more} };`;

it('says nothing of what it can do', async () => {
  const { warnings, problems, nodes } = await lookAt(flash(0, 'spi-cpol; spi-cpha; spi-rx-bus-width = <1>;'));
  expect({ warnings, problems, nodes }).toEqual({ warnings: [], problems: [], nodes: ['/dev/spidev0.0'] });
});

it('names a chip select that it does not have', async () => {
  const { problems } = await lookAt(flash(3, ''));
  expect(problems).toEqual([
    '/spi/flash@3 reg: chip select 3: Bus Pirate on /dev/ttyNOWHERE has only chip select 0',
  ]);
});

it('names a mode that it cannot do; the peripheral is left out as in Linux', async () => {
  const { problems, nodes } = await lookAt(flash(0, 'spi-3wire;'));
  expect(problems).toEqual([
    '/spi/flash@0 spi-3wire: spi-3wire: Bus Pirate on /dev/ttyNOWHERE cannot do it; use another adapter',
  ]);
  expect(nodes).toEqual([]);
});

it('does without more data lines, as Linux does, and says so', async () => {
  const { warnings, problems, nodes } = await lookAt(
    flash(0, 'spi-rx-bus-width = <4>; spi-tx-bus-width = <2>;'),
  );
  expect(warnings).toEqual([
    '/spi/flash@0: spi-tx-bus-width = <2>: Bus Pirate on /dev/ttyNOWHERE has no 2 data lines; transfers use one',
    '/spi/flash@0: spi-rx-bus-width = <4>: Bus Pirate on /dev/ttyNOWHERE has no 4 data lines; transfers use one',
  ]);
  expect(problems).toEqual([]);
  expect(nodes).toEqual(['/dev/spidev0.0']);
});

it('asks nothing of it where a model answers', async () => {
  const { warnings, problems } = await lookAt(flash(0, 'dtbus,simulate; spi-rx-bus-width = <4>;'));
  expect({ warnings, problems }).toEqual({ warnings: [], problems: [] });
});
