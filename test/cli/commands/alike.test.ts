import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { errorText } from '../../../src/cli/terminal/error-text.ts';
import { i2cPackets } from '../../../src/formats/pcapng/i2c-packets.ts';
import { transferOf } from '../../support/trace.ts';
import { boardText, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
const LM75 = 'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';

/** A board whose bus 1 works; the adapter of bus 2 is not there. */
const halfBoard = () =>
  folder.write(
    'half.dts',
    boardText(LM75, '').replace(
      '};\n',
      `	i2c2: i2c-2 { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&p>; };
	hosts { p: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; }; };
};
`.replace(/^/, ''),
    ),
  );

describe('every command', () => {
  it.each([['i2cdetect'], ['i2cget'], ['i2cset'], ['i2cdump'], ['i2ctransfer']])(
    '%s -V needs no board',
    async (tool) => {
      const { status, err } = await dtbusHere(tool, '-b', 'nowhere.dts', '-V');
      expect({ status, err }).toEqual({ status: 0, err: `${tool} version 4.3 (dtbus)\n` });
    },
  );

  it.each([
    [['frobnicate'], "dtbus: unknown command 'frobnicate'"],
    [['ls', '--bord', 'x'], "dtbus: unknown option '--bord'"],
    [['flash', 'info'], "dtbus: missing required argument 'device'"],
    [['ls', 'nowhere.dts'], 'dtbus: '],
    [['parts', 'frobnicator'], 'dtbus: part not found'],
  ])('begins its errors alike: %j', async (argv, beginning) => {
    expect((await dtbusHere(...argv)).err).toMatch(new RegExp(`^${beginning.replace(/[[\]()]/g, '.')}`));
  });
});

describe('a command that did its work', () => {
  it('ends with 0 although another bus did not come up, which it says', async () => {
    const { status, out, err } = await dtbusHere('i2cget', '-b', halfBoard(), '-y', '1', '0x48', '0');
    expect({ status, out }).toEqual({ status: 0, out: '0x19\n' });
    const lost = await dtbusHere('i2cdetect', '-b', halfBoard(), '-y', '2');
    expect(lost.status).toBe(1);
    expect(lost.err + err).toContain('/dev/ttyNOWHERE');
  });
});

describe('i2ctransfer of i2c-tools 4.4', () => {
  const board = () => folder.write('plain.dts', boardText(LM75, ''));
  it('-b prints what was read as it is, and nothing of -v', async () => {
    const { status, out } = await dtbusHere(
      'i2ctransfer',
      '--board',
      board(),
      '-y',
      '-b',
      '-v',
      '1',
      'w1@0x48',
      '0',
      'r2',
    );
    expect({ status, out }).toEqual({ status: 0, out: '\x19\0' });
  });
  it('-h prints the help, without a board', async () => {
    const { status, out } = await dtbusHere('i2ctransfer', '-b', 'nowhere.dts', '-h');
    expect({ status, usage: /I2CBUS\s+DESC/.test(out) }).toEqual({ status: 0, usage: true });
  });
});

describe('text of a stranger', () => {
  it('reaches the terminal without its escapes', async () => {
    const board = folder.write(
      'evil.dts',
      boardText(LM75, '').replace('/ {', '/ {\n\tmodel = "\x1b]0;title\x07\x1b[2J";'),
    );
    const { out } = await dtbusHere('ls', board);
    expect(out).not.toContain('\x1b');
    expect(out).toContain('\\x1b]0;title\\x07');
    const { err } = await dtbusHere('ls', '\x1b[31mboard.dts');
    expect(err).not.toContain('\x1b');
  });
});

describe('dtbus ls', () => {
  it('draws what is behind a multiplexer, owners, and sums up', async () => {
    const board = folder.write(
      'mux.dts',
      boardText(
        `mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
           i2c@3 { reg = <3>; #address-cells = <1>; #size-cells = <0>; hot@49 { compatible = "ti,tmp102"; reg = <0x49>; }; };
         };
         mine@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,owner = "alice"; };
         odd@30 { compatible = "acme,odd"; reg = <0x30>; };`,
        '',
      ),
    );
    const { out: latin1 } = await dtbusHere('ls', board);
    const out = Buffer.from(latin1, 'latin1').toString();
    expect(out).toMatch(/channel 3\n.*└─ 0x49 {2}hot@49 {2}ti,tmp102 {2}TMP102/);
    expect(out).toContain('LM75 temperature sensor, 9 bits (owner alice)');
    expect(out).toMatch(/\n2 buses, 4 parts: 3 simulated, 1 without a model\n$/);
  });

  it('draws gates, arbiters and models that do not run, and counts them as a run has them', async () => {
    const board = folder.write(
      'gate.dts',
      boardText(
        `imu@68 { compatible = "invensense,mpu9250"; reg = <0x68>;
           i2c-gate { #address-cells = <1>; #size-cells = <0>; mag@c { compatible = "asahi-kasei,ak8963"; reg = <0xc>; }; };
         };
         arb@74 { compatible = "acme,arbiter"; reg = <0x74>;
           i2c-arb { #address-cells = <1>; #size-cells = <0>; t@4a { compatible = "national,lm75"; reg = <0x4a>; }; };
         };
         own@20 { compatible = "acme,own"; reg = <0x20>; dtbus,model = "missing.mjs"; };`,
        '',
      ),
    );
    const { out: latin1, err, status } = await dtbusHere('ls', board);
    const out = Buffer.from(latin1, 'latin1').toString();
    expect(out).toMatch(/i2c-gate\n.*└─ 0x0c {2}mag@c {2}asahi-kasei,ak8963 {2}AK8963/);
    expect(out).toMatch(/i2c-arb\n.*└─ 0x4a {2}t@4a {2}national,lm75 {2}nothing: arb@74 does not answer/);
    expect(out).toMatch(/own@20 .* nothing: its model does not run/);
    expect(out).toMatch(/\n2 buses, 5 parts: 2 simulated, 3 without a model\n$/);
    expect(err).toContain('/i2c/arb@74: no model of it, so that what is behind it does not answer');
    expect(err).toMatch(/\/i2c\/own@20: not found: .*missing\.mjs/);
    expect(status).toBe(1);
    const { out: json } = await dtbusHere('ls', '--json', board);
    const [bus] = JSON.parse(json) as { peripherals: { channels: { peripherals: object[] }[] }[] }[];
    expect(bus?.peripherals[0]?.channels[0]?.peripherals).toMatchObject([
      { path: '/i2c/imu@68/i2c-gate/mag@c', answeredBy: 'model' },
    ]);
  });

  it('says why --adopt finds nothing', async () => {
    const board = folder.write(
      'off.dts',
      '/dts-v1/; / { i2c@7e205000 { compatible = "brcm,bcm2835-i2c"; reg = <0x7e205000>; #address-cells = <1>; #size-cells = <0>; status = "disabled"; }; };',
    );
    const { out } = await dtbusHere('ls', '--adopt', board);
    expect(out).toContain('1 controller is disabled by status (/i2c@7e205000); enable with an overlay');
    const empty = folder.write('none.dts', '/dts-v1/; / { };');
    expect((await dtbusHere('ls', empty)).out).toContain('use --adopt');
    expect((await dtbusHere('ls', '--adopt', empty)).out).not.toContain('--adopt');
  });
});

describe('facts for scripts', () => {
  it.each(['flash', 'eeprom'])('%s info --json', async (kind) => {
    const { status, out } = await dtbusHere(kind, 'info', kind, '--json', '-b', 'dts/demo.dts');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ size: expect.stringMatching(/^(1 MiB|256 bytes)/) });
  });
});

describe('a pipe whose reader leaves', () => {
  it('ends the demo without a warning of Node', () => {
    const { stderr } = spawnSync('sh', ['-c', `${process.execPath} bin/dtbus.js demo | head -n 3`], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
  });
});

describe("Node's permission model", () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  it('is named in a sentence when it forbids what a command needs', () => {
    const script = folder.write('empty.js', '');
    const { status, stderr } = spawnSync(
      process.execPath,
      [flag, '--no-warnings', '--allow-fs-read=*', 'bin/dtbus.js', 'run', 'dts/demo.dts', script],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe(
      "dtbus: denied by Node's permission model: ChildProcess; start node with --allow-child-process, or run without --permission\n",
    );
    expect(status).toBe(1);
  });
});

describe('a capture file', () => {
  it('has no data of a message whose address was refused', () => {
    const transfer = transferOf({
      segments: [
        {
          target: 0x30,
          tenBit: false,
          sent: { bytes: Uint8Array.of(1, 2, 3), length: 3 },
          received: undefined,
        },
      ],
    });
    const packet = (fault: 'ENXIO' | undefined) =>
      i2cPackets(1, { ...transfer, fault }).map(({ bytes }) => bytes.length);
    // Five bytes of Linux's, the address, and the data where it went out.
    expect([packet(undefined), packet('ENXIO')]).toEqual([[9], [6]]);
  });

  it.each([
    ['ChildProcess', '/usr/bin/node', 'ChildProcess; start node with --allow-child-process, or run without'],
    [
      'FileSystemRead',
      '/a/b',
      'FileSystemRead of /a/b; start node with --allow-fs-read=/a/b, or run without',
    ],
    ['FileSystemWrite', '', 'FileSystemWrite; start node with --allow-fs-write, or run without'],
    ['Other', '/a', 'Other; run without'],
  ])('%s of %s names the option as it is written', (permission, resource, sentence) => {
    expect(errorText({ code: 'ERR_ACCESS_DENIED', permission, resource })).toBe(
      `denied by Node's permission model: ${sentence} --permission`,
    );
  });
});
