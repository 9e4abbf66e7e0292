import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToldFrame } from '../../src/remote/frames.ts';
import type { Request } from '../../src/remote/index.ts';
import { MEMORY } from '../hosts/recording-wire.ts';
import { encodeFrame } from './support.ts';
import {
  endUsers,
  faultOf,
  HELLO,
  READ_TWO,
  settled,
  simulated,
  strangerOf,
  userOf,
  WISH,
  write,
} from './users.ts';

afterEach(async () => {
  vi.useRealTimers();
  await endUsers();
});

describe('a stranger', () => {
  const refusal = (heard: readonly ToldFrame[]) =>
    (heard.at(-1) as { fault?: { sentence: string } })?.fault?.sentence;

  it.each([
    [
      'of another version',
      encodeFrame({ ...HELLO, version: 9 }),
      'version 9 of the frame is not known: this host speaks version 4; use the same dtbus at both ends',
    ],
    ['of another protocol', encodeFrame({ ...HELLO, magic: 7 }), 'invalid hello: this is a dtbus share'],
    [
      'who does not say hello',
      encodeFrame({ kind: 'list', id: 1 }),
      'invalid first frame: list, expected hello',
    ],
    [
      'of the web',
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      'invalid frame: 542393671 bytes: expected 1 to 8192',
    ],
    ['whose first frame is long', Buffer.of(1, 32, 0, 0), 'invalid frame: 8193 bytes: expected 1 to 8192'],
    [
      'with a guessed session',
      encodeFrame({ ...HELLO, session: 'ada' }),
      'invalid session: expected a random name of 16 characters or more',
    ],
  ])('%s is refused with one sentence, and the rest goes on', async (_, bytes, sentence) => {
    const { host, said, wire } = simulated();
    const { session } = userOf(host, 'ada');
    await session.connect();
    await session.acquire(WISH);
    for (let n = 0; n < 3; n++) {
      const { near, heard } = strangerOf(host);
      near.write(bytes);
      await settled();
      expect(refusal(heard)).toBe(sentence);
    }
    expect(said.filter((each) => each.includes('was refused'))).toHaveLength(1);
    await session.transfer(write(1, 2), 1e9);
    expect(wire.log).toHaveLength(4);
  });

  it('without the token is refused', async () => {
    const { host } = simulated();
    const { heard, say } = strangerOf(host, 'secret');
    say(HELLO);
    await settled();
    expect(refusal(heard)).toBe('invalid token: set DTBUS_TOKEN to that of the host');
    const known = strangerOf(host, 'secret');
    known.say({ ...HELLO, token: 'secret' });
    await settled();
    expect(known.heard[0]?.kind).toBe('welcome');
  });

  it.each([
    ['who says nothing', Buffer.of(), 5000, 'no hello within 5 s'],
    [
      'whose frame never ends',
      Buffer.concat([encodeFrame(HELLO), Buffer.of(9, 0, 0, 0, 2)]),
      10_000,
      'the end of a frame within 10 s',
    ],
  ])('%s is not waited for', async (_, bytes, ms, sentence) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { host } = simulated();
    const { near, heard } = strangerOf(host);
    if (bytes.length > 0) near.write(bytes);
    await settled();
    vi.advanceTimersByTime(ms);
    await settled();
    expect(refusal(heard)).toBe(sentence);
  });

  it('who asks for more than an answer carries, or for nonsense, gets its errno', async () => {
    const { host, wire } = simulated();
    const { session } = userOf(host, 'ada');
    await session.connect();
    await session.acquire({ ...WISH, buses: ['i2c-1', 'spi-1'] });
    const message = { addr: MEMORY, flags: 1, length: 2, data: new Uint8Array(0) };
    const i2c = (more: object): Request => ({ kind: 'i2c', bus: 0, messages: [{ ...message, ...more }] });
    expect(await faultOf(session.transfer(i2c({ length: 1 << 30 }), 1e9))).toBe(
      'EMSGSIZE: a request of more than 1024 KiB; read less at once',
    );
    expect(await faultOf(session.transfer(i2c({ addr: 0x80 }), 1e9))).toMatch(
      /^EINVAL: invalid I2C address 0x80/,
    );
    expect(await faultOf(session.transfer(i2c({ flags: 3 }), 1e9))).toMatch(/^EINVAL: invalid flags/);
    expect(await faultOf(session.transfer(i2c({ flags: 0x401 }), 1e9))).toMatch(
      /^EINVAL: invalid length of a counted/,
    );
    expect(await faultOf(session.transfer({ ...READ_TWO, bus: 9 }, 1e9))).toBe('ENOENT: not found: bus 9');
    expect(await faultOf(session.transfer({ ...READ_TWO, bus: 1 }, 1e9))).toBe('EINVAL: spi-1 is no I2C bus');
    expect(wire.log).toEqual([]);
  });
});
