import type { CuseServer } from '../../../src/dev/cuse/server.ts';

/**
 * The kernel's half of CUSE, written from fs/fuse/{cuse,ioctl,dev}.c and include/uapi/linux/fuse.h: sends
 * requests, keeps the rules for replies, and carries a program's memory to and fro.
 */
const MAX_IOV = 256;
const MAX_BYTES = 32 * 4096;

export class KernelRefusal extends Error {}

/** What a system call gives: a value, or a positive errno. */
export type SyscallResult = { readonly value: number; readonly data?: Buffer } | { readonly errno: number };

export class FakeKernel {
  readonly #server: CuseServer<unknown>;
  /** The program's memory, from address 0x1000 on. */
  readonly memory = Buffer.alloc(1 << 20);
  static readonly BASE = 0x1000n;
  #unique = 2n;
  /** FUSE requests of the last system call. */
  requests = 0;
  /** The last ioctl's requests, for tests of what is asked for. */
  readonly asked: { input: [bigint, number][]; output: [bigint, number][] }[] = [];
  #handle = 0n;
  #used = 0;
  /** The thread that calls. */
  pid = 100;

  constructor(server: CuseServer<unknown>) {
    this.#server = server;
  }

  /** Puts bytes into the program's memory and says where. */
  place(bytes: Uint8Array | number): bigint {
    const data = typeof bytes === 'number' ? Buffer.alloc(bytes, 0xdd) : bytes;
    const address = FakeKernel.BASE + BigInt(this.#used);
    this.memory.set(data, this.#used);
    this.#used += Math.max(16, Math.ceil(data.length / 16) * 16);
    return address;
  }

  at(address: bigint, length: number): Buffer {
    const start = Number(address - FakeKernel.BASE);
    return this.memory.subarray(start, start + length);
  }

  send(opcode: number, body: Uint8Array): { error: number; body: Buffer } | undefined {
    this.requests++;
    const unique = this.#unique;
    this.#unique += 2n;
    const request = Buffer.alloc(40 + body.length);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt32LE(opcode, 4);
    request.writeBigUInt64LE(unique, 8);
    request.writeUInt32LE(this.pid, 32);
    request.set(body, 40);
    const reply = this.#server.handle(request);
    if (reply === undefined) return undefined;
    const bytes = Buffer.from(reply);
    if (bytes.length < 16 || bytes.readUInt32LE(0) !== bytes.length) throw new KernelRefusal('length');
    if (bytes.readBigUInt64LE(8) !== unique) throw new KernelRefusal('unique');
    const error = bytes.readInt32LE(4);
    if (error > 0 || error <= -512) throw new KernelRefusal(`error ${error}`);
    if (error !== 0 && bytes.length !== 16) throw new KernelRefusal('an error has no body');
    return { error: -error, body: bytes.subarray(16) };
  }

  #answer(opcode: number, body: Uint8Array): { error: number; body: Buffer } {
    const answer = this.send(opcode, body);
    if (answer === undefined) throw new KernelRefusal('no answer');
    return answer;
  }

  open(): SyscallResult {
    const { error, body } = this.#answer(14, Buffer.alloc(8));
    if (error) return { errno: error };
    if (body.length !== 16) throw new KernelRefusal('open_out');
    this.#handle = body.readBigUInt64LE(0);
    return { value: 0 };
  }

  close(): SyscallResult {
    const request = Buffer.alloc(24);
    request.writeBigUInt64LE(this.#handle, 0);
    const { error } = this.#answer(18, request);
    return error ? { errno: error } : { value: 0 };
  }

  read(size: number): SyscallResult {
    const request = Buffer.alloc(40);
    request.writeBigUInt64LE(this.#handle, 0);
    request.writeUInt32LE(size, 16);
    const { error, body } = this.#answer(15, request);
    if (error) return { errno: error };
    if (body.length > size) throw new KernelRefusal('more than was asked for');
    return { value: body.length, data: body };
  }

  write(data: Uint8Array): SyscallResult {
    const request = Buffer.alloc(40 + data.length);
    request.writeBigUInt64LE(this.#handle, 0);
    request.writeUInt32LE(data.length, 16);
    request.set(data, 40);
    const { error, body } = this.#answer(16, request);
    if (error) return { errno: error };
    return { value: body.readUInt32LE(0) };
  }

  ioctl(cmd: number, arg: bigint, compat = false): SyscallResult {
    const rounds = this.ioctlRounds(cmd, arg, compat);
    for (;;) {
      const { done, value } = rounds.next();
      if (done) return value;
    }
  }

  /** An ioctl of which each step is one request: so that those of two threads can be mixed. */
  *ioctlRounds(cmd: number, arg: bigint, compat = false): Generator<void, SyscallResult> {
    const { pid } = this;
    this.requests = 0;
    this.asked.length = 0;
    let input: [bigint, number][] = [];
    let output: [bigint, number][] = [];
    for (let round = 0; round < 10; round++) {
      const sent = Buffer.concat(input.map(([base, length]) => this.#copyFrom(base, length)));
      const outSize = output.reduce((sum, [, length]) => sum + length, 0);
      const request = Buffer.alloc(32 + sent.length);
      request.writeBigUInt64LE(this.#handle, 0);
      // FUSE_IOCTL_UNRESTRICTED; COMPAT and 32BIT
      request.writeUInt32LE(2 | (compat ? 1 | 8 : 0), 8);
      request.writeUInt32LE(cmd >>> 0, 12);
      request.writeBigUInt64LE(BigInt.asUintN(64, arg), 16);
      request.writeUInt32LE(sent.length, 24);
      request.writeUInt32LE(outSize, 28);
      request.set(sent, 32);
      this.pid = pid;
      const { error, body } = this.#answer(39, request);
      if (error) return { errno: error };
      if (body.length < 16) throw new KernelRefusal('ioctl_out');
      const result = body.readInt32LE(0);
      if ((body.readUInt32LE(4) & 4) === 0) {
        if (body.length - 16 > outSize) throw new KernelRefusal('more than there is room for');
        if (result < 0) return { errno: -result };
        // Memory that is to be written is looked at only now, and only as far as there is something to write.
        return this.#scatter(output, body.subarray(16)) ? { value: result } : { errno: 14 };
      }
      const [inCount, outCount] = [body.readUInt32LE(8), body.readUInt32LE(12)];
      if (inCount + outCount > MAX_IOV) return { errno: 12 };
      if (body.length !== 16 + (inCount + outCount) * 16) throw new KernelRefusal('iovecs');
      const regions = Array.from({ length: inCount + outCount }, (_, i): [bigint, number] => [
        body.readBigUInt64LE(16 + i * 16),
        Number(body.readBigUInt64LE(24 + i * 16)),
      ]);
      input = regions.slice(0, inCount);
      output = regions.slice(inCount);
      this.asked.push({ input, output });
      for (const list of [input, output])
        if (list.reduce((sum, [, length]) => sum + length, 0) > MAX_BYTES) return { errno: 12 };
      if (input.some(([base, length]) => !this.#mapped(base, length))) return { errno: 14 };
      yield;
    }
    throw new KernelRefusal('an ioctl that never ends');
  }

  #mapped(base: bigint, length: number): boolean {
    return base >= FakeKernel.BASE && base + BigInt(length) <= FakeKernel.BASE + BigInt(this.memory.length);
  }

  #copyFrom(base: bigint, length: number): Buffer {
    return Buffer.from(this.at(base, length));
  }

  #scatter(regions: readonly [bigint, number][], data: Buffer): boolean {
    let at = 0;
    for (const [base, length] of regions) {
      const part = data.subarray(at, at + length);
      if (part.length > 0 && !this.#mapped(base, part.length)) return false;
      this.at(base, part.length).set(part);
      at += length;
    }
    return true;
  }
}

/** A structure in little-endian: `[size, value]` fields one after the other; a field of size 0 is padding. */
export function struct(
  ...fields: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number | bigint])[]
): Buffer {
  return Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(8);
      field.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 0);
      return field.subarray(0, bytes);
    }),
  );
}
