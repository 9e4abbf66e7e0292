import { describe, expect, it } from 'vitest';
import { parse, type Tree } from '../../src/devicetree/index.ts';
import { type FindBusesOptions, findBuses } from '../../src/frontend/index.ts';

function tree(body: string): Tree {
  const { tree: parsed, diagnostics } = parse('test.dts', `/dts-v1/; / { ${body} };`);
  if (parsed === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return parsed;
}

/** `i2c-1 /soc/i2c` for each bus found. */
function found(body: string, options?: FindBusesOptions): string[] {
  return findBuses(tree(body), options).map(({ kind, number, node }) => `${kind}-${number} ${node.path}`);
}

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const i2c = (name: string, more = '') => `${name} { compatible = "platform,virtio-i2c"; ${CELLS} ${more} };`;
const spi = (name: string, more = '') => `${name} { compatible = "platform,virtio-spi"; ${CELLS} ${more} };`;

describe('which nodes are buses', () => {
  it('takes our own compatibles, wherever they stand', () => {
    expect(found(`${i2c('i2c')} soc { deeper { ${spi('spi')} }; };`)).toEqual([
      'i2c-0 /i2c',
      'spi-0 /soc/deeper/spi',
    ]);
  });

  it.each([
    ['virtio,mmio', 'virtio,device22', 'i2c'],
    ['virtio,uml', 'virtio,device2d', 'spi'],
  ])('takes the device below a %s transport', (transport, device, kind) => {
    const body = `virtio@1 { compatible = "${transport}"; reg = <1>; bus { compatible = "${device}"; ${CELLS} }; };`;
    expect(found(body)).toEqual([`${kind}-0 /virtio@1/bus`]);
  });

  it('leaves a transport with another device alone', () => {
    expect(
      found('virtio@1 { compatible = "virtio,mmio"; gpio { compatible = "virtio,device29"; }; };'),
    ).toEqual([]);
  });

  it('leaves out what is not available, and what is below it', () => {
    expect(found(`${i2c('i2c', 'status = "disabled";')} soc { status = "fail"; ${spi('spi')} };`)).toEqual(
      [],
    );
    expect(found(i2c('i2c', 'status = "okay";'))).toEqual(['i2c-0 /i2c']);
  });

  it("counts a mux's channels as part of their bus", () => {
    const mux = `mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS} i2c@0 { reg = <0>; ${CELLS} }; };`;
    expect(found(i2c('i2c', mux))).toEqual(['i2c-0 /i2c']);
  });
});

describe('adoption of vendor trees', () => {
  const vendor = `soc { i2c@7e804000 { compatible = "brcm,bcm2835-i2c"; reg = <0x7e804000>; ${CELLS}
      mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS} i2c@0 { reg = <0>; ${CELLS} compatible = "x,y"; }; }; };
    spi@7e204000 { compatible = "brcm,bcm2835-spi"; reg = <0x7e204000>; ${CELLS} };
    i2c-gate { compatible = "x,not-a-bus"; }; };`;

  it('takes controllers by their name and their cells, and drives them with our driver', () => {
    const buses = findBuses(tree(vendor), { adopt: true });
    expect(buses.map(({ node }) => node.path)).toEqual(['/soc/i2c@7e804000', '/soc/spi@7e204000']);
    expect(buses[0]).toMatchObject({
      adopted: true,
      compatible: ['brcm,bcm2835-i2c', 'platform,virtio-i2c'],
    });
  });

  it('does so only when it is asked to', () => {
    expect(found(vendor)).toEqual([]);
  });
});

describe('numbers', () => {
  it('come from the aliases; the rest count up from the highest of the kind', () => {
    const body = `aliases { i2c3 = &a; spi1 = &s; i2c7 = "/c"; }; b: ${i2c('b')} a: ${i2c('a')} c: ${i2c('c')} s: ${spi('s')} t: ${spi('t')}`;
    expect(found(body)).toEqual(['i2c-3 /a', 'i2c-7 /c', 'i2c-8 /b', 'spi-1 /s', 'spi-2 /t']);
  });

  it('may be given to the transport in the place of its device', () => {
    const body = `aliases { i2c5 = &v; }; v: virtio { compatible = "virtio,uml"; i2c { compatible = "virtio,device22"; ${CELLS} }; };`;
    expect(found(body)).toEqual(['i2c-5 /virtio/i2c']);
  });

  it('are not taken from aliases that only look alike', () => {
    expect(found(`aliases { i2cx = &a; i2c = &a; my-i2c2 = &a; }; a: ${i2c('a')}`)).toEqual(['i2c-0 /a']);
  });
});
