import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { I2C_M } from '../../src/bus/index.ts';
import { bootGuest, type GuestResult, NO_UML, program } from '../guest/boot.ts';
import { type ControllerBench, describeControllers } from './controller-suite.ts';
import { npmUsbFolder } from './judges/npm-usb.ts';
import { MEMORY } from './recording-wire.ts';
import { GuestControllers, MirroredWire } from './suite/guest-controllers.ts';
import { USB_KINDS, type UsbKind } from './suite/usb-kinds.ts';

// The suite that every controller runs, for all adapters on USB through usbfs and a kernel, to our emulators, which are plugged into
// that kernel over USB/IP: all in one boot. In another one through the npm package and libusb, which other systems need.

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
/** libusb hears of what is plugged in later from udev alone. */
const UDEVD = '/lib/systemd/systemd-udevd';
const USB = npmUsbFolder();
const CONTROLLERS = fileURLToPath(new URL('in-guest/controllers.mjs', import.meta.url));

/** Linux's own HID drivers would probe the adapters' buses first, that of the FT260 for minutes. */
const commands = (wire: string, before: string): string => `
  echo 0 > /sys/bus/hid/drivers_autoprobe
  ${before} node ${CONTROLLERS} /dev/ttyS0 ${wire} 2>&1
`;

const WAYS = [
  { way: 'usbfs', missing: NO_UML ?? program('node'), before: '' },
  {
    way: 'the npm package usb',
    missing:
      NO_UML ??
      program('node') ??
      (existsSync(UDEVD) ? undefined : 'udev is not installed') ??
      (USB === undefined ? 'npm package usb is not installed' : undefined),
    before: `mkdir -p /run/udev; ${UDEVD} --daemon --resolve-names=never 2>&1; DTBUS_USB=npm NODE_PATH=${USB}`,
  },
] as const;
for (const { way, missing } of WAYS)
  if (missing !== undefined)
    console.warn(`the suite of USB adapters by ${way} in a guest is skipped: ${missing}`);

it('every adapter on USB is among them', () => {
  const onUsb = readdirSync('hosts').filter(
    (folder) =>
      existsSync(`hosts/${folder}/index.ts`) &&
      readFileSync(`hosts/${folder}/index.ts`, 'utf8').includes("from '../usb/index.ts'"),
  );
  expect(Object.values(USB_KINDS).map(({ folder }) => folder)).toEqual(expect.arrayContaining(onUsb));
  expect(onUsb.length).toBeGreaterThan(5);
});

for (const { way, missing, before } of WAYS)
  describe.skipIf(missing !== undefined)(`through ${way}, in a real Linux`, () => {
    let folder: string;
    let guest: Promise<GuestResult>;
    let controllers: GuestControllers;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'dtbus-usb-suite-'));
      const wire = join(folder, 'recording-wire.mjs');
      await build({
        input: resolve('test/hosts/recording-wire.ts'),
        external: (id) => id.endsWith('src/sim/index.ts'),
        output: { file: wire },
        logLevel: 'silent',
      });
      const text = readFileSync(wire, 'utf8');
      writeFileSync(
        wire,
        text.replace(/from "[^"]*sim\/index[^"]*"/, `from "${resolve('dist/src/sim/index.js')}"`),
      );
      await new Promise<void>((ready) => {
        guest = bootGuest({
          commands: commands(wire, before),
          kernelArguments: ['seccomp=on', 'loglevel=2'],
          deadlineMs: 400_000,
          line: (stream) => {
            controllers = new GuestControllers(stream);
            ready();
          },
        });
      });
    });
    afterAll(async () => {
      controllers.end();
      const { output } = await guest;
      if (process.env['DTBUS_SHOW'] !== undefined) console.log(output);
      rmSync(folder, { recursive: true });
    });

    for (const [name, kind] of Object.entries<UsbKind>(USB_KINDS)) {
      const { title, folder, compatible, traits, chip, channel } = kind;
      const tell = (call: string) => controllers.ask({ call, adapter: name });
      const bench = async (): Promise<ControllerBench> => {
        const wire = new MirroredWire(() => void tell('arm'));
        controllers.wire = wire;
        const { i2c, spi } = await controllers.open(name, {
          folder,
          node: { compatible, ...(channel && { 'dtbus,channel': channel }) },
          ...(chip && { emulate: [chip, channel === 'B' ? 1 : 0] }),
        });
        // The kernel resets a device that it finds, which may leave a chip selected: the first transfer ends that.
        await i2c?.transfer([{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(1) }]);
        return {
          ...(i2c && { i2c }),
          ...(spi && { spi }),
          wire,
          adapter: {
            // It fell silent at the event that this is said of.
            hang: () => {},
            answer: () => void tell('resume'),
            unplug: () => void tell('unplug'),
            replug: async () => {
              await tell('replug');
            },
          },
          close: async () => {
            await tell('close');
            await tell('unplug');
          },
        };
      };
      describeControllers(title, bench, traits);
    }
  });
