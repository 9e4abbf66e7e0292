/**
 * Messages of FUSE as far as CUSE needs them. Source: include/uapi/linux/fuse.h (7.16 and later),
 * fs/fuse/cuse.c. Numbers are in the machine's order: little-endian on every machine that Node runs on here.
 */

export const FUSE_OPCODE = {
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  RELEASE: 18,
  INTERRUPT: 36,
  IOCTL: 39,
  CUSE_INIT: 4096,
} as const;

/** Flags of an ioctl request and reply. */
const FUSE_IOCTL = {
  /** In the reply: call again, with the memory named. */
  RETRY: 4,
  /** The caller is a 32-bit program, on a 32-bit kernel or (then with `FUSE_IOCTL_COMPAT`) on a 64-bit one. */
  IS_32BIT: 8,
} as const;

/** Most regions of memory that one reply may name (`FUSE_IOCTL_MAX_IOV`). */
export const FUSE_IOCTL_MAX_IOV = 256;

/** Most bytes that one request or reply carries in each direction: 32 pages of 4 KiB. */
export const FUSE_MAX_BYTES = 32 * 4096;

/** The kernel refuses to hand a request to a shorter buffer. */
export const FUSE_READ_BUFFER = FUSE_MAX_BYTES + 4096;

/** From 16 on regions of memory are named in 64 bits, whatever the machine and the caller have. */
const CUSE_MINOR = 16;
const CUSE_UNRESTRICTED_IOCTL = 1;

const IN_HEADER = { len: 0, opcode: 4, unique: 8, pid: 32, bytes: 40 } as const;
const OUT_HEADER = { len: 0, error: 4, unique: 8, bytes: 16 } as const;
const INIT_IN = { major: 0, bytes: 16 } as const;
const INIT_OUT = { major: 0, minor: 4, flags: 12, maxRead: 16, maxWrite: 20, bytes: 72 } as const;
/** `fh` is the file that OPEN gave; READ, WRITE, RELEASE and IOCTL begin with it. */
const OPEN_OUT = { fh: 0, bytes: 16 } as const;
const READ_IN = { fh: 0, size: 16, bytes: 40 } as const;
const WRITE_IN = { fh: 0, size: 16, bytes: 40 } as const;
const WRITE_OUT = { size: 0, bytes: 8 } as const;
const RELEASE_IN = { fh: 0, bytes: 24 } as const;
const IOCTL_IN = { fh: 0, flags: 8, cmd: 12, arg: 16, inSize: 24, outSize: 28, bytes: 32 } as const;
const IOCTL_OUT = { result: 0, flags: 4, inIovs: 8, outIovs: 12, bytes: 16 } as const;
const IOVEC = { base: 0, len: 8, bytes: 16 } as const;

/** A piece of the caller's memory. */
export interface Region {
  readonly base: bigint;
  readonly length: number;
}

export interface IoctlRequest {
  readonly kind: 'ioctl';
  readonly unique: bigint;
  readonly fh: number;
  readonly cmd: number;
  /** The thread that calls; 0 where the server may not know. */
  readonly pid: number;
  /** The third argument of ioctl(2). */
  readonly arg: bigint;
  readonly is32Bit: boolean;
  /** What was in the regions that the last reply named to read, one after the other. */
  readonly input: Uint8Array;
  /** Bytes of the regions that it named to write. */
  readonly outSize: number;
}

export type FuseRequest =
  | IoctlRequest
  | { readonly kind: 'init'; readonly unique: bigint; readonly major: number }
  | { readonly kind: 'open'; readonly unique: bigint }
  | { readonly kind: 'read'; readonly unique: bigint; readonly fh: number; readonly size: number }
  | { readonly kind: 'write'; readonly unique: bigint; readonly fh: number; readonly data: Uint8Array }
  | { readonly kind: 'release'; readonly unique: bigint; readonly fh: number }
  /** A request that needs no answer. */
  | { readonly kind: 'interrupt'; readonly unique: bigint }
  | { readonly kind: 'unknown'; readonly unique: bigint; readonly opcode: number };

/** A request that contradicts itself: the kernel does not send such. */
export class FuseFormatError extends Error {}

/** Reads one request; views into `bytes` are valid as long as these are. @throws {FuseFormatError} */
export function decodeRequest(bytes: Uint8Array): FuseRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < IN_HEADER.bytes) throw new FuseFormatError(`a request has ${bytes.length} bytes`);
  const length = view.getUint32(IN_HEADER.len, true);
  if (length !== bytes.length)
    throw new FuseFormatError(`a request of ${bytes.length} bytes says that it has ${length}`);
  const unique = view.getBigUint64(IN_HEADER.unique, true);
  const opcode = view.getUint32(IN_HEADER.opcode, true);
  const body = (layout: { readonly bytes: number }): DataView => {
    if (bytes.length < IN_HEADER.bytes + layout.bytes)
      throw new FuseFormatError(`a request with opcode ${opcode} has ${bytes.length} bytes`);
    return new DataView(bytes.buffer, bytes.byteOffset + IN_HEADER.bytes);
  };
  const payload = (layout: { readonly bytes: number }, size: number): Uint8Array => {
    const start = IN_HEADER.bytes + layout.bytes;
    if (size > bytes.length - start) throw new FuseFormatError(`${size} bytes of data are not there`);
    return bytes.subarray(start, start + size);
  };
  switch (opcode) {
    case FUSE_OPCODE.CUSE_INIT:
      return { kind: 'init', unique, major: body(INIT_IN).getUint32(INIT_IN.major, true) };
    case FUSE_OPCODE.OPEN:
      return { kind: 'open', unique };
    case FUSE_OPCODE.READ: {
      const part = body(READ_IN);
      return { kind: 'read', unique, fh: handle(part), size: part.getUint32(READ_IN.size, true) };
    }
    case FUSE_OPCODE.WRITE: {
      const part = body(WRITE_IN);
      const data = payload(WRITE_IN, part.getUint32(WRITE_IN.size, true));
      return { kind: 'write', unique, fh: handle(part), data };
    }
    case FUSE_OPCODE.RELEASE:
      return { kind: 'release', unique, fh: handle(body(RELEASE_IN)) };
    case FUSE_OPCODE.IOCTL: {
      const part = body(IOCTL_IN);
      return {
        kind: 'ioctl',
        unique,
        fh: handle(part),
        pid: view.getUint32(IN_HEADER.pid, true),
        cmd: part.getUint32(IOCTL_IN.cmd, true),
        arg: part.getBigUint64(IOCTL_IN.arg, true),
        is32Bit: (part.getUint32(IOCTL_IN.flags, true) & FUSE_IOCTL.IS_32BIT) !== 0,
        input: payload(IOCTL_IN, part.getUint32(IOCTL_IN.inSize, true)),
        outSize: part.getUint32(IOCTL_IN.outSize, true),
      };
    }
    case FUSE_OPCODE.INTERRUPT:
      return { kind: 'interrupt', unique };
    default:
      return { kind: 'unknown', unique, opcode };
  }
}

/** A file's number: ours, so it is small. */
function handle(part: DataView): number {
  return Number(part.getBigUint64(0, true));
}

function reply(unique: bigint, bytes: number): { readonly out: Uint8Array; readonly body: DataView } {
  const out = new Uint8Array(OUT_HEADER.bytes + bytes);
  const view = new DataView(out.buffer);
  view.setUint32(OUT_HEADER.len, out.length, true);
  view.setBigUint64(OUT_HEADER.unique, unique, true);
  return { out, body: new DataView(out.buffer, OUT_HEADER.bytes) };
}

/** @param errno positive */
export function errorReply(unique: bigint, errno: number): Uint8Array {
  const { out } = reply(unique, 0);
  new DataView(out.buffer).setInt32(OUT_HEADER.error, -errno, true);
  return out;
}

export function emptyReply(unique: bigint): Uint8Array {
  return reply(unique, 0).out;
}

/** Registers `/dev/NAME` with a number that the kernel chooses. */
export function initReply(unique: bigint, major: number, name: string): Uint8Array {
  const info = new TextEncoder().encode(`DEVNAME=${name}\0`);
  const { out, body } = reply(unique, INIT_OUT.bytes + info.length);
  body.setUint32(INIT_OUT.major, major, true);
  body.setUint32(INIT_OUT.minor, CUSE_MINOR, true);
  body.setUint32(INIT_OUT.flags, CUSE_UNRESTRICTED_IOCTL, true);
  body.setUint32(INIT_OUT.maxRead, FUSE_MAX_BYTES, true);
  body.setUint32(INIT_OUT.maxWrite, FUSE_MAX_BYTES, true);
  out.set(info, OUT_HEADER.bytes + INIT_OUT.bytes);
  return out;
}

export function openReply(unique: bigint, fh: number): Uint8Array {
  const { out, body } = reply(unique, OPEN_OUT.bytes);
  body.setBigUint64(OPEN_OUT.fh, BigInt(fh), true);
  return out;
}

export function readReply(unique: bigint, data: Uint8Array): Uint8Array {
  const { out } = reply(unique, data.length);
  out.set(data, OUT_HEADER.bytes);
  return out;
}

export function writeReply(unique: bigint, size: number): Uint8Array {
  const { out, body } = reply(unique, WRITE_OUT.bytes);
  body.setUint32(WRITE_OUT.size, size, true);
  return out;
}

/** Ends an ioctl: its return value, and what goes into the regions to write, one after the other. */
export function ioctlReply(unique: bigint, result: number, output: Uint8Array): Uint8Array {
  const { out, body } = reply(unique, IOCTL_OUT.bytes + output.length);
  body.setInt32(IOCTL_OUT.result, result, true);
  out.set(output, OUT_HEADER.bytes + IOCTL_OUT.bytes);
  return out;
}

/** Asks to be called again with these regions of the caller's memory. */
export function retryReply(unique: bigint, input: readonly Region[], output: readonly Region[]): Uint8Array {
  const regions = [...input, ...output];
  const { out, body } = reply(unique, IOCTL_OUT.bytes + regions.length * IOVEC.bytes);
  body.setUint32(IOCTL_OUT.flags, FUSE_IOCTL.RETRY, true);
  body.setUint32(IOCTL_OUT.inIovs, input.length, true);
  body.setUint32(IOCTL_OUT.outIovs, output.length, true);
  regions.forEach(({ base, length }, i) => {
    const at = IOCTL_OUT.bytes + i * IOVEC.bytes;
    body.setBigUint64(at + IOVEC.base, base, true);
    body.setBigUint64(at + IOVEC.len, BigInt(length), true);
  });
  return out;
}
