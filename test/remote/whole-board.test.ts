import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openBoard } from '../../src/board/index.ts';
import { compile } from '../../src/devicetree/index.ts';
import { testFolder } from '../cli/folder.ts';
import { ownPlaces, testProcesses } from '../lab/processes.ts';

const folder = testFolder();
const { dtbus } = testProcesses(() => ownPlaces(folder));
const socket = () => folder.path('bench.sock');

const bus = (label: string, kind: string, more: string) =>
  `${label}: ${label} { compatible = "platform,virtio-${kind}"; #address-cells = <1>; #size-cells = <0>; ${more} };`;
const tree = (root: string, temp: string, others = '') => `/dts-v1/;
/ {
	${root}
	aliases { i2c1 = &main; i2c4 = &own; spi2 = &memory; gpio0 = &pins; };
	${bus('main', 'i2c', `temp@48 { compatible = "national,lm75"; reg = <0x48>; ${temp} };`)}
	${bus('memory', 'spi', 'flash@2 { compatible = "jedec,spi-nor"; reg = <2>; };')}
	pins: pins { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; ngpios = <2>; };
	${others}
};
`;
const near = (place: string, others = '') => tree(`dtbus,remote = ${place};`, '', others);
const here = (others = '') => near(`"remote:${socket()}"`, others);

async function openWithWarnings(source: string | Uint8Array) {
  const warnings: string[] = [];
  const board = await openBoard({ source, onWarning: (warning) => warnings.push(String(warning)) });
  return { board, warnings };
}

describe('a board whose root names the place of a shared one', () => {
  beforeAll(async () => {
    folder.write('far.dts', tree('', 'dtbus,set = "temperature=31.5";').replace('i2c4 = &own;', ''));
    await dtbus('share', folder.path('far.dts'), '--socket', socket()).heard(/^ready$/m);
  });

  const isThere = async (source: string | Uint8Array) => {
    const { board, warnings } = await openWithWarnings(source);
    try {
      const [bytes] = board.open('/dev/i2c-1').transferSync([
        { addr: 0x48, write: Uint8Array.of(0) },
        { addr: 0x48, read: 2 },
      ]);
      expect(bytes).toEqual(Uint8Array.of(0x1f, 0x80));
      const { rx } = board.open('/dev/spidev2.2').transferSync([{ tx: Uint8Array.of(0x9f, 0), rx: 2 }]);
      expect(rx[1]).toBe(0xef);
      const gpio = await board.gpio('&pins');
      await vi.waitFor(() => gpio.get(0), 20_000);
    } finally {
      await board.close();
    }
    return warnings;
  };

  it('has its buses and lines, each by its name', async () => {
    expect(await isThere(here().replace('i2c4 = &own;', ''))).toEqual([]);
  });

  it('as a blob too', async () => {
    const source = here().replace('i2c4 = &own;', '');
    expect(await isThere(compile('near.dts', source, { symbols: true }).blob as Uint8Array)).toEqual([]);
  });

  it('leaves a bus alone that has a host of its own, and says which buses are not there', async () => {
    const others = `${bus('own', 'i2c', '')}
	${bus('fifth', 'i2c', 'dtbus,host = <&pirate>;')}
	pirate { pirate: pirate { compatible = "dtbus,bus-pirate-emulator"; }; };`;
    const { board, warnings } = await openWithWarnings(here(others));
    try {
      expect(() => board.open('/dev/i2c-4').transferSync([{ addr: 0x48, read: 1 }])).toThrow(
        `not found: i2c-4; ${socket()} has i2c-1, spi-2, gpio-0`,
      );
      expect(board.buses().map(({ hostPath }) => hostPath)).toEqual([
        '/dtbus-remote/i2c-1',
        '/dtbus-remote/i2c-4',
        '/pirate/pirate',
        '/dtbus-remote/spi-2',
      ]);
      await vi.waitFor(() => expect(warnings).toHaveLength(1), 20_000);
      expect(warnings[0]).toMatch(
        /:3:\d+: \/dtbus-remote\/i2c-4: the adapter is not open: ENODEV: not found: i2c-4;/,
      );
    } finally {
      await board.close();
    }
  });
});

it.each([
  ['"ssh://bench3"', 'expected the place of a shared board, as "remote:ssh://bench3", got "ssh://bench3"'],
  [
    '"remote:ssh://bench3/i2c-1"',
    'expected the place of a shared board, as "remote:ssh://bench3", got "remote:ssh://bench3/i2c-1"',
  ],
  ['<4>', 'expected the place of a shared board, as "remote:ssh://bench3", got '],
  ['"remote:bench3"', 'invalid address "remote:bench3": expected remote:PATH.sock/i2c-1'],
])('dtbus,remote = %s is refused, once', async (place, sentence) => {
  const opened = openBoard({ source: near(place).replace('i2c4 = &own;', '') });
  await expect(opened).rejects.toThrow(sentence);
});
