# What python3-smbus makes of the board's I2C bus; prints one line a fact.
import time

import smbus

bus = smbus.SMBus(1)


def settle():
    # An EEPROM does not answer while it writes.
    time.sleep(0.02)


bus.write_i2c_block_data(0x50, 0x10, [1, 2, 3, 4])
settle()
print(bus.read_i2c_block_data(0x50, 0x10, 4))
bus.write_byte_data(0x50, 0x20, 0xAB)
settle()
print(hex(bus.read_byte_data(0x50, 0x20)))
bus.write_word_data(0x50, 0x22, 0x1234)
settle()
print(hex(bus.read_word_data(0x50, 0x22)))
bus.write_byte(0x50, 0x11)
print(bus.read_byte(0x50))
bus.write_quick(0x48)
try:
    bus.read_byte(0x21)
except OSError as error:
    print(error.errno)
