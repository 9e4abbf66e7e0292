import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compile } from '../../src/devicetree/index.ts';
import { BackEndServer, EventLoop, type ServerOptions } from '../../src/transport/index.ts';
import { VIRTIO_F } from '../../src/virtio/index.ts';
import { bootGuest, bootQemu, NO_QEMU, NO_RETURN, NO_UML, program } from './boot.ts';
import { eeprom24c02, lm75, PlainI2cDevice } from './plain-i2c-device.ts';

/** An emulated PC takes a quarter of a minute where others use the processors too. */
const HANG_MS = 200_000;
vi.setConfig({ testTimeout: 100_000 });

const NO_TOOLS = program('i2cdetect');

let folder: string;
let loop: EventLoop;
let servers: BackEndServer[];
let trace: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-guest-test-'));
  loop = new EventLoop({ hotMs: 5 });
  void loop.run();
  servers = [];
  trace = [];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await loop.close();
  rmSync(folder, { recursive: true });
});

/** An I2C bus with an LM75 and a 24C02 at a socket of its own. */
function serve(name: string, options: Partial<ServerOptions> = {}): { socket: string; deviceId: 34 } {
  const server = new BackEndServer(loop, {
    createDevice: () =>
      new PlainI2cDevice(
        new Map([
          [0x48, lm75(25.5 * 256)],
          [0x50, eeprom24c02(Uint8Array.from({ length: 256 }, (_, i) => i))],
        ]),
      ),
    trace: (sentence) => trace.push(sentence),
    ...options,
  });
  servers.push(server);
  const socket = join(folder, `${name}.sock`);
  server.listen(socket);
  return { socket, deviceId: 34 };
}

const COMMANDS = `
i2cdetect -y -r 0 0x40 0x57
i2ctransfer -y 0 w9@0x50 0x08 1 2 3 4 5 6 7 8
i2ctransfer -y 0 w1@0x50 0x00 r32
i2cget -y 0 0x48 0 w
i2ctransfer -y 0 w1@0x33 0x00
i2cdump -y -r 0x10-0x1f 0 0x50 b`;

/** What i2c-tools print for it. */
const EXPECTED = [
  '40: -- -- -- -- -- -- -- -- 48 -- -- -- -- -- -- -- ',
  '50: 50 -- -- -- -- -- -- -- ',
  '0x00 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x10 0x11 0x12 0x13 0x14 ' +
    '0x15 0x16 0x17 0x18 0x19 0x1a 0x1b 0x1c 0x1d 0x1e 0x1f',
  '0x8019',
  'Warning: only 0/1 messages were sent',
  '10: 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f    ????????????????',
];

describe('User-Mode Linux', () => {
  it.skipIf((NO_UML ?? NO_TOOLS) !== undefined)(
    'drives our back-end with its own i2c-virtio and stock i2c-tools',
    async () => {
      const { output, exitCode, killed } = await bootGuest({
        commands: COMMANDS,
        devices: [serve('i2c0')],
        deadlineMs: HANG_MS,
      });
      for (const line of EXPECTED) expect(output).toContain(line);
      expect({ exitCode, killed }).toEqual({ exitCode: 0, killed: false });
      expect(trace).toEqual(['connected', 'connection ended: the front-end closed the connection']);
    },
  );
});

describe('the ring that Linux chooses', () => {
  /** Feature bits that the guest's driver and our device agreed on, as sysfs shows them. */
  const agreed = (output: string): number[] => {
    const bits = /features ([01]+)/.exec(output)?.[1] ?? '';
    return [...bits].flatMap((bit, i) => (bit === '1' ? [i] : []));
  };
  const SHOW = 'echo features $(cat /sys/bus/virtio/devices/virtio*/features | tail -n 1)';
  const { INDIRECT_DESC, EVENT_IDX, VERSION_1, RING_PACKED, IN_ORDER } = VIRTIO_F;

  it.skipIf((NO_UML ?? NO_TOOLS) !== undefined)(
    'is packed and in order in User-Mode Linux, which says that a new ring is in its second lap',
    async () => {
      const { output, exitCode } = await bootGuest({
        // More requests than the ring has entries: it goes round.
        commands: `${SHOW}
          for i in $(seq 100); do i2ctransfer -y 0 w1@0x50 $i r1 > /dev/null; done
          ${COMMANDS}`,
        devices: [serve('i2c0')],
        deadlineMs: HANG_MS,
      });
      for (const line of EXPECTED) expect(output).toContain(line);
      expect(agreed(output)).toEqual([0, INDIRECT_DESC, EVENT_IDX, VERSION_1, RING_PACKED, IN_ORDER]);
      expect(exitCode).toBe(0);
    },
  );

  it.skipIf((NO_QEMU ?? NO_TOOLS) !== undefined)('is packed under a QEMU that is told so', async () => {
    const { output, exitCode } = await bootQemu({
      commands: `${SHOW}
          for i in $(seq 20); do i2ctransfer -y 0 w1@0x50 $i r1 > /dev/null; done
          ${COMMANDS}`,
      devices: [{ ...serve('i2c0'), properties: 'packed=on' }],
      deadlineMs: HANG_MS,
    });
    for (const line of EXPECTED) expect(output).toContain(line);
    expect(agreed(output)).toContain(RING_PACKED);
    expect(exitCode).toBe(0);
  });
});

describe('a back-end that dies', () => {
  /** Calls `die` once, when so many requests were carried out. */
  class Mortal extends PlainI2cDevice {
    #left: number;
    readonly #die: () => void;

    constructor(left: number, die: () => void) {
      super(new Map([[0x50, eeprom24c02(Uint8Array.from({ length: 256 }, (_, i) => i))]]));
      this.#left = left;
      this.#die = die;
    }

    override processQueue(): number {
      const due = super.processQueue();
      if (--this.#left === 0) setImmediate(this.#die);
      return due;
    }
  }

  it.skipIf((NO_UML ?? NO_TOOLS) !== undefined)(
    'takes its bus with it from User-Mode Linux, which does not reconnect',
    async () => {
      const device = serve('i2c0', { createDevice: () => new Mortal(5, () => servers[0]?.close()) });
      const { output, exitCode } = await bootGuest({
        commands: `
        while busybox timeout 1 i2ctransfer -y 0 w1@0x50 0x11 r1; do :; done
        while test -e /dev/i2c-0; do busybox usleep 10000; done
        echo gone`,
        devices: [device],
        deadlineMs: HANG_MS,
      });
      expect(output).toMatch(/^0x11\n(.*\n)*gone$/m);
      expect(exitCode).toBe(0);
    },
  );

  it.skipIf((NO_RETURN ?? NO_TOOLS) !== undefined)(
    'is taken back by a QEMU that listens, and the guest notices nothing',
    async () => {
      const socket = join(folder, 'i2c0.sock');
      const server = new BackEndServer(loop, {
        createDevice: ({ number }) => new Mortal(number === 1 ? 3 : 1000, () => die()),
        trace: (sentence) => trace.push(sentence),
      });
      servers.push(server);
      const die = (): void => {
        server.close();
        void server.connect(socket);
      };
      const guest = bootQemu({
        commands: 'for i in 16 17 18 19 20 21 22 23; do i2ctransfer -y 0 w1@0x50 $i r1; done',
        devices: [{ socket, deviceId: 34 }],
        listens: true,
        deadlineMs: HANG_MS,
      });
      await until(() => existsSync(socket));
      await server.connect(socket);
      const { output, exitCode } = await guest;
      expect(output.match(/0x1\d/g)).toEqual([
        '0x10',
        '0x11',
        '0x12',
        '0x13',
        '0x14',
        '0x15',
        '0x16',
        '0x17',
      ]);
      expect(exitCode).toBe(0);
      expect(trace.filter((line) => line === 'connected')).toHaveLength(2);
    },
  );
});

/** Resolves once it is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe.skipIf((NO_UML ?? NO_TOOLS) !== undefined)('User-Mode Linux and our back-end', () => {
  it('with in-band notifications, as its time-travel mode needs them', async () => {
    const { output, exitCode } = await bootGuest({
      commands: COMMANDS,
      devices: [serve('i2c0', { inBand: true })],
      deadlineMs: HANG_MS,
    });
    for (const line of EXPECTED) expect(output).toContain(line);
    expect(exitCode).toBe(0);
  });

  it('with two buses of one back-end', async () => {
    const { output, exitCode } = await bootGuest({
      commands: 'for bus in 0 1; do i2ctransfer -y $bus w1@0x50 $((16 + bus)) r2; done',
      devices: [serve('i2c0'), serve('i2c1')],
      deadlineMs: HANG_MS,
    });
    expect(output).toContain('0x10 0x11\n0x11 0x12\n');
    expect(exitCode).toBe(0);
  });

  it('when its driver is unbound and bound again: the rings are set up anew', async () => {
    const { output, exitCode } = await bootGuest({
      commands: `
        cd /sys/bus/virtio/drivers/i2c_virtio
        for round in 1 2 3; do
          i2ctransfer -y 0 w1@0x50 $((32 + round)) r1
          echo virtio0 > unbind
          echo virtio0 > bind
        done
        i2ctransfer -y 0 w1@0x50 0x24 r1`,
      devices: [serve('i2c0')],
      deadlineMs: HANG_MS,
    });
    expect(output).toContain('0x21\n0x22\n0x23\n0x24\n');
    expect(exitCode).toBe(0);
  });

  it('binds the drivers of its parts from a device tree', async () => {
    const { socket } = serve('i2c1');
    // A part's driver asks for the supplies that its binding knows. Without them Linux gives up: on this
    // architecture no dummy regulator takes their place.
    const source = `/dts-v1/;
      / {
        #address-cells = <1>;
        #size-cells = <1>;
        supply: supply { compatible = "regulator-fixed"; regulator-name = "supply"; };
        i2c-transport {
          compatible = "virtio,uml";
          socket-path = "${socket}";
          virtio-device-id = <34>;
          i2c {
            compatible = "virtio,device22";
            #address-cells = <1>;
            #size-cells = <0>;
            sensor@48 { compatible = "national,lm75"; reg = <0x48>; vs-supply = <&supply>; };
            eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; pagesize = <8>; vcc-supply = <&supply>; };
          };
        };
      };`;
    const { blob, diagnostics } = compile('guest.dts', source);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { output, exitCode } = await bootGuest({
      commands: `
        cat /sys/class/hwmon/hwmon0/temp1_input
        eeprom=/sys/bus/i2c/devices/0-0050/eeprom
        echo written by Linux > $eeprom
        cmp -n 17 $eeprom - <<END && echo same
written by Linux
END
        i2cdetect -y -r 0 0x48 0x50 | grep UU`,
      ...(blob === undefined ? {} : { dtb: blob }),
      deadlineMs: HANG_MS,
    });
    expect(output).toContain('25500\n');
    expect(output).toContain('same\n');
    expect(output).toMatch(/^40: +UU/m);
    expect(output).toMatch(/^50: UU/m);
    expect(exitCode).toBe(0);
  });

  it('three guests at one socket, each with parts of its own', async () => {
    const device = serve('i2c0');
    const guests = await Promise.all(
      [1, 2, 3].map((n) =>
        bootGuest({
          commands: `i2ctransfer -y 0 w2@0x50 0 ${n}; i2ctransfer -y 0 w1@0x50 0 r1`,
          devices: [device],
          deadlineMs: HANG_MS,
        }),
      ),
    );
    expect(guests.map(({ output }) => /0x0\d/.exec(output)?.[0])).toEqual(['0x01', '0x02', '0x03']);
    expect(trace.filter((line) => line === 'connected')).toHaveLength(3);
  });

  it('is killed at its deadline, whatever it does', async () => {
    const { killed, exitCode, ms } = await bootGuest({ commands: 'sleep 1000', deadlineMs: 1500 });
    expect({ killed, exitCode }).toEqual({ killed: true, exitCode: undefined });
    expect(ms).toBeLessThan(5000);
  });

  it('hands back what its commands ended with', async () => {
    const { exitCode, output } = await bootGuest({ commands: 'echo hello; exit 42', deadlineMs: HANG_MS });
    expect(exitCode).toBe(42);
    expect(output).toMatch(/^hello$/m);
  });
});
