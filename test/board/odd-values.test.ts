import { expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

/** One thing of the wrong form costs itself, not the board. */

const LM75 = 'temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const i2c = (label: string, parts = '') =>
  `${label}: ${label} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${parts} };`;

it.each(['spi-max-frequency = "1000000"', 'spi-cs-setup-delay-ns = "x"', 'spi-max-frequency = <1 2>'])(
  'an SPI peripheral with %s: the board is there, and a warning',
  async (property) => {
    const warnings: string[] = [];
    const board = await openBoard({
      source: `/dts-v1/; / { ${i2c('a', LM75)} spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
        flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; ${property}; }; }; };`,
      backEnd: 'inline',
      onWarning: (sentence) => warnings.push(sentence),
    });
    expect(warnings).toEqual([
      expect.stringContaining(`invalid ${property.split(' ')[0]}: expected one number`),
    ]);
    expect(board.open('/dev/i2c-0').transferSync([{ addr: 0x48, read: 2 }])).toEqual([Uint8Array.of(25, 0)]);
    expect(board.nodes.list().map(({ path }) => path)).toEqual(['/dev/i2c-0', '/dev/spidev0.0']);
    await board.close();
  },
);

it('two aliases of one number: the second bus is left out, and told', async () => {
  const warnings: string[] = [];
  const board = await openBoard({
    source: `/dts-v1/; / { aliases { i2c3 = &a; i2c03 = &b; }; ${i2c('a', LM75)} ${i2c('b')} };`,
    backEnd: 'inline',
    onWarning: (sentence) => warnings.push(sentence),
  });
  expect(board.problems).toEqual([
    {
      path: '/b',
      property: undefined,
      sentence: expect.stringMatching(/^EBUSY: \/dev\/i2c-3 is taken by .*another alias$/),
    },
  ]);
  expect(warnings).toHaveLength(1);
  expect(board.open('/dev/i2c-3').transferSync([{ addr: 0x48, read: 2 }])).toEqual([Uint8Array.of(25, 0)]);
  await board.close();
});
