import { expect, it } from 'vitest';
import { CuseServer, i2cCharacterDevice } from '../../../src/dev/cuse/server.ts';
import { I2cNode } from '../../../src/dev/index.ts';
import { FakeI2c } from '../fake-adapters.ts';

/**
 * What Linux sends for a 32-bit program, byte for byte, and what it must get: written by hand from
 * include/uapi/linux/fuse.h and fuse_do_ioctl (fs/fuse/ioctl.c), since the guest's kernel runs no such programs.
 * On a 64-bit kernel the flags are COMPAT | UNRESTRICTED | 32BIT = 0b; on a 32-bit one UNRESTRICTED | 32BIT = 0a.
 */
const HEADER = '0100000000000000 00000000 00000000 4d000000 00000000';

function request(opcode: string, unique: string, body: string): Uint8Array {
  const rest = Buffer.from(`${opcode}${unique}${HEADER}${body}`.replaceAll(/\s/g, ''), 'hex');
  const bytes = Buffer.alloc(4 + rest.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.set(rest, 4);
  return bytes;
}

function open() {
  const adapter = new FakeI2c(1);
  const node = new I2cNode(adapter);
  const server = new CuseServer(
    'i2c-1',
    i2cCharacterDevice(() => node.open()),
  );
  server.handle(request('0e000000', '0200000000000000', '02800000 00000000'));
  const ask = (opcode: string, unique: string, body: string) =>
    Buffer.from(server.handle(request(opcode, unique, body)) ?? []).toString('hex');
  return { adapter, ask };
}

const IOCTL = '27000000';
const UNIQUE = '0400000000000000';
const plain = (text: string) => text.replaceAll(/\s/g, '');
// fh, flags, cmd, arg, in_size, out_size
const call = (flags: string, cmd: string, arg: string, inSize: string, outSize: string, input = '') =>
  `0100000000000000 ${flags}000000 ${cmd} ${arg}00000000 ${inSize} ${outSize} ${input}`;

it.each(['0b', '0a'])('I2C_SMBUS of a 32-bit program, flags 0x%s', (flags) => {
  const { adapter, ask } = open();
  adapter.replies.push([0x5a]);
  expect(ask(IOCTL, UNIQUE, call(flags, '03070000', '50000000', '00000000', '00000000'))).toBe(
    plain(`20000000 00000000 ${UNIQUE} 00000000 00000000 00000000 00000000`),
  );
  // ioctl(fd, I2C_SMBUS, 0xffd41230): the kernel is asked for the 12 bytes there.
  expect(ask(IOCTL, UNIQUE, call(flags, '20070000', '3012d4ff', '00000000', '00000000'))).toBe(
    plain(`30000000 00000000 ${UNIQUE} 00000000 04000000 01000000 00000000
      3012d4ff00000000 0c00000000000000`),
  );
  // { read, command 0x10, BYTE_DATA, data at 0xffd4123c }: and for room for one byte.
  const struct = '01 10 0000 02000000 3c12d4ff';
  expect(ask(IOCTL, UNIQUE, call(flags, '20070000', '3012d4ff', '0c000000', '00000000', struct))).toBe(
    plain(`40000000 00000000 ${UNIQUE} 00000000 04000000 01000000 01000000
      3012d4ff00000000 0c00000000000000 3c12d4ff00000000 0100000000000000`),
  );
  expect(adapter.seen).toEqual([]);
  expect(ask(IOCTL, UNIQUE, call(flags, '20070000', '3012d4ff', '0c000000', '01000000', struct))).toBe(
    plain(`21000000 00000000 ${UNIQUE} 00000000 00000000 00000000 00000000 5a`),
  );
  expect(adapter.seen).toEqual([['W50:10', 'R50:1']]);
});

it('I2C_RDWR of a 32-bit program: messages of 12 bytes', () => {
  const { adapter, ask } = open();
  adapter.replies.push([0x11, 0x22]);
  const arg = '0020a0ff';
  const head = '1020a0ff 02000000';
  // { 0x50, write, 1 byte at 0xffa02030 }, { 0x50, read, 2 bytes at 0xffa02040 }
  const messages = '5000 0000 0100 0000 3020a0ff  5000 0100 0200 0000 4020a0ff';
  expect(ask(IOCTL, UNIQUE, call('0b', '07070000', arg, '08000000', '00000000', head))).toBe(
    plain(`40000000 00000000 ${UNIQUE} 00000000 04000000 02000000 00000000
      0020a0ff00000000 0800000000000000 1020a0ff00000000 1800000000000000`),
  );
  expect(ask(IOCTL, UNIQUE, call('0b', '07070000', arg, '20000000', '00000000', head + messages))).toBe(
    plain(`60000000 00000000 ${UNIQUE} 00000000 04000000 03000000 01000000
      0020a0ff00000000 0800000000000000 1020a0ff00000000 1800000000000000
      3020a0ff00000000 0100000000000000 4020a0ff00000000 0200000000000000`),
  );
  const all = `${head} ${messages} 07`;
  expect(ask(IOCTL, UNIQUE, call('0b', '07070000', arg, '21000000', '02000000', all))).toBe(
    plain(`22000000 00000000 ${UNIQUE} 02000000 00000000 00000000 00000000 1122`),
  );
  expect(adapter.seen).toEqual([['W50:07', 'R50:2']]);
});

it('I2C_FUNCS of a 32-bit program: an unsigned long of four bytes', () => {
  const { ask } = open();
  expect(ask(IOCTL, UNIQUE, call('0b', '05070000', '3012d4ff', '00000000', '00000000'))).toBe(
    plain(`30000000 00000000 ${UNIQUE} 00000000 04000000 00000000 01000000
      3012d4ff00000000 0400000000000000`),
  );
});
