import { need64Bits, type PinnedBytes, pinned } from './abi.ts';
import { closeAll, FileDescriptor } from './file-descriptor.ts';
import { type CFunction, cFunction, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CTRUNC = 0x8;
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x40000000;
const EAGAIN = 11;
/** The kernel passes at most this many descriptors in one message (`SCM_MAX_FD`). */
const SCM_MAX_FD = 253;

/**
 * Layouts of sendmsg and recvmsg for 64 bits, all in one pinned block:
 * `struct msghdr` { name, namelen, iov, iovlen, control, controllen, flags }, one `struct iovec`, then the
 * control data: `struct cmsghdr` { u64 len; i32 level; i32 type } and the descriptors behind it.
 */
const MSGHDR = { IOV: 16, IOVLEN: 24, CONTROL: 32, CONTROLLEN: 40, FLAGS: 48, SIZE: 56 } as const;
const IOVEC = { BASE: MSGHDR.SIZE, LEN: MSGHDR.SIZE + 8, END: MSGHDR.SIZE + 16 } as const;
const CMSG = { LEN: 0, LEVEL: 8, TYPE: 12, DATA: 16 } as const;
const CONTROL_ROOM = CMSG.DATA + 4 * (SCM_MAX_FD + 1);
const align8 = (n: number): number => (n + 7) & ~7;

/** What came in with one `receive`. */
export interface Received {
  /** Bytes that were filled; 0 when the other end closed. */
  readonly length: number;
  /** Descriptors that came along: the receiver's to close. */
  readonly files: readonly FileDescriptor[];
}

/**
 * Sends and receives bytes together with open files over a unix socket. The data goes through a buffer of
 * its own: `data`, of the length given at the start.
 */
export class FdChannel {
  readonly file: FileDescriptor;
  readonly data: Uint8Array;
  readonly #data: PinnedBytes;
  readonly #header: PinnedBytes;
  readonly #sendmsg: CFunction;
  readonly #recvmsg: CFunction;
  readonly #flags: number;

  /**
   * Takes over a connected socket.
   * @param wait false: never blocks, whatever whoever shares the socket makes of its own blocking
   */
  constructor(file: FileDescriptor, room: number, { wait = true } = {}) {
    need64Bits('recvmsg');
    this.#flags = wait ? 0 : MSG_DONTWAIT;
    this.file = file;
    this.#data = pinned(room);
    this.data = this.#data.bytes;
    this.#header = pinned(IOVEC.END + CONTROL_ROOM);
    const { view, address } = this.#header;
    view.setBigUint64(MSGHDR.IOV, BigInt(address + IOVEC.BASE), true);
    view.setBigUint64(MSGHDR.IOVLEN, 1n, true);
    this.#sendmsg = cFunction('int64_t sendmsg(int fd, uintptr_t message, int flags)');
    this.#recvmsg = cFunction('int64_t recvmsg(int fd, uintptr_t message, int flags)');
  }

  #prepare(offset: number, length: number, controlLength: number): void {
    const { view, address } = this.#header;
    view.setBigUint64(IOVEC.BASE, BigInt(this.#data.address + offset), true);
    view.setBigUint64(IOVEC.LEN, BigInt(length), true);
    view.setBigUint64(MSGHDR.CONTROL, controlLength === 0 ? 0n : BigInt(address + IOVEC.END), true);
    view.setBigUint64(MSGHDR.CONTROLLEN, BigInt(controlLength), true);
    view.setInt32(MSGHDR.FLAGS, 0, true);
  }

  /**
   * Sends `data[offset, offset + length)`, with `fds` attached to its first byte. The files stay open here.
   * @returns how many bytes went out; undefined when none can now (EAGAIN).
   * @throws {OsError} EPIPE and ECONNRESET when the other end is gone.
   */
  send(offset: number, length: number, fds: readonly number[] = []): number | undefined {
    this.#check(offset, length);
    if (fds.length > SCM_MAX_FD) throw OsError.of('sendmsg', 'EINVAL', `${fds.length} descriptors`);
    const cmsgLength = CMSG.DATA + 4 * fds.length;
    this.#prepare(offset, length, fds.length === 0 ? 0 : align8(cmsgLength));
    const { view } = this.#header;
    view.setBigUint64(IOVEC.END + CMSG.LEN, BigInt(cmsgLength), true);
    view.setInt32(IOVEC.END + CMSG.LEVEL, SOL_SOCKET, true);
    view.setInt32(IOVEC.END + CMSG.TYPE, SCM_RIGHTS, true);
    fds.forEach((fd, i) => {
      view.setInt32(IOVEC.END + CMSG.DATA + 4 * i, fd, true);
    });
    const sent = this.#sendmsg(this.file.fd, this.#header.address, MSG_NOSIGNAL | this.#flags);
    if (sent >= 0) return sent;
    const errno = lastErrno();
    if (errno === EAGAIN) return undefined;
    throw new OsError('sendmsg', errno);
  }

  /**
   * Receives up to `length` bytes into `data` from `offset` on, and whatever files are attached to them.
   * They are close-on-exec. Files that the kernel had to drop (MSG_CTRUNC: this process has no more room)
   * are an error, and those that did arrive are closed.
   * @returns undefined when nothing is there now (EAGAIN). @throws {OsError}
   */
  receive(offset: number, length: number): Received | undefined {
    this.#check(offset, length);
    this.#prepare(offset, length, CONTROL_ROOM);
    const got = this.#recvmsg(this.file.fd, this.#header.address, MSG_CMSG_CLOEXEC | this.#flags);
    if (got < 0) {
      const errno = lastErrno();
      if (errno === EAGAIN) return undefined;
      throw new OsError('recvmsg', errno);
    }
    const files = this.#files();
    if ((this.#header.view.getInt32(MSGHDR.FLAGS, true) & MSG_CTRUNC) !== 0) {
      closeAll(files);
      throw OsError.of('recvmsg', 'EMFILE', 'descriptors were lost: this process may not open more');
    }
    return { length: got, files };
  }

  #check(offset: number, length: number): void {
    if (offset < 0 || length <= 0 || offset + length > this.data.length) {
      throw new RangeError(`${length} bytes at ${offset} in a message buffer of ${this.data.length}`);
    }
  }

  /** Takes over every file in the control data. */
  #files(): FileDescriptor[] {
    const { view } = this.#header;
    const end = IOVEC.END + Number(view.getBigUint64(MSGHDR.CONTROLLEN, true));
    const files: FileDescriptor[] = [];
    for (let at: number = IOVEC.END; at + CMSG.DATA <= end; ) {
      const length = Number(view.getBigUint64(at + CMSG.LEN, true));
      const rights =
        view.getInt32(at + CMSG.LEVEL, true) === SOL_SOCKET &&
        view.getInt32(at + CMSG.TYPE, true) === SCM_RIGHTS;
      for (let fd = at + CMSG.DATA; rights && fd + 4 <= at + length; fd += 4) {
        files.push(new FileDescriptor(view.getInt32(fd, true)));
      }
      at += Math.max(align8(length), CMSG.DATA);
    }
    return files;
  }

  close(): void {
    this.file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
