// biome-ignore lint/suspicious/noImportCycles: a Bus hands out its promises, and these call the Bus, as in the original.
import type { Bus } from './bus.ts';
import type { Callback } from './callback.ts';
import type { DeviceId, I2cFuncs } from './results.ts';

interface BytesRead {
  readonly bytesRead: number;
  readonly buffer: Buffer;
}

interface BytesWritten {
  readonly bytesWritten: number;
  readonly buffer: Buffer;
}

/** Every call of a Bus as a promise; a wrong argument rejects it. */
export class PromisifiedBus {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  bus(): Bus {
    return this.#bus;
  }

  close(): Promise<void> {
    return done((cb) => this.#bus.close(cb));
  }

  i2cFuncs(): Promise<I2cFuncs> {
    return value((cb) => this.#bus.i2cFuncs(cb));
  }

  readByte(addr: number, cmd: number): Promise<number> {
    return value((cb) => this.#bus.readByte(addr, cmd, cb));
  }

  readWord(addr: number, cmd: number): Promise<number> {
    return value((cb) => this.#bus.readWord(addr, cmd, cb));
  }

  readBlock(addr: number, cmd: number, buffer: Buffer): Promise<BytesRead> {
    return read((cb) => this.#bus.readBlock(addr, cmd, buffer, cb));
  }

  readI2cBlock(addr: number, cmd: number, length: number, buffer: Buffer): Promise<BytesRead> {
    return read((cb) => this.#bus.readI2cBlock(addr, cmd, length, buffer, cb));
  }

  receiveByte(addr: number): Promise<number> {
    return value((cb) => this.#bus.receiveByte(addr, cb));
  }

  sendByte(addr: number, byte: number): Promise<void> {
    return done((cb) => this.#bus.sendByte(addr, byte, cb));
  }

  writeByte(addr: number, cmd: number, byte: number): Promise<void> {
    return done((cb) => this.#bus.writeByte(addr, cmd, byte, cb));
  }

  writeWord(addr: number, cmd: number, word: number): Promise<void> {
    return done((cb) => this.#bus.writeWord(addr, cmd, word, cb));
  }

  writeQuick(addr: number, bit: number): Promise<void> {
    return done((cb) => this.#bus.writeQuick(addr, bit, cb));
  }

  writeBlock(addr: number, cmd: number, length: number, buffer: Buffer): Promise<BytesWritten> {
    return written((cb) => this.#bus.writeBlock(addr, cmd, length, buffer, cb));
  }

  writeI2cBlock(addr: number, cmd: number, length: number, buffer: Buffer): Promise<BytesWritten> {
    return written((cb) => this.#bus.writeI2cBlock(addr, cmd, length, buffer, cb));
  }

  i2cRead(addr: number, length: number, buffer: Buffer): Promise<BytesRead> {
    return read((cb) => this.#bus.i2cRead(addr, length, buffer, cb));
  }

  i2cWrite(addr: number, length: number, buffer: Buffer): Promise<BytesWritten> {
    return written((cb) => this.#bus.i2cWrite(addr, length, buffer, cb));
  }

  scan(startAddr?: number, endAddr?: number): Promise<number[]> {
    return value<number[]>((cb) => {
      if (startAddr === undefined) this.#bus.scan(cb);
      else if (endAddr === undefined) this.#bus.scan(startAddr, cb);
      else this.#bus.scan(startAddr, endAddr, cb);
    });
  }

  deviceId(addr: number): Promise<DeviceId> {
    return value((cb) => this.#bus.deviceId(addr, cb));
  }
}

function promise<Values extends readonly unknown[], Result>(
  start: (cb: Callback<Values>) => void,
  resultOf: (...values: Values) => Result,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, ...values) => {
      if (error) reject(error);
      else resolve(resultOf(...values));
    });
  });
}

function done(start: (cb: Callback) => void): Promise<void> {
  return promise(start, () => undefined);
}

function value<Value>(start: (cb: Callback<[Value]>) => void): Promise<Value> {
  return promise(start, (result) => result);
}

function read(start: (cb: Callback<[number, Buffer]>) => void): Promise<BytesRead> {
  return promise(start, (bytesRead, buffer) => ({ bytesRead, buffer }));
}

function written(start: (cb: Callback<[number, Buffer]>) => void): Promise<BytesWritten> {
  return promise(start, (bytesWritten, buffer) => ({ bytesWritten, buffer }));
}
