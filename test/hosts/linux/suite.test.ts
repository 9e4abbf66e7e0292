import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { GpioLines, VirtioGpioDevice } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import { I2C_FUNC_ANY_SEQUENCE } from '../../../src/bus/index.ts';
import { compile } from '../../../src/devicetree/index.ts';
import { BackEndServer, EventLoop } from '../../../src/transport/index.ts';
import { bootGuest, type GuestResult, NO_UML, program } from '../../guest/boot.ts';
import { type ControllerBench, describeControllers } from '../controller-suite.ts';
import { RecordingWire } from '../recording-wire.ts';
import { GuestControllers } from '../suite/guest-controllers.ts';
import { BitLines, LINE, LINE_COUNT } from './bit-lines.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const missing = NO_UML ?? program('node') ?? program('perl');
const CONTROLLERS = fileURLToPath(new URL('../in-guest/controllers.mjs', import.meta.url));
const OPEN_DRAIN = 6;
const ACTIVE_LOW = 1;

/** Linux's own bit-banging drivers make the buses, of lines of a virtio GPIO controller whose other end is here. */
const treeFor = (socket: string): string => `/dts-v1/; / {
  compatible = "dtbus,guest"; #address-cells = <1>; #size-cells = <1>;
  virtio { compatible = "virtio,uml"; socket-path = ${JSON.stringify(socket)}; virtio-device-id = <41>;
    lines: gpio { compatible = "virtio,device29"; gpio-controller; #gpio-cells = <2>; }; };
  i2c { compatible = "i2c-gpio"; i2c-gpio,delay-us = <1>; #address-cells = <1>; #size-cells = <0>;
    sda-gpios = <&lines ${LINE.SDA} ${OPEN_DRAIN}>; scl-gpios = <&lines ${LINE.SCL} ${OPEN_DRAIN}>; };
  spi { compatible = "spi-gpio"; num-chipselects = <1>; #address-cells = <1>; #size-cells = <0>;
    sck-gpios = <&lines ${LINE.SCK} 0>; mosi-gpios = <&lines ${LINE.MOSI} 0>; miso-gpios = <&lines ${LINE.MISO} 0>;
    cs-gpios = <&lines ${LINE.CS} ${ACTIVE_LOW}>;
    any@0 { compatible = "rohm,dh2228fv"; reg = <0>; spi-max-frequency = <1000000>; }; };
};`;

/** The I2C driver would try a refused address four times (I2C_RETRIES of i2c-dev). */
const COMMANDS = `
  perl -e 'open(F, "+<", "/dev/i2c-0") or die; ioctl(F, 0x0701, 0)'
  node ${CONTROLLERS} /dev/ttyS0 2>&1
`;

describe.skipIf(missing !== undefined)('in a real Linux', () => {
  let folder: string;
  let loop: EventLoop;
  let server: BackEndServer;
  let guest: Promise<GuestResult>;
  let controllers: GuestControllers;
  const wire = new RecordingWire();
  const lines = new BitLines(wire);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-linux-suite-'));
    loop = new EventLoop({ hotMs: 5 });
    void loop.run();
    const gpio = new GpioLines('/gpio', new Array(LINE_COUNT).fill(''));
    gpio.source = lines;
    server = new BackEndServer(loop, {
      createDevice: () => new VirtioGpioDevice(gpio, new Client('linux')),
      trace: () => {},
    });
    const socket = join(folder, 'gpio.sock');
    server.listen(socket);
    const blob = compile('guest.dts', treeFor(socket)).blob as Uint8Array;
    await new Promise<void>((resolve) => {
      guest = bootGuest({
        commands: COMMANDS,
        dtb: blob,
        kernelArguments: ['seccomp=on'],
        deadlineMs: 200_000,
        line: (stream) => {
          controllers = new GuestControllers(stream);
          resolve();
        },
      });
    });
  });
  afterAll(async () => {
    controllers.end();
    const { output } = await guest;
    if (process.env['DTBUS_SHOW'] !== undefined) console.log(output);
    server.close();
    await loop.close();
    rmSync(folder, { recursive: true });
  });

  async function bench(): Promise<ControllerBench> {
    const { i2c } = await controllers.open('i2c', {
      folder: 'linux',
      node: { compatible: 'dtbus,linux-i2c', port: '/dev/i2c-0' },
    });
    const { spi } = await controllers.open('spi', {
      folder: 'linux',
      node: { compatible: 'dtbus,linux-spi', port: 'spi0' },
    });
    return {
      ...(i2c && { i2c }),
      ...(spi && {
        spi: {
          ...spi,
          transfer: (chipSelect, mode, ...rest) => {
            lines.mode = mode & 3;
            return spi.transfer(chipSelect, mode, ...rest);
          },
        },
      }),
      wire,
      close: async () => {},
    };
  }

  describeControllers("Linux's own I2C and SPI, made of lines by i2c-gpio and spi-gpio", bench, {
    i2c: {
      functionality: I2C_FUNC_ANY_SEQUENCE,
      repeatedStart: 'any',
      zeroLength: 'any',
      maxMessageLength: 8192,
      stretching: true,
      nack: 'unknown',
    },
    long: 300,
    byEdges: true,
    isSteady: true,
  });
});
