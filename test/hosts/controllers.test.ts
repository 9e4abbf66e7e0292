import {
  BusPirateAdapter,
  BusPirateEmulator,
  DEFAULT_SETTINGS,
  type Traits,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../hosts/bus-pirate/index.ts';
import {
  I2C_CAPABILITIES as BUS_PIRATE_5_CAPABILITIES,
  DEFAULT_SETTINGS as BUS_PIRATE_5_SETTINGS,
  BusPirate5Adapter,
  BusPirate5Emulator,
} from '../../hosts/bus-pirate-5/index.ts';
import { Ch341aAdapter, Ch341aEmulator } from '../../hosts/ch341a/index.ts';
import { Ch347Adapter, Ch347Emulator } from '../../hosts/ch347/index.ts';
import { Cp2112Adapter, Cp2112Emulator } from '../../hosts/cp2112/index.ts';
import { Dln2Adapter, Dln2Emulator } from '../../hosts/dln2/index.ts';
import {
  I2C_BAUD,
  I2C_CAPABILITIES as I2C_DRIVER_CAPABILITIES,
  I2cDriverAdapter,
  I2cDriverEmulator,
  SPI_BAUD,
  SpiDriverAdapter,
  SpiDriverEmulator,
} from '../../hosts/excamera/index.ts';
import {
  I2C_CAPABILITIES as FIRMATA_CAPABILITIES,
  FirmataAdapter,
  FirmataEmulator,
} from '../../hosts/firmata/index.ts';
import { Ft260Adapter, Ft260Emulator } from '../../hosts/ft260/index.ts';
import { CHIPS, FtdiAdapter, FtdiEmulator } from '../../hosts/ftdi/index.ts';
import { I2cTinyUsbAdapter, I2cTinyUsbEmulator } from '../../hosts/i2c-tiny-usb/index.ts';
import {
  type EmulatedAdapter,
  Faults,
  type ServedEmulator,
  serialLink,
  serveEmulator,
} from '../../hosts/link/index.ts';
import { Mcp2210Adapter, Mcp2210Emulator } from '../../hosts/mcp2210/index.ts';
import { Mcp2221Adapter, Mcp2221Emulator } from '../../hosts/mcp2221/index.ts';
import {
  HARD_I2C_CAPABILITIES,
  MicropythonAdapter,
  MicropythonEmulator,
  type Settings,
} from '../../hosts/micropython/index.ts';
import {
  I2C_CAPABILITIES as SC18IM700_CAPABILITIES,
  Sc18im700Adapter,
  Sc18im700Emulator,
} from '../../hosts/sc18im700/index.ts';
import { SerprogAdapter, SerprogEmulator } from '../../hosts/serprog/index.ts';
import { SimulatedI2cController, SimulatedSpiController } from '../../hosts/simulated/index.ts';
import {
  I2C_CAPABILITIES as USB_ISS_CAPABILITIES,
  UsbIssAdapter,
  UsbIssEmulator,
} from '../../hosts/usb-iss/index.ts';
import type { HostAdapter } from '../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort, type UsbDevice, type UsbOpener } from '../../src/usb/index.ts';
import { remoteBench } from '../remote/bench.ts';
import { type ControllerBench, describeControllers } from './controller-suite.ts';
import { hardwareBench, hardwareOf } from './hardware.ts';
import { RecordingWire } from './recording-wire.ts';
import { USB_KINDS } from './suite/usb-kinds.ts';

async function simulated(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return {
    i2c: new SimulatedI2cController(wire.i2c),
    spi: new SimulatedSpiController(wire.spi, 1),
    wire,
    close: async () => {},
  };
}

/** The controller, `serialport`, a pty, the emulated firmware, and the recording wire behind it. */
async function behindPort(
  wire: RecordingWire,
  emulate: () => EmulatedAdapter,
  adapt: (port: () => string) => HostAdapter,
): Promise<ControllerBench> {
  const faults = new Faults();
  const plugIn = (): ServedEmulator => serveEmulator(emulate(), { pty: true }, faults);
  let served = plugIn();
  const host = adapt(() => served.port);
  await host.open();
  return {
    ...(host.i2c && { i2c: host.i2c }),
    ...(host.spi && { spi: host.spi }),
    wire,
    adapter: {
      hang: () => {
        faults.hanging = true;
      },
      answer: () => {
        faults.hanging = false;
      },
      unplug: () => served.close(),
      replug: async () => {
        served = plugIn();
        await host.open();
      },
    },
    close: async () => {
      await host.close();
      served.close();
    },
  };
}

function emulated(traits: Traits): Promise<ControllerBench> {
  const wire = new RecordingWire();
  const { baud } = DEFAULT_SETTINGS;
  return behindPort(
    wire,
    () => new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi, traits }),
    (port) =>
      new BusPirateAdapter('an emulated port', DEFAULT_SETTINGS, (events) =>
        serialLink(port(), baud)(events),
      ),
  );
}

function serprog(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new SerprogEmulator({ spi: wire.spi }),
    (port) => new SerprogAdapter('an emulated port', 1, (events) => serialLink(port(), 115_200)(events)),
  );
}

/** @param i2cId number of a hardware I2C */
function micropython(rawPaste: boolean, i2cId?: number): Promise<ControllerBench> {
  const wire = new RecordingWire();
  const settings: Settings = {
    baud: 115_200,
    i2c: { id: i2cId, scl: '5', sda: '4' },
    spi: { id: undefined, sck: '2', mosi: '3', miso: '0', chipSelects: ['1'] },
    lines: [],
  };
  return behindPort(
    wire,
    () => new MicropythonEmulator({ ...wire, rawPaste }),
    (port) =>
      new MicropythonAdapter('an emulated port', settings, (events) => serialLink(port(), 115_200)(events)),
  );
}

function firmata(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new FirmataEmulator(wire),
    (port) =>
      new FirmataAdapter('an emulated port', { chipSelects: [10] }, (events) =>
        serialLink(port(), 57_600)(events),
      ),
  );
}

function i2cDriver(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new I2cDriverEmulator(wire),
    (port) => new I2cDriverAdapter('an emulated port', (events) => serialLink(port(), I2C_BAUD)(events)),
  );
}

function sc18im700(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new Sc18im700Emulator({ i2c: wire.i2c }),
    (port) => new Sc18im700Adapter('an emulated port', (events) => serialLink(port(), 9600)(events)),
  );
}

function usbIss(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new UsbIssEmulator(wire),
    (port) => new UsbIssAdapter('an emulated port', (events) => serialLink(port(), 115_200)(events)),
  );
}

function busPirate5(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new BusPirate5Emulator(wire),
    (port) =>
      new BusPirate5Adapter('an emulated port', BUS_PIRATE_5_SETTINGS, (events) =>
        serialLink(port(), 115_200)(events),
      ),
  );
}

function spiDriver(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return behindPort(
    wire,
    () => new SpiDriverEmulator(wire),
    (port) => new SpiDriverAdapter('an emulated port', (events) => serialLink(port(), SPI_BAUD)(events)),
  );
}

const NAME = 'an emulated adapter';

/** A USB adapter in this process, seen through the same interface as a real one. */
async function usbAdapter(
  wire: RecordingWire,
  device: UsbDevice,
  adapt: (open: UsbOpener) => HostAdapter,
): Promise<ControllerBench> {
  const port = new EmulatedPort(device);
  const host = adapt(async () => new EmulatedConnection(port));
  await host.open();
  return {
    ...(host.i2c && { i2c: host.i2c }),
    ...(host.spi && { spi: host.spi }),
    wire,
    adapter: {
      hang: () => port.hang(),
      answer: () => port.resume(),
      unplug: () => port.unplug(),
      replug: async () => {
        port.plug();
        await host.open();
      },
    },
    close: async () => host.close(),
  };
}

function i2cTinyUsb(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new I2cTinyUsbEmulator(wire.i2c), (open) => new I2cTinyUsbAdapter(NAME, open));
}

function ch341a(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Ch341aEmulator(wire), (open) => new Ch341aAdapter(NAME, open));
}

function ch347(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Ch347Emulator(wire), (open) => new Ch347Adapter(NAME, open));
}

function cp2112(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Cp2112Emulator(wire.i2c), (open) => new Cp2112Adapter(NAME, open));
}

function ft260(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Ft260Emulator(wire.i2c), (open) => new Ft260Adapter(NAME, open));
}

function dln2(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Dln2Emulator(wire), (open) => new Dln2Adapter(NAME, open));
}

function mcp2210(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Mcp2210Emulator(wire), (open) => new Mcp2210Adapter(NAME, open));
}

function mcp2221(): Promise<ControllerBench> {
  const wire = new RecordingWire();
  return usbAdapter(wire, new Mcp2221Emulator(wire.i2c), (open) => new Mcp2221Adapter(NAME, open));
}

function ftdi(chip: (typeof CHIPS)[keyof typeof CHIPS], channel = 0): Promise<ControllerBench> {
  const wire = new RecordingWire();
  const pins = { chip, chipSelects: 1 };
  const device = new FtdiEmulator(chip, { i2c: wire.i2c, spi: wire.spi, channel });
  return usbAdapter(wire, device, (open) => new FtdiAdapter(NAME, open, pins, channel));
}

async function real(port: string): Promise<ControllerBench> {
  const settings = { ...DEFAULT_SETTINGS, power: true, pullUps: true };
  const host = new BusPirateAdapter(port, settings, serialLink(port, DEFAULT_SETTINGS.baud));
  await host.open();
  console.info(`running on ${host.description}`);
  return { i2c: host.i2c, spi: host.spi, close: () => host.close() };
}

describeControllers('simulated controllers', simulated);
describeControllers('Bus Pirate v4 on a pty', () => emulated(V4_FIRMWARE_8_0));
describeControllers('Bus Pirate v3.5 on a pty', () => emulated(V3_FIRMWARE_6_1));
describeControllers('Bus Pirate 5', busPirate5, { i2c: BUS_PIRATE_5_CAPABILITIES });
describeControllers('serprog on a pty', serprog, { hasI2c: false, spiModes: [0] });
describeControllers('MicroPython, SoftI2C', () => micropython(true));
describeControllers('MicroPython before 1.14, hardware I2C', () => micropython(false, 0), {
  i2c: HARD_I2C_CAPABILITIES,
});
describeControllers('Firmata', firmata, { i2c: FIRMATA_CAPABILITIES, spiModes: [0] });
describeControllers('I2CDriver', i2cDriver, { hasSpi: false, i2c: I2C_DRIVER_CAPABILITIES });
describeControllers('SPIDriver', spiDriver, { hasI2c: false });
describeControllers('SC18IM700', sc18im700, { hasSpi: false, i2c: SC18IM700_CAPABILITIES });
// 62 bytes while the chip is selected, of which 4 are the command that reads.
describeControllers('USB-ISS', usbIss, { i2c: USB_ISS_CAPABILITIES, long: 58, selectsByFrame: true });
describeControllers('i2c-tiny-usb', i2cTinyUsb, USB_KINDS['i2c-tiny-usb'].traits);
describeControllers('CH341A', ch341a, USB_KINDS.ch341a.traits);
describeControllers('CH347', ch347, USB_KINDS.ch347.traits);
describeControllers('CP2112', cp2112, USB_KINDS.cp2112.traits);
describeControllers('DLN-2', dln2, USB_KINDS.dln2.traits);
describeControllers('FT260', ft260, USB_KINDS.ft260.traits);
describeControllers('MCP2210', mcp2210, USB_KINDS.mcp2210.traits);
describeControllers('MCP2221A', mcp2221, USB_KINDS.mcp2221.traits);
describeControllers('FT232H', () => ftdi(CHIPS.ft232h), USB_KINDS.ft232h.traits);
describeControllers('FT2232H', () => ftdi(CHIPS.ft2232h), USB_KINDS.ft2232h.traits);
describeControllers('FT4232H, channel B', () => ftdi(CHIPS.ft4232h, 1), USB_KINDS.ft4232h.traits);

describeControllers('simulated controllers of another machine', async () => remoteBench(await simulated()), {
  isSteady: true,
});
describeControllers(
  'CH341A of another machine',
  async () => remoteBench(await ch341a()),
  USB_KINDS.ch341a.traits,
);

const port = process.env['DTBUS_TEST_PORT'];
const node = process.env['DTBUS_TEST_ADAPTER'];
if (port !== undefined) describeControllers(`hardware on ${port}`, () => real(port));
if (node !== undefined) {
  const hardware = await hardwareOf(node);
  describeControllers(
    `hardware, ${hardware.host.description}`,
    () => hardwareBench(hardware),
    hardware.traits,
  );
}
if (port === undefined && node === undefined)
  console.info(
    'DTBUS_TEST_ADAPTER and DTBUS_TEST_PORT are not set: no test on real hardware. Set the former to the node of an ' +
      'adapter, as "dtbus adapters" prints it, or the latter to the port of a Bus Pirate (/dev/ttyUSB0), with a 24c02 ' +
      'EEPROM at 0x50 (its last 8 bytes are overwritten) and, where the adapter has SPI, a W25Q flash at its first chip ' +
      'select, powered. On a Bus Pirate MOSI is SDA, CLK is SCL, Vpu is 3.3 V, and both are fed from its 3.3 V',
  );
