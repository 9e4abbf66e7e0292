import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import { decodeRequest, FuseFormatError } from '../../../src/dev/cuse/fuse-wire.ts';
import { serve } from '../../../src/dev/cuse/serve.ts';
import {
  type CharacterDevice,
  CuseServer,
  i2cCharacterDevice,
  spiCharacterDevice,
} from '../../../src/dev/cuse/server.ts';
import { I2cNode, SpiNode } from '../../../src/dev/index.ts';
import { FakeI2c, FakeSpi } from '../fake-adapters.ts';
import { FakeKernel, struct } from './fake-kernel.ts';

const INIT = 4096;

/** A device that answers everything and does nothing. */
function idle(more: Partial<CharacterDevice<string>> = {}): CharacterDevice<string> {
  return {
    open: () => 'file',
    ioctl: () => ({ kind: 'done', result: 0, output: new Uint8Array(0) }),
    read: () => new Uint8Array(0),
    write: (_, data) => data.length,
    close: () => {},
    ...more,
  };
}

function request(opcode: number, body: Uint8Array, unique = 7n): Buffer {
  return Buffer.concat([
    struct([4, 40 + body.length], [4, opcode], [8, unique], [8, 0], [8, 0], [8, 0]),
    body,
  ]);
}

describe('CUSE_INIT', () => {
  it('is answered with the name, version 7.16 and unrestricted ioctls, number chosen by the kernel', () => {
    const server = new CuseServer('i2c-7', idle());
    const kernel = new FakeKernel(server as CuseServer<unknown>);
    const answer = kernel.send(INIT, struct([4, 7], [4, 45], [4, 0], [4, 1]));
    // struct cuse_init_out: 72 bytes, then the info string.
    expect(answer?.body.toString('hex')).toBe(
      Buffer.concat([
        struct([4, 7], [4, 16], [4, 0], [4, 1], [4, 131_072], [4, 131_072], [4, 0], [4, 0]),
        Buffer.alloc(40),
        Buffer.from('DEVNAME=i2c-7\0'),
      ]).toString('hex'),
    );
  });
});

describe('requests', () => {
  it('that are not known get ENOSYS', () => {
    const kernel = new FakeKernel(new CuseServer('x', idle()) as CuseServer<unknown>);
    // FUSE_POLL, FUSE_FSYNC, FUSE_FLUSH
    for (const opcode of [40, 20, 25, 9999]) expect(kernel.send(opcode, Buffer.alloc(64))?.error).toBe(38);
  });

  it('to interrupt get no answer', () => {
    const kernel = new FakeKernel(new CuseServer('x', idle()) as CuseServer<unknown>);
    expect(kernel.send(36, Buffer.alloc(8))).toBeUndefined();
  });

  it('whose device throws anything get EIO', () => {
    const broken = () => {
      throw new TypeError('a mistake of ours');
    };
    const device = idle({ open: broken, ioctl: broken, read: broken, write: broken });
    expect(new FakeKernel(new CuseServer('x', device) as CuseServer<unknown>).open()).toEqual({ errno: 5 });
  });

  it('whose device refuses to open get its errno', () => {
    const device = idle({
      open: () => {
        throw new BusFault('ENODEV');
      },
    });
    expect(new FakeKernel(new CuseServer('x', device) as CuseServer<unknown>).open()).toEqual({ errno: 19 });
  });

  it.each([
    ['too short', Buffer.alloc(39)],
    ['with a wrong length', Buffer.concat([struct([4, 99]), Buffer.alloc(50)])],
    ['IOCTL without its body', request(39, Buffer.alloc(31))],
    [
      'WRITE without its data',
      request(16, Buffer.concat([Buffer.alloc(16), struct([4, 5]), Buffer.alloc(20)])),
    ],
    ['IOCTL without its data', request(39, Buffer.concat([Buffer.alloc(24), struct([4, 9], [4, 0])]))],
  ])('%s are no requests', (_, bytes) => {
    expect(() => decodeRequest(bytes)).toThrow(FuseFormatError);
  });

  it('of any kind and content never make the server fail', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(14, 15, 16, 18, 36, 39, 4096, 1),
        fc.uint8Array({ maxLength: 200 }),
        (opcode, body) => {
          const server = new CuseServer(
            'x',
            i2cCharacterDevice(() => new I2cNode(new FakeI2c()).open()),
          );
          server.handle(request(14, Buffer.alloc(8)));
          try {
            const reply = server.handle(request(opcode, body));
            if (reply !== undefined) expect(reply.length).toBe(Buffer.from(reply).readUInt32LE(0));
          } catch (error) {
            expect(error).toBeInstanceOf(FuseFormatError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('hostile programs', () => {
  const interesting = fc.oneof(
    fc.constantFrom(0n, 0x1000n, 0x1010n, 0x1400n, 2n ** 63n, 2n ** 64n - 1n, 0xf_fff0n),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );

  it.each([
    [
      'i2c',
      0x0700,
      () => i2cCharacterDevice(() => new I2cNode(new FakeI2c()).open()) as CharacterDevice<unknown>,
    ],
    [
      'spidev',
      0x4000_6b00,
      () =>
        spiCharacterDevice(() =>
          new SpiNode(new FakeSpi(), 0).open({ bufsiz: 4096 }),
        ) as CharacterDevice<unknown>,
    ],
  ])('get an answer to every ioctl of %s, whatever their memory holds', (_, base, make) => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({ min: 0, max: 0x30 }),
          fc.integer({ min: 0, max: 0x3fff }).map((size) => size << 16),
        ),
        interesting,
        fc.boolean(),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 63 }), interesting), { maxLength: 12 }),
        (low, arg, compat, words) => {
          const kernel = new FakeKernel(new CuseServer('x', make()));
          kernel.open();
          for (const [place, word] of words) kernel.memory.writeBigUInt64LE(word, place * 8);
          const result = kernel.ioctl((base | low) >>> 0, arg, compat);
          expect('errno' in result ? result.errno : result.value).toBeGreaterThanOrEqual(0);
          expect(kernel.requests).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('serving', () => {
  const fail = (code: string) => Object.assign(new Error(code), { code });

  /** A `/dev/cuse` that gives what is in the list; an error is thrown. */
  function file(incoming: (Buffer | Error)[], onWrite: (reply: Buffer) => void = () => {}) {
    const written: Buffer[] = [];
    return {
      written,
      read: (into: Uint8Array) => {
        const next = incoming.shift() ?? fail('ENODEV');
        if (next instanceof Error) throw next;
        into.set(next);
        return next.length;
      },
      write: (reply: Uint8Array) => {
        const bytes = Buffer.from(reply);
        written.push(bytes);
        onWrite(bytes);
      },
      isThere: () => true,
    };
  }

  const init = request(INIT, struct([4, 7], [4, 45], [4, 0], [4, 1]), 3n);
  const open = request(14, Buffer.alloc(8), 9n);

  it('tells of no node whose name the kernel finds taken when it has the answer', () => {
    const server = new CuseServer('x', idle());
    const ready: number[] = [];
    serve(
      { ...file([init]), isThere: () => false },
      server,
      new Uint8Array(256),
      () => ready.push(1),
      () => false,
    );
    expect(ready).toEqual([]);
  });

  it('tells when the node is there, goes on, and closes all at the end', () => {
    const closed: string[] = [];
    const server = new CuseServer('x', idle({ close: (name) => closed.push(name) }));
    const cuse = file([init, open]);
    const ready: number[] = [];
    serve(
      cuse,
      server,
      new Uint8Array(8192),
      () => ready.push(cuse.written.length),
      () => false,
    );
    expect(ready).toEqual([1]);
    expect(cuse.written).toHaveLength(2);
    expect(closed).toEqual(['file']);
  });

  it('goes on after a request that was taken back', () => {
    const cuse = file([fail('ENOENT'), fail('EINTR'), fail('EAGAIN'), init]);
    serve(
      cuse,
      new CuseServer('x', idle()),
      new Uint8Array(8192),
      () => {},
      () => false,
    );
    expect(cuse.written).toHaveLength(1);
  });

  it('ends when it is told to, and by what it does not understand', () => {
    const server = new CuseServer('x', idle());
    const cuse = file([init]);
    serve(
      cuse,
      server,
      new Uint8Array(8192),
      () => {},
      () => true,
    );
    expect(cuse.written).toEqual([]);
    expect(() =>
      serve(
        file([fail('EPERM')]),
        server,
        new Uint8Array(8192),
        () => {},
        () => false,
      ),
    ).toThrow('EPERM');
  });

  it('answers EIO where the kernel refuses a reply, so that nobody is left waiting', () => {
    let refuse = true;
    const cuse = file([open], () => {
      if (!refuse) return;
      refuse = false;
      throw fail('EINVAL');
    });
    serve(
      cuse,
      new CuseServer('x', idle()),
      new Uint8Array(8192),
      () => {},
      () => false,
    );
    expect(cuse.written[1]?.toString('hex')).toBe(struct([4, 16], [4, -5], [8, 9]).toString('hex'));
  });

  it.each(['ENOENT', 'ENODEV', 'EINVAL'])('goes on when who asked is gone: %s', (code) => {
    const cuse = file([open, open], () => {
      throw fail(code);
    });
    serve(
      cuse,
      new CuseServer('x', idle()),
      new Uint8Array(8192),
      () => {},
      () => false,
    );
    expect(cuse.written.length).toBeGreaterThanOrEqual(2);
  });
});
