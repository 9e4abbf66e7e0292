import { BusFault } from '../../bus/index.ts';
import type { I2cDev } from '../i2c-dev.ts';
import type { SpiDev } from '../spi-dev.ts';
import {
  decodeRequest,
  emptyReply,
  errorReply,
  type FuseRequest,
  type IoctlRequest,
  initReply,
  ioctlReply,
  openReply,
  readReply,
  retryReply,
  writeReply,
} from './fuse-wire.ts';
import { type I2cFile, i2cFile, i2cIoctl } from './i2c-ioctl.ts';
import { IOCTL_ERRNO, type IoctlCall, IoctlError, type IoctlStep } from './ioctl.ts';
import { spiIoctl } from './spi-ioctl.ts';

/** What a character device does with each file that a program opened. */
export interface CharacterDevice<File> {
  open(): File;
  ioctl(file: File, call: IoctlCall): IoctlStep;
  read(file: File, size: number): Uint8Array;
  write(file: File, data: Uint8Array): number;
  close(file: File): void;
}

export function i2cCharacterDevice(open: () => I2cDev): CharacterDevice<I2cFile> {
  return {
    open: () => i2cFile(open()),
    ioctl: i2cIoctl,
    read: ({ i2c }, size) => i2c.readSync(size),
    write: ({ i2c }, data) => i2c.writeSync(data),
    close: ({ i2c }) => i2c.close(),
  };
}

export function spiCharacterDevice(open: () => SpiDev): CharacterDevice<SpiDev> {
  return {
    open,
    ioctl: spiIoctl,
    read: (file, size) => file.readSync(size),
    write: (file, data) => file.writeSync(data),
    close: (file) => file.close(),
  };
}

/** The errno of anything thrown. */
function errnoOf(thrown: unknown): number {
  return thrown instanceof IoctlError ? thrown.errno : BusFault.from(thrown).errno;
}

/** A CUSE device without its file: requests in, replies out. One request runs to its end before the next. */
export class CuseServer<File> {
  readonly #name: string;
  readonly #device: CharacterDevice<File>;
  readonly #files = new Map<number, File>();
  #nextHandle = 1;

  /** @param name the node's name below `/dev` */
  constructor(name: string, device: CharacterDevice<File>) {
    this.#name = name;
    this.#device = device;
  }

  /** How many programs have the node open. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** The reply to a request; undefined for one that gets none. @throws {FuseFormatError} */
  handle(bytes: Uint8Array): Uint8Array | undefined {
    const request = decodeRequest(bytes);
    // A request is answered before the next is read, so there is never one left to interrupt.
    if (request.kind === 'interrupt') return undefined;
    try {
      return this.#answer(request);
    } catch (thrown) {
      return errorReply(request.unique, errnoOf(thrown));
    }
  }

  /** Closes what is open: the kernel is gone. */
  close(): void {
    for (const file of this.#files.values()) this.#device.close(file);
    this.#files.clear();
  }

  #answer(request: Exclude<FuseRequest, { kind: 'interrupt' }>): Uint8Array {
    const { unique } = request;
    switch (request.kind) {
      case 'init':
        return initReply(unique, request.major, this.#name);
      case 'open': {
        const handle = this.#nextHandle++;
        this.#files.set(handle, this.#device.open());
        return openReply(unique, handle);
      }
      case 'release': {
        this.#device.close(this.#file(request.fh));
        this.#files.delete(request.fh);
        return emptyReply(unique);
      }
      case 'read':
        return readReply(unique, this.#device.read(this.#file(request.fh), request.size));
      case 'write':
        return writeReply(unique, this.#device.write(this.#file(request.fh), request.data));
      case 'ioctl':
        return this.#ioctl(request);
      case 'unknown':
        // The kernel does without what a server does not know, and does not ask again.
        return errorReply(unique, IOCTL_ERRNO.ENOSYS);
    }
  }

  #ioctl(request: IoctlRequest): Uint8Array {
    const step = this.#device.ioctl(this.#file(request.fh), request);
    return step.kind === 'retry'
      ? retryReply(request.unique, step.input, step.output)
      : ioctlReply(request.unique, step.result, step.output);
  }

  #file(handle: number): File {
    const file = this.#files.get(handle);
    if (file === undefined) throw new BusFault('ENODEV', `file ${handle} is not open`);
    return file;
  }
}
