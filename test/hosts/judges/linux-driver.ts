import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { program } from '../../guest/boot.ts';
import { awaitBus, type Judge } from './session.ts';

const GPIO = fileURLToPath(new URL('../in-guest/gpio-chip.mjs', import.meta.url));
const DTBUS = fileURLToPath(new URL('../../../bin/dtbus.js', import.meta.url));

/** What `dtbus adapters` says of it, in the same Linux. */
const ADAPTERS = [
  { kind: 'usb', name: 'i2c-tiny-usb', heldBy: 'i2c-tiny-usb', access: { allowed: true } },
  { kind: 'i2c', name: expect.stringMatching(/^i2c-tiny-usb at bus/), compatible: ['dtbus,linux-i2c'] },
];

/** Linux's own driver i2c-tiny-usb binds to the adapter, and i2c-tools reach its parts. */
export const i2cTinyUsb: Judge = {
  name: "Linux's driver i2c-tiny-usb",
  folder: 'i2c-tiny-usb',
  missing: program('i2cdetect'),
  script: `
    ${awaitBus('i2c-tiny-usb')}
    echo "device $(cat /sys/bus/usb/devices/*-1/product) $(cat /sys/bus/usb/devices/*-1/idVendor)"
    i2cdetect -F $bus | grep -E 'Quick|I2C '
    i2cdetect -y -q $bus 0x40 0x57
    i2cset -y $bus 0x50 4 0x99
    busybox usleep 20000
    i2ctransfer -y $bus w1@0x50 4 r4
    i2ctransfer -f -y $bus w1@0x48 3 r2
    i2cget -y $bus 0x21 0; echo "absent $?"
    i2ctransfer -y $bus w1@0x50 0 r200 | wc -w
    node ${DTBUS} adapters --json | tr -d '\\n'; echo
  `,
  check(output) {
    expect(output).toMatch(/^name i2c-tiny-usb at bus \d+ device \d+$/m);
    expect(output).toContain('device i2c-tiny-usb 0403');
    expect(output).toMatch(/^I2C +yes$/m);
    expect(output).toMatch(/^SMBus Quick Command +yes$/m);
    expect(output).toMatch(/^40: .*(48|UU)/m);
    expect(output).toMatch(/^50: 50 -- -- -- -- -- -- --/m);
    expect(output).toMatch(/^0x99 0xff 0xff 0xff$/m);
    // TOS after reset: 80 °C.
    expect(output).toMatch(/^0x50 0x00$/m);
    expect(output).toContain('Error: Read failed\nabsent 2');
    expect(output).toMatch(/^200$/m);
    const [, listed = ''] = /^(\[ .*\])/m.exec(output) ?? [];
    const usb = { vendorId: 0x403, productId: 0xc631, product: 'i2c-tiny-usb' };
    expect(JSON.parse(listed)).toMatchObject(ADAPTERS.map((adapter) => ({ ...adapter, usb })));
  },
};

/** i2c-tools reach the parts of an adapter that Linux drives: LM75 and 24C02, and an address that nobody has. */
const REACH_PARTS = `
    i2cdetect -y -r $bus 0x40 0x57
    i2ctransfer -y $bus w3@0x50 4 0x99 0x11
    busybox usleep 20000
    i2ctransfer -y $bus w1@0x50 4 r4
    i2ctransfer -f -y $bus w1@0x48 3 r2
    i2ctransfer -y $bus w1@0x50 0 r200 | wc -w
    i2cget -y $bus 0x21 0; echo "absent $?"
`;

/** What `REACH_PARTS` prints. */
function checkParts(output: string): void {
  expect(output).toMatch(/^40: .*(48|UU)/m);
  expect(output).toMatch(/^50: 50 -- -- -- -- -- -- --/m);
  expect(output).toMatch(/^0x99 0x11 0xff 0xff$/m);
  // TOS after reset: 80 °C.
  expect(output).toMatch(/^0x50 0x00$/m);
  expect(output).toMatch(/^200$/m);
  expect(output).toContain('Error: Read failed\nabsent 2');
}

/** Linux's driver hid-mcp2221 binds to the adapter, also as a GPIO chip. */
export const mcp2221: Judge = {
  name: "Linux's driver hid-mcp2221",
  folder: 'mcp2221',
  missing: program('i2cdetect'),
  script: `
    ${awaitBus('MCP2221')}
    ${REACH_PARTS}
    node ${GPIO}
  `,
  check(output) {
    expect(output).toMatch(/^name MCP2221/m);
    expect(output).toMatch(/^pins false true false true true$/m);
    checkParts(output);
  },
};

/** Linux's driver hid-cp2112 binds to the adapter; a NACK is a time-out to it. */
export const cp2112: Judge = {
  name: "Linux's driver hid-cp2112",
  folder: 'cp2112',
  missing: program('i2cdetect'),
  script: `
    ${awaitBus('CP2112')}
    ${REACH_PARTS}
    i2ctransfer -y $bus w1@0x50 4 r2
    node ${GPIO}
  `,
  check(output) {
    expect(output).toMatch(/^pins false true false true true$/m);
    expect(output).toMatch(/^name CP2112 SMBus Bridge/m);
    checkParts(output);
    expect(output).toMatch(/^0x99 0x11$/m);
  },
};

/** Linux's driver hid-ft260 binds to the adapter. It reads 180 bytes at once, and probes by writing. */
export const ft260: Judge = {
  name: "Linux's driver hid-ft260",
  folder: 'ft260',
  missing: program('i2cdetect'),
  script: `
    ${awaitBus('FT260')}
    ${REACH_PARTS}
    echo "clock $(cat /sys/bus/hid/devices/*0403:6030*/clock)"
  `,
  check(output) {
    expect(output).toMatch(/^name FT260 usb-i2c bridge/m);
    expect(output).toMatch(/^clock 100$/m);
    checkParts(output);
  },
};

const DLN2_GPIO = fileURLToPath(new URL('../in-guest/dln2-gpio.mjs', import.meta.url));

/** Linux's driver dln2 binds to the adapter, and its three functions: no device can be made on its SPI bus by hand. */
export const dln2: Judge = {
  name: "Linux's drivers dln2, i2c-dln2, spi-dln2 and gpio-dln2",
  folder: 'dln2',
  missing: program('i2cdetect'),
  script: `
    ${awaitBus('dln2-i2c')}
    ${REACH_PARTS}
    i2ctransfer -y $bus w1@0x50 0 r52 | wc -w
    for i in $(seq 40); do ls /sys/class/spi_master | grep -q spi && break; busybox usleep 50000; done
    echo "spi $(basename $(readlink /sys/class/spi_master/*/device/driver))"
    node ${DLN2_GPIO}
  `,
  check(output) {
    expect(output).toMatch(/^name dln2-i2c/m);
    // With its head this answer fills a packet.
    expect(output).toMatch(/^52$/m);
    checkParts(output);
    expect(output).toMatch(/^spi dln2-spi$/m);
    expect(output).toMatch(/^pulled up true$/m);
    expect(output).toMatch(/^driven true seen true\ndriven false seen false$/m);
    expect(output).toMatch(/^edges 11\+ 11-$/m);
    expect(output).toMatch(/^taken /m);
  },
};
