import { BusFault } from '../../bus/index.ts';
import { asFsError, asNativeError } from '../dropin/errors.ts';
import { openNode } from '../dropin/nodes.ts';
import { I2cDev } from '../i2c-dev.ts';
import { checkCallback } from './arguments.ts';
import type { Callback } from './callback.ts';
import { type Operation, operations } from './operations.ts';
// biome-ignore lint/suspicious/noImportCycles: a Bus hands out its promises, and these call the Bus, as in the original.
import { PromisifiedBus } from './promisified-bus.ts';
import { type DeviceId, deviceIdOf, functionsOf, type I2cFuncs } from './results.ts';
import { scan, scanSync } from './scan.ts';

export interface OpenOptions {
  readonly forceAccess?: boolean | undefined;
}

/**
 * The Bus of npm's i2c-bus 5: every call with a callback, as `…Sync`, and as a promise on `promisifiedBus()`.
 * It opens a node for each address it talks to, with that first transfer, and not before.
 */
export class Bus {
  readonly _busNumber: number;
  readonly _forceAccess: boolean;
  readonly #files = new Map<number, I2cDev>();
  readonly #promisified: PromisifiedBus;
  #funcs: I2cFuncs | undefined;

  constructor(busNumber: number, options?: OpenOptions | null) {
    this._busNumber = busNumber;
    this._forceAccess = Boolean(options?.forceAccess);
    this.#promisified = new PromisifiedBus(this);
  }

  promisifiedBus(): PromisifiedBus {
    return this.#promisified;
  }

  close(cb: Callback): void {
    checkCallback(cb);
    this.closeSync();
    setImmediate(cb, null);
  }

  closeSync(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  i2cFuncs(cb: Callback<[I2cFuncs]>): void {
    checkCallback(cb);
    if (this.#funcs) setImmediate(cb, null, this.#funcs);
    else
      this.#start('i2cFuncs', operations.i2cFuncs(), cb, (bits) => {
        this.#funcs ??= functionsOf(bits);
        return [this.#funcs];
      });
  }

  i2cFuncsSync(): I2cFuncs {
    this.#funcs ??= functionsOf(this.#run('i2cFuncsSync', operations.i2cFuncs()));
    return this.#funcs;
  }

  readByte(addr: number, cmd: number, cb: Callback<[number]>): void {
    this.#start('readByte', operations.readByte(addr, cmd), cb, one);
  }

  readByteSync(addr: number, cmd: number): number {
    return this.#run('readByteSync', operations.readByte(addr, cmd));
  }

  readWord(addr: number, cmd: number, cb: Callback<[number]>): void {
    this.#start('readWord', operations.readWord(addr, cmd), cb, one);
  }

  readWordSync(addr: number, cmd: number): number {
    return this.#run('readWordSync', operations.readWord(addr, cmd));
  }

  readBlock(addr: number, cmd: number, buffer: Buffer, cb: Callback<[number, Buffer]>): void {
    this.#start('readBlock', operations.readBlock(addr, cmd, buffer), cb, (count) => [count, buffer]);
  }

  readBlockSync(addr: number, cmd: number, buffer: Buffer): number {
    return this.#run('readBlockSync', operations.readBlock(addr, cmd, buffer));
  }

  readI2cBlock(
    addr: number,
    cmd: number,
    length: number,
    buffer: Buffer,
    cb: Callback<[number, Buffer]>,
  ): void {
    const operation = operations.readI2cBlock(addr, cmd, length, buffer);
    this.#start('readI2cBlock', operation, cb, (count) => [count, buffer]);
  }

  readI2cBlockSync(addr: number, cmd: number, length: number, buffer: Buffer): number {
    return this.#run('readI2cBlockSync', operations.readI2cBlock(addr, cmd, length, buffer));
  }

  receiveByte(addr: number, cb: Callback<[number]>): void {
    this.#start('receiveByte', operations.receiveByte(addr), cb, one);
  }

  receiveByteSync(addr: number): number {
    return this.#run('receiveByteSync', operations.receiveByte(addr));
  }

  sendByte(addr: number, byte: number, cb: Callback): void {
    this.#start('sendByte', operations.sendByte(addr, byte), cb, none);
  }

  sendByteSync(addr: number, byte: number): this {
    this.#run('sendByteSync', operations.sendByte(addr, byte));
    return this;
  }

  writeByte(addr: number, cmd: number, byte: number, cb: Callback): void {
    this.#start('writeByte', operations.writeByte(addr, cmd, byte), cb, none);
  }

  writeByteSync(addr: number, cmd: number, byte: number): this {
    this.#run('writeByteSync', operations.writeByte(addr, cmd, byte));
    return this;
  }

  writeWord(addr: number, cmd: number, word: number, cb: Callback): void {
    this.#start('writeWord', operations.writeWord(addr, cmd, word), cb, none);
  }

  writeWordSync(addr: number, cmd: number, word: number): this {
    this.#run('writeWordSync', operations.writeWord(addr, cmd, word));
    return this;
  }

  writeQuick(addr: number, bit: number, cb: Callback): void {
    this.#start('writeQuick', operations.writeQuick(addr, bit), cb, none);
  }

  writeQuickSync(addr: number, bit: number): this {
    this.#run('writeQuickSync', operations.writeQuick(addr, bit));
    return this;
  }

  writeBlock(
    addr: number,
    cmd: number,
    length: number,
    buffer: Buffer,
    cb: Callback<[number, Buffer]>,
  ): void {
    const operation = operations.writeBlock(addr, cmd, length, buffer);
    this.#start('writeBlock', operation, cb, (count) => [count, buffer]);
  }

  writeBlockSync(addr: number, cmd: number, length: number, buffer: Buffer): this {
    this.#run('writeBlockSync', operations.writeBlock(addr, cmd, length, buffer));
    return this;
  }

  writeI2cBlock(
    addr: number,
    cmd: number,
    length: number,
    buffer: Buffer,
    cb: Callback<[number, Buffer]>,
  ): void {
    const operation = operations.writeI2cBlock(addr, cmd, length, buffer);
    this.#start('writeI2cBlock', operation, cb, (count) => [count, buffer]);
  }

  writeI2cBlockSync(addr: number, cmd: number, length: number, buffer: Buffer): this {
    this.#run('writeI2cBlockSync', operations.writeI2cBlock(addr, cmd, length, buffer));
    return this;
  }

  i2cRead(addr: number, length: number, buffer: Buffer, cb: Callback<[number, Buffer]>): void {
    const operation = operations.i2cRead(addr, length, buffer);
    this.#start('i2cRead', operation, cb, (count) => [count, buffer], [0, buffer]);
  }

  i2cReadSync(addr: number, length: number, buffer: Buffer): number {
    return this.#run('i2cReadSync', operations.i2cRead(addr, length, buffer));
  }

  i2cWrite(addr: number, length: number, buffer: Buffer, cb: Callback<[number, Buffer]>): void {
    const operation = operations.i2cWrite(addr, length, buffer);
    this.#start('i2cWrite', operation, cb, (count) => [count, buffer], [0, buffer]);
  }

  i2cWriteSync(addr: number, length: number, buffer: Buffer): number {
    return this.#run('i2cWriteSync', operations.i2cWrite(addr, length, buffer));
  }

  scan(cb: Callback<[number[]]>): void;
  scan(addr: number, cb: Callback<[number[]]>): void;
  scan(startAddr: number, endAddr: number, cb: Callback<[number[]]>): void;
  scan(...args: unknown[]): void {
    scan(this.#another(), args);
  }

  scanSync(startAddr?: number, endAddr?: number): number[] {
    return scanSync(this.#another(), startAddr, endAddr);
  }

  deviceId(addr: number, cb: Callback<[DeviceId]>): void {
    this.#start('deviceId', operations.deviceId(addr), cb, (id) => [deviceIdOf(id)]);
  }

  deviceIdSync(addr: number): DeviceId {
    return deviceIdOf(this.#run('deviceIdSync', operations.deviceId(addr)));
  }

  /** A scan has nodes of its own: it leaves none open. */
  #another(): Bus {
    return new Bus(this._busNumber, { forceAccess: this._forceAccess });
  }

  #run<Result>(name: string, operation: Operation<Result>): Result {
    const file = this.#file(operation.addr, 'setAddrSync');
    try {
      return operation.runSync(file);
    } catch (thrown) {
      throw operation.failure(thrown, name);
    }
  }

  /** Runs an operation and calls back when the script has gone on, never at once. */
  #start<Result, Values extends readonly unknown[] | []>(
    name: string,
    operation: Operation<Result>,
    cb: Callback<Values>,
    values: (result: Result) => Values,
    onFailure: readonly unknown[] = [],
  ): void {
    checkCallback(cb);
    // A callback that throws ends the program as an uncaught exception, not as a rejection of ours.
    const call = (error: Error | null, rest: readonly unknown[]) =>
      setImmediate(cb as (...args: unknown[]) => void, error, ...rest);
    let running: Promise<Result>;
    try {
      running = operation.run(this.#file(operation.addr, 'setAddr'));
    } catch (error) {
      call(error as Error, []);
      return;
    }
    running.then(
      (result) => call(null, values(result)),
      (thrown) => call(operation.failure(thrown, name), onFailure),
    );
  }

  /** The open node that talks to `addr`. */
  #file(addr: number, setAddressCall: string): I2cDev {
    const known = this.#files.get(addr);
    if (known !== undefined) return known;
    const path = `/dev/i2c-${this._busNumber}`;
    let file: ReturnType<typeof openNode>;
    try {
      file = openNode(path);
      if (!(file instanceof I2cDev)) throw new BusFault('ENODEV');
    } catch (thrown) {
      throw asFsError(thrown, 'open', path);
    }
    try {
      file.setAddress(addr, { force: this._forceAccess });
    } catch (thrown) {
      file.close();
      throw asNativeError(thrown, setAddressCall);
    }
    this.#files.set(addr, file);
    return file;
  }
}

const none = (): [] => [];
const one = (value: number): [number] => [value];
