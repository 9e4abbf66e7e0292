# Reads bytes as fast as it can, each with the result in another place every now and then; says how many were right.
import ctypes
import fcntl
import os
import struct

I2C_SLAVE, I2C_SMBUS, BYTE_DATA = 0x0703, 0x0720, 2
fd = os.open('/dev/i2c-1', os.O_RDWR)
fcntl.ioctl(fd, I2C_SLAVE, 0x50)
libc = ctypes.CDLL(None)
places = [ctypes.create_string_buffer(34) for _ in range(3)]


def read(command, place):
    place[0] = b'\xee'
    call = struct.pack('<BBHIQ', 1, command, 0, BYTE_DATA, ctypes.addressof(place))
    buffer = ctypes.create_string_buffer(call, len(call))
    if libc.ioctl(fd, ctypes.c_ulong(I2C_SMBUS), buffer) != 0:
        raise OSError('ioctl')
    return place[0][0]


expected = [read(command, places[0]) for command in range(256)]
right = 0
for i in range(5000):
    command = i % 256
    value = read(command, places[i // 700 % 3])
    right += value == expected[command]
print('%d right' % right)
