# Calls to nodes made by CUSE, most of them nearly right: `ioctls.py COUNT SEED`, in a guest, with root's rights.
#
# Numbers, sizes, counts, addresses and pointers of I2C's and SPI's ioctls are random; reads and writes are of any length.
# Whatever is asked, the call ends with an error that drivers give; nothing is written behind a buffer; an LM75 at a second
# descriptor is right after it; the process that serves the nodes has as many files and as much memory as before.
import ctypes
import errno
import json
import os
import random
import struct
import sys
import time

count, seed = int(sys.argv[1]), int(sys.argv[2])
choose = random.Random(seed)
libc = ctypes.CDLL(None, use_errno=True)
libc.ioctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p]
ALLOWED = {getattr(errno, name) for name in (
    'EBADMSG EFAULT EINVAL ENXIO EIO ENOTTY EMSGSIZE EOPNOTSUPP ENOMEM EREMOTEIO ETIMEDOUT EAGAIN EPROTO EBUSY EPERM ENOSYS').split()}
I2C_SLAVE, I2C_RDWR, I2C_SMBUS = 0x0703, 0x0707, 0x0720
GUARD = 16
server = os.getppid()
problems = []
errors = {}


def held():
    status = open('/proc/%d/status' % server).read().split('VmRSS:')[1].split()[0]
    return {'files': len(os.listdir('/proc/%d/fd' % server)), 'memoryMb': int(status) // 1024}


class Buffer:
    """Bytes with a guard behind them."""

    def __init__(self, length):
        self.length = length
        self.bytes = ctypes.create_string_buffer(choose.randbytes(min(length, 64)).ljust(length, b'\0') + b'\xa5' * GUARD, length + GUARD)

    @property
    def address(self):
        return ctypes.addressof(self.bytes)

    def check(self, what):
        if self.bytes.raw[self.length:] != b'\xa5' * GUARD:
            problems.append('%s writes behind its buffer of %d bytes' % (what, self.length))


def pointer(buffers, length):
    kind = choose.randrange(24)
    if kind < 3:
        return [0, 1, 0x7fff_ffff_f000][kind]
    buffers.append(Buffer(length))
    return buffers[-1].address


def number(most):
    return choose.choice([0, 1, choose.randrange(most + 1), most, most + 1])


def call(fd, request, argument, buffers, what):
    ctypes.set_errno(0)
    result = libc.ioctl(fd, request, argument)
    code = ctypes.get_errno() if result < 0 else 0
    errors[errno.errorcode.get(code, 'none')] = errors.get(errno.errorcode.get(code, 'none'), 0) + 1
    if code and code not in ALLOWED:
        problems.append('%s: %s' % (what, errno.errorcode.get(code, code)))
    for buffer in buffers:
        buffer.check(what)


def address():
    return choose.choice([0x48, 0x50, 0x21, 0x7f, 0x80, 0x3ff, 0xffff])


def i2c_rdwr(fd):
    buffers = []
    messages = number(4) if choose.randrange(8) else number(42)
    content = b''
    for _ in range(messages):
        length = choose.choice([0, 1, 2, 9, 300, 8192, 8193])
        flags = choose.choice([0, 1, 1, 0x10, 0x400, 0x401, choose.randrange(65536)])
        content += struct.pack('<HHHHQ', address(), flags, length, 0, pointer(buffers, length))
    table = Buffer(len(content) + 8)
    ctypes.memmove(table.address, content, len(content))
    buffers.append(table)
    place = choose.choice([table.address] * 12 + [0])
    data = struct.pack('<QII', place, messages, 0)
    given = ctypes.create_string_buffer(data, 16)
    call(fd, I2C_RDWR, ctypes.addressof(given), buffers, 'I2C_RDWR of %d' % messages)


def i2c_smbus(fd):
    buffers = []
    data = pointer(buffers, 34)
    fields = struct.pack('<BBHIQ', number(1) & 0xff, choose.randrange(256), 0, number(8), data)
    given = ctypes.create_string_buffer(fields, 16)
    call(fd, I2C_SMBUS, ctypes.addressof(given), buffers, 'I2C_SMBUS')


def i2c_other(fd):
    buffers = []
    request = choose.choice([0x701, 0x702, 0x703, 0x704, 0x705, 0x706, 0x708, 0x700, 0x721, choose.randrange(2 ** 32)])
    argument = choose.choice([address(), 0, 1, 2 ** 63, pointer(buffers, 64)])
    # It need not wait long for what does not answer.
    if request == 0x702:
        argument = choose.choice([0, 1, 5, 2 ** 40])
    call(fd, request, argument, buffers, 'request 0x%x' % request)


def spi_message(fd):
    buffers = []
    transfers = number(4) if choose.randrange(8) else number(511)
    content = b''
    for _ in range(transfers):
        length = choose.choice([0, 1, 4, 300, 4096])
        content += struct.pack('<QQIIHBBBBBB', pointer(buffers, length), pointer(buffers, length), length, number(50_000_000),
                               choose.randrange(4), choose.choice([0, 8, 8, 8, 16, 33]), choose.randrange(2), choose.choice([0, 1, 2, 4, 9]),
                               choose.choice([0, 1]), 0, 0)
    size = len(content) if choose.randrange(12) else choose.randrange(1 << 14)
    given = Buffer(max(size, len(content)))
    ctypes.memmove(given.address, content, len(content))
    buffers.append(given)
    request = 1 << 30 | (size & 0x3fff) << 16 | 0x6b00
    call(fd, request, given.address if choose.randrange(20) else 0, buffers, 'SPI_IOC_MESSAGE of %d bytes' % size)


def spi_other(fd):
    buffers = []
    request = choose.choice([1, 2]) << 30 | choose.choice([1, 4, 4, 8]) << 16 | 0x6b00 | choose.randrange(8)
    if choose.randrange(10) == 0:
        request = choose.randrange(2 ** 32)
    call(fd, request, pointer(buffers, 64), buffers, 'request 0x%x' % request)


def read_or_write(fd):
    length = choose.choice([0, 1, 2, 64, 4096, 4097, 8192, 9000])
    try:
        if choose.randrange(2):
            os.read(fd, length)
        else:
            os.write(fd, bytes(length))
    except OSError as error:
        if error.errno not in ALLOWED:
            problems.append('read or write of %d: %s' % (length, error))


def temperature(fd):
    data = ctypes.create_string_buffer(34)
    given = ctypes.create_string_buffer(struct.pack('<BBHIQ', 1, 0, 0, 2, ctypes.addressof(data)), 16)
    if libc.ioctl(fd, I2C_SMBUS, ctypes.addressof(given)) != 0:
        return 'errno %d' % ctypes.get_errno()
    return data.raw[0]


i2c, spi = ['/dev/i2c-1'] * 2, ['/dev/spidev0.0', '/dev/spidev0.1']
honest = os.open(i2c[0], os.O_RDWR)
libc.ioctl(honest, I2C_SLAVE, 0x48)
before = after = None
made = 0
begin = time.monotonic()
while made < count and not problems:
    on_i2c = choose.randrange(2)
    try:
        fd = os.open(choose.choice(i2c if on_i2c else spi), os.O_RDWR)
    except OSError as error:
        problems.append('open: %s' % error)
        break
    for _ in range(choose.randrange(200)):
        if on_i2c:
            choose.choice([i2c_rdwr, i2c_rdwr, i2c_smbus, i2c_smbus, i2c_other, read_or_write])(fd)
        else:
            choose.choice([spi_message, spi_message, spi_other, read_or_write])(fd)
        made += 1
    os.close(fd)
    seen = temperature(honest)
    if seen != 25:
        problems.append('the LM75 reads %s' % seen)
    # By then what is loaded with the first of each kind is there.
    if before is None and made > count // 10:
        before = held()
after = held()
print(json.dumps({'calls': made, 'seconds': round(time.monotonic() - begin, 1), 'errors': errors, 'before': before, 'after': after, 'problems': problems[:5]}))
