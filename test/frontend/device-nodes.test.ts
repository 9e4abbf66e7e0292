import { describe, expect, it } from 'vitest';
import { parse, type Tree } from '../../src/devicetree/index.ts';
import { disabledControllers, type FindBusesOptions, findDevices, isBus } from '../../src/frontend/index.ts';

function tree(body: string): Tree {
  const { tree: parsed, diagnostics } = parse('test.dts', `/dts-v1/; / { ${body} };`);
  if (parsed === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return parsed;
}

/** `i2c-1 /soc/i2c` for each bus found. */
function found(body: string, options?: FindBusesOptions): string[] {
  return findDevices(tree(body), options)
    .filter(isBus)
    .map(({ kind, number, node }) => `${kind}-${number} ${node.path}`);
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

describe('muxes beside our own buses', () => {
  const own = 'i: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };';
  const mux = (parent: string) =>
    `mux { compatible = "i2c-mux-gpio"; i2c-parent = <&${parent}>; #address-cells = <1>; #size-cells = <0>;
      i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; }; i2c@1 { reg = <1>; #address-cells = <1>; #size-cells = <0>; }; };`;
  const paths = (body: string) =>
    findDevices(tree(body)).map(({ kind, number, node }) => `${kind}-${number} ${node.path}`);
  it('have a bus for each channel, without adoption', () => {
    expect(paths(own + mux('i'))).toEqual(['i2c-0 /i2c', 'i2c-1 /mux/i2c@0', 'i2c-2 /mux/i2c@1']);
  });
  it('of a vendor stay with the vendor', () => {
    const vendor = 'v: i2c@1 { compatible = "acme,i2c"; #address-cells = <1>; #size-cells = <0>; };';
    expect(paths(own + vendor + mux('v'))).toEqual(['i2c-0 /i2c']);
  });
});

describe('adoption of vendor trees', () => {
  const vendor = `soc { i2c@7e804000 { compatible = "brcm,bcm2835-i2c"; reg = <0x7e804000>; ${CELLS}
      mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS} i2c@0 { reg = <0>; ${CELLS} compatible = "x,y"; }; }; };
    spi@7e204000 { compatible = "brcm,bcm2835-spi"; reg = <0x7e204000>; ${CELLS} };
    i2c-gate { compatible = "x,not-a-bus"; }; };`;

  it('takes controllers by their name and their cells, and drives them with our driver', () => {
    const buses = findDevices(tree(vendor), { adopt: true });
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

describe('adoption of muxes and of controllers with a node for their bus', () => {
  const adopt = { adopt: true };
  const controller = (label: string, more = '') =>
    `${label}: i2c@${label} { compatible = "brcm,bcm2835-i2c"; ${CELLS} ${more} };`;
  const channel = (name: string, reg: number, more = '') => `${name} { reg = <${reg}>; ${CELLS} ${more} };`;

  // Linux drivers/i2c/muxes: the mux is no adapter, each channel is one, and aliases name channels.
  it.each(['i2c-mux-gpio', 'i2c-mux-pinctrl', 'i2c-mux-reg'])(
    'the channels of %s are buses, numbered by their aliases',
    (compatible) => {
      const mux = `i2cmux { compatible = "${compatible}"; ${CELLS} i2c-parent = <&b>;
      ${channel('m: i2c@0', 0, 'rtc@68 { reg = <0x68>; };')} ${channel('i2c@1', 1)} i2c@2 { reg = <2>; }; };`;
      const body = `aliases { i2c0 = &m; i2c1 = &b; }; ${mux} ${controller('b')}`;
      expect(found(body, adopt)).toEqual([
        'i2c-0 /i2cmux/i2c@0',
        'i2c-1 /i2c@b',
        'i2c-2 /i2cmux/i2c@1',
        'i2c-3 /i2cmux/i2c@2',
      ]);
    },
  );

  it('a mux behind a channel of another comes up, one whose parent is not there does not', () => {
    const body = `${controller('b')} ${controller('off', 'status = "disabled";')}
      second { compatible = "i2c-mux-gpio"; ${CELLS} i2c-parent = <&c>; ${channel('i2c@0', 0)} };
      first { compatible = "i2c-mux-gpio"; ${CELLS} i2c-parent = <&b>; ${channel('c: i2c@3', 3)} };
      lost { compatible = "i2c-mux-gpio"; ${CELLS} i2c-parent = <&off>; ${channel('i2c@0', 0)} };
      circle { compatible = "i2c-mux-gpio"; ${CELLS} i2c-parent = <&d>; ${channel('d: i2c@0', 0)} };
      odd { compatible = "i2c-mux-gpio"; ${CELLS} i2c-parent; ${channel('i2c@0', 0)} };`;
    expect(found(body, adopt)).toEqual(['i2c-0 /i2c@b', 'i2c-1 /second/i2c@0', 'i2c-2 /first/i2c@3']);
  });

  it('channels may lie in an i2c-mux node; arbiters and gates have one without a number', () => {
    const body = `${controller('b')}
      a { compatible = "i2c-mux-gpio"; i2c-parent = <&b>; i2c-mux { ${CELLS} ${channel('i2c@1', 1)} }; };
      c { compatible = "i2c-arb-gpio-challenge"; i2c-parent = <&b>; i2c-arb { ${CELLS} }; };
      e { compatible = "x,gate"; i2c-parent = <&b>; i2c-gate { ${CELLS} }; };`;
    expect(found(body, adopt).slice(1)).toEqual([
      'i2c-1 /a/i2c-mux/i2c@1',
      'i2c-2 /c/i2c-arb',
      'i2c-3 /e/i2c-gate',
    ]);
  });

  it('a demultiplexer is the bus of its controllers, which are switched off for it', () => {
    const body = `aliases { i2c8 = &d; }; ${controller('b', 'status = "disabled";')}
      d: i2c-mux1 { compatible = "i2c-demux-pinctrl"; ${CELLS} i2c-parent = <&b>, <&b>; codec@1a { reg = <0x1a>; }; };`;
    expect(found(body, adopt)).toEqual(['i2c-8 /i2c-mux1']);
  });

  // Linux i2c-core-of.c: the clients are under i2c-bus; i2c-qcom-cci.c: each i2c-bus@N is an adapter.
  it('an i2c-bus node is the bus of its controller; with a number, whatever that is called', () => {
    const body = `aliases { i2c4 = &q; i2c7 = &one; }; dpaux { compatible = "nvidia,tegra210-dpaux"; i2c-bus { ${CELLS} }; };
      cci@1 { compatible = "qcom,cci"; ${channel('i2c-bus@0', 0)} ${channel('one: i2c-bus@1', 1)} };
      q: i2c@9 { compatible = "x,y"; i2c-bus { ${CELLS} }; };`;
    expect(found(body, adopt)).toEqual([
      'i2c-4 /i2c@9/i2c-bus',
      'i2c-7 /cci@1/i2c-bus@1',
      'i2c-8 /cci@1/i2c-bus@0',
    ]);
  });

  it("Allwinner's RSB and SPI targets are none, whatever they are called", () => {
    const rsb = `i2c@8003400 { compatible = "allwinner,sun8i-a23-rsb"; ${CELLS} pmic@3a3 { reg = <0x3a3>; }; };`;
    const target = `spi@1 { compatible = "fsl,imx6ul-ecspi"; ${CELLS} spi-slave; };`;
    expect(found(`${rsb} ${target}`, adopt)).toEqual([]);
  });

  it('controllers that are switched off can be named', () => {
    const body = `${controller('a', 'status = "disabled";')} ${controller('b')} soc { status = "disabled"; ${spi('spi')} };
      gate { compatible = "x,y"; status = "disabled"; };`;
    expect(disabledControllers(tree(body)).map(({ path }) => path)).toEqual(['/i2c@a']);
  });
});

describe('numbers', () => {
  it('are not taken from aliases that are no path, which Linux passes over', () => {
    const body = `aliases { i2c5; i2c6 = ""; i2c7 = <1>; i2c9 = "a"; }; ${i2c('a')}`;
    expect(found(body)).toEqual(['i2c-0 /a']);
    expect(found(`aliases { i2c9 = "/a", "/b"; }; ${i2c('a')}`)).toEqual(['i2c-9 /a']);
  });

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
