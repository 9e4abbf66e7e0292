# spidev's ioctls by hand: how many transfers one call takes, and hostile ones; prints one line a fact.
import ctypes
import fcntl
import os
import struct

fd = os.open('/dev/spidev0.0', os.O_RDWR)


def message(count, tx, rx, length):
    table = bytearray(b''.join(struct.pack('<QQIIHBBBBBB', tx, rx, length, 0, 0, 0, 0, 0, 0, 0, 0) for _ in range(count)))
    try:
        return fcntl.ioctl(fd, 0x40006B00 | (len(table) << 16), table)
    except OSError as error:
        return 'errno %d' % error.errno


one = ctypes.create_string_buffer(1)
page = ctypes.create_string_buffer(5000)
at = ctypes.addressof
print(message(60, at(one), at(one), 1), message(128, at(one), at(one), 1))
print(message(1, at(page), at(page), 4096), message(1, at(page), at(page), 4097))
print(message(1, 1, 0, 4), message(1, 0, 2**63, 4))
try:
    fcntl.ioctl(fd, 0x5401)
except OSError as error:
    print('errno %d' % error.errno)
