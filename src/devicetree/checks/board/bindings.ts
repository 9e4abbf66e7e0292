/* Made from dts/bindings by `node test/support/bindings.mjs`: do not edit. */
import type { Binding } from './binding.ts';

export const BINDINGS: readonly Binding[] = [
  {
    file: 'dangerousprototypes,bus-pirate-5.yaml',
    compatibles: ['dangerousprototypes,bus-pirate-5', 'dtbus,bus-pirate-5-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'startup-delay-us': {
        type: 'uint32',
      },
      'dtbus,power': {
        type: 'boolean',
      },
      'dtbus,power-microvolt': {},
      'dtbus,pull-ups': {
        type: 'boolean',
      },
    },
  },
  {
    file: 'dangerousprototypes,bus-pirate.yaml',
    compatibles: ['dangerousprototypes,bus-pirate', 'dtbus,bus-pirate-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'current-speed': {
        type: 'uint32',
      },
      'clock-frequency': {
        type: 'uint32',
      },
      'startup-delay-us': {
        type: 'uint32',
      },
      'drive-open-drain': {
        type: 'boolean',
      },
      'dtbus,power': {
        type: 'boolean',
      },
      'dtbus,pull-ups': {
        type: 'boolean',
      },
      'dtbus,pull-up-microvolt': {
        type: 'uint32',
        values: [3300000, 5000000],
      },
      'dtbus,aux-high': {
        type: 'boolean',
      },
      'dtbus,hardware': {
        type: 'string',
        values: ['v3', 'v4'],
      },
    },
  },
  {
    file: 'devantech,usb-iss.yaml',
    compatibles: ['devantech,usb-iss', 'dtbus,usb-iss-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'diolan,dln2.yaml',
    compatibles: ['diolan,dln2', 'dtbus,dln2-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 1,
        maximum: 8,
      },
      'dtbus,stop-between': {
        type: 'boolean',
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'dtbus,ch341a.yaml',
    compatibles: ['wch,ch341a', 'dtbus,ch341a-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 0,
        maximum: 3,
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'dtbus,cp2112.yaml',
    compatibles: ['silabs,cp2112', 'dtbus,cp2112-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      i2c: {},
    },
  },
  {
    file: 'dtbus,ft260.yaml',
    compatibles: ['ftdi,ft260', 'dtbus,ft260-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      i2c: {},
    },
  },
  {
    file: 'dtbus,ftdi.yaml',
    compatibles: [
      'ftdi,ft232h',
      'ftdi,ft2232h',
      'ftdi,ft4232h',
      'dtbus,ft232h-emulator',
      'dtbus,ft2232h-emulator',
      'dtbus,ft4232h-emulator',
    ],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      'dtbus,channel': {
        values: ['A', 'B'],
      },
      'num-cs': {
        type: 'uint32',
        minimum: 0,
        maximum: 5,
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'dtbus,i2c-tiny-usb.yaml',
    compatibles: ['harbaum,i2c-tiny-usb', 'dtbus,i2c-tiny-usb-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      i2c: {},
    },
  },
  {
    file: 'dtbus,linux-gpio.yaml',
    compatibles: ['dtbus,linux-gpio'],
    isComplete: false,
    required: ['compatible', 'port'],
    properties: {
      port: {
        type: 'string',
      },
      'dtbus,lines': {
        type: 'string-array',
      },
    },
  },
  {
    file: 'dtbus,linux-i2c.yaml',
    compatibles: ['dtbus,linux-i2c'],
    isComplete: true,
    required: ['compatible', 'port'],
    properties: {
      port: {
        type: 'string',
      },
    },
  },
  {
    file: 'dtbus,linux-spi.yaml',
    compatibles: ['dtbus,linux-spi'],
    isComplete: true,
    required: ['compatible', 'port'],
    properties: {
      port: {
        type: 'string-array',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 1,
        maximum: 256,
      },
      'spi-3wire': {
        type: 'boolean',
      },
      'dtbus,no-cs': {
        type: 'boolean',
      },
    },
  },
  {
    file: 'dtbus,mcp2221.yaml',
    compatibles: ['microchip,mcp2221a', 'dtbus,mcp2221-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      i2c: {},
    },
  },
  {
    file: 'dtbus,remote.yaml',
    compatibles: ['dtbus,remote'],
    isComplete: true,
    required: ['compatible', 'port'],
    properties: {
      port: {
        type: 'string',
      },
      'num-cs': {
        type: 'uint32',
      },
    },
  },
  {
    file: 'dtbus,serprog.yaml',
    compatibles: ['dtbus,serprog'],
    isComplete: true,
    required: ['compatible', 'port'],
    properties: {
      port: {
        type: 'string',
      },
      'current-speed': {
        type: 'uint32',
      },
      'num-cs': {
        type: 'uint32',
      },
    },
  },
  {
    file: 'dtbus-board.yaml',
    compatibles: [],
    isComplete: false,
    required: [],
    properties: {
      'dtbus,remote': {
        type: 'string',
      },
    },
  },
  {
    file: 'dtbus-bus.yaml',
    compatibles: ['platform,virtio-i2c', 'platform,virtio-spi', 'virtio,device22', 'virtio,device2d'],
    isComplete: false,
    required: ['compatible', '#address-cells', '#size-cells'],
    properties: {
      '#address-cells': {
        values: [1],
      },
      '#size-cells': {
        values: [0],
      },
      'clock-frequency': {
        type: 'uint32',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 1,
        maximum: 256,
      },
      'dtbus,host': {
        type: 'phandle',
      },
      'dtbus,strict': {
        type: 'boolean',
      },
      'dtbus,real-time': {
        type: 'boolean',
      },
      'dtbus,timeout-ms': {
        type: 'uint32',
      },
      'dtbus,faults': {
        type: 'string-array',
      },
    },
  },
  {
    file: 'dtbus-client.yaml',
    compatibles: [],
    isComplete: false,
    required: [],
    properties: {
      'dtbus,simulate': {
        type: 'boolean',
      },
      'dtbus,model': {
        type: 'string',
      },
      'dtbus,dump': {
        type: 'string',
      },
      'dtbus,owner': {
        type: 'string',
      },
      'dtbus,contents': {
        type: 'string',
      },
      'dtbus,strict': {
        type: 'boolean',
      },
      'dtbus,set': {
        type: 'string-array',
      },
      'dtbus,faults': {
        type: 'string-array',
      },
    },
  },
  {
    file: 'dtbus-gpio.yaml',
    compatibles: ['platform,virtio-gpio', 'virtio,device29'],
    isComplete: false,
    required: ['compatible', 'gpio-controller', '#gpio-cells'],
    properties: {
      'gpio-controller': {},
      '#gpio-cells': {
        values: [2],
      },
      'interrupt-controller': {},
      '#interrupt-cells': {
        values: [2],
      },
      ngpios: {
        type: 'uint32',
        minimum: 1,
        maximum: 1024,
      },
      'gpio-line-names': {
        type: 'string-array',
      },
      'dtbus,host': {
        type: 'phandle',
      },
      'dtbus,faults': {
        type: 'string-array',
      },
    },
  },
  {
    file: 'dtbus-parts.yaml',
    compatibles: ['dtbus,hd44780-pcf8574', 'dtbus,loopback', 'dtbus,register-map'],
    isComplete: false,
    required: ['compatible', 'reg'],
    properties: {
      reg: {},
      'dtbus,card-size': {
        type: 'uint32',
      },
      'dtbus,standard-capacity': {
        type: 'boolean',
      },
      'dtbus,external-vcc': {
        type: 'boolean',
      },
      'dtbus,jedec-id': {
        type: 'uint8-array',
      },
      'dtbus,size': {
        type: 'uint32',
      },
      'dtbus,read-only': {
        type: 'uint32-matrix',
      },
      'dtbus,no-auto-increment': {
        type: 'boolean',
      },
    },
  },
  {
    file: 'excamera.yaml',
    compatibles: [
      'excamera,i2cdriver',
      'excamera,spidriver',
      'dtbus,i2cdriver-emulator',
      'dtbus,spidriver-emulator',
    ],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'firmata,board.yaml',
    compatibles: ['firmata,board', 'dtbus,firmata-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'current-speed': {
        type: 'uint32',
      },
      'dtbus,cs-pins': {
        type: 'uint32-matrix',
      },
      'dtbus,line-pins': {
        type: 'uint32-matrix',
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'microchip,mcp2210.yaml',
    compatibles: ['microchip,mcp2210', 'dtbus,mcp2210-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 1,
        maximum: 8,
      },
      spi: {},
    },
  },
  {
    file: 'micropython,board.yaml',
    compatibles: ['micropython,board', 'dtbus,micropython-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'current-speed': {
        type: 'uint32',
      },
      'dtbus,i2c': {
        type: 'uint32',
      },
      'dtbus,scl': {
        type: 'string',
      },
      'dtbus,sda': {
        type: 'string',
      },
      'dtbus,spi': {
        type: 'uint32',
      },
      'dtbus,sck': {
        type: 'string',
      },
      'dtbus,mosi': {
        type: 'string',
      },
      'dtbus,miso': {
        type: 'string',
      },
      'dtbus,cs': {
        type: 'string-array',
      },
      'dtbus,lines': {
        type: 'string-array',
      },
      i2c: {},
      spi: {},
    },
  },
  {
    file: 'nxp,sc18im700.yaml',
    compatibles: ['nxp,sc18im700', 'dtbus,sc18im700-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      i2c: {},
    },
  },
  {
    file: 'wch,ch347.yaml',
    compatibles: ['wch,ch347', 'dtbus,ch347-emulator'],
    isComplete: true,
    required: ['compatible'],
    properties: {
      port: {
        type: 'string',
      },
      'serial-number': {
        type: 'string',
      },
      'num-cs': {
        type: 'uint32',
        minimum: 1,
        maximum: 2,
      },
      i2c: {},
      spi: {},
    },
  },
];
