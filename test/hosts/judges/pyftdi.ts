import { expect } from 'vitest';
import { awaitProduct, type Judge, noPyftdi } from './session.ts';

const PROGRAM = `
from pyftdi.i2c import I2cController, I2cNackError
from pyftdi.spi import SpiController
i2c = I2cController()
i2c.configure("ftdi://ftdi:232h/1", frequency=400000)
print("scan", [hex(a) for a in range(0x08, 0x78) if i2c.poll(a)])
print("temperature", i2c.get_port(0x48).exchange([3], 2).hex())
eeprom = i2c.get_port(0x50)
eeprom.write([4, 0x99, 0x11])
while not i2c.poll(0x50, write=True):
    pass
print("eeprom", eeprom.exchange([4], 4).hex())
print("long", len(eeprom.exchange([0], 200)))
try:
    i2c.get_port(0x21).read(1)
except I2cNackError as error:
    print("absent:", error)
gpio = i2c.get_gpio()
gpio.set_direction(0x0300, 0x0100)
gpio.write(0x0000)
print("pins", hex(gpio.read() & 0x0300))
i2c.terminate()
spi = SpiController(cs_count=1)
spi.configure("ftdi://ftdi:232h/1")
flash = spi.get_port(cs=0, freq=12E6, mode=0)
print("flash", flash.exchange([0x9f], 3).hex())
print("duplex", flash.exchange([0x9f, 0, 0, 0], duplex=True).hex())
spi.terminate()
`;

/** pyftdi, over pyusb: I2C by bits on the pins, SPI, and pins that are neither. */
export const pyftdi: Judge = {
  name: 'pyftdi',
  folder: 'ftdi',
  missing: noPyftdi(),
  tries: 2,
  script: `${awaitProduct('6014')}
    printf %s '${PROGRAM}' > /run/judge.py
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 /run/judge.py`,
  check(output) {
    expect(output).toContain("scan ['0x48', '0x50']");
    // TOS after reset: 80 °C.
    expect(output).toMatch(/^temperature 5000$/m);
    expect(output).toMatch(/^eeprom 9911ffff$/m);
    expect(output).toMatch(/^long 200$/m);
    expect(output).toContain('absent: NACK from slave');
    // An output that is low, an input that is pulled up.
    expect(output).toMatch(/^pins 0x200$/m);
    expect(output).toMatch(/^flash ef4014$/m);
    expect(output).toMatch(/^duplex ffef4014$/m);
  },
};
