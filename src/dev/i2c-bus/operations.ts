import { SMBUS_BLOCK_MAX } from '../../bus/index.ts';
import { asFsError, asNativeError, nativeError } from '../dropin/errors.ts';
import type { I2cDev } from '../i2c-dev.ts';
import { type SmbusOperation, smbusCalls } from '../smbus-calls.ts';
import {
  checkAddress,
  checkBit,
  checkBuffer,
  checkBufferAndLength,
  checkByte,
  checkCommand,
  checkWord,
} from './arguments.ts';

/** One call of the package, checked: how it runs in either form, and as what its failure appears. */
export interface Operation<Result> {
  /** Whose file is used. */
  readonly addr: number;
  runSync(i2c: I2cDev): Result;
  run(i2c: I2cDev): Promise<Result>;
  /** @param name the method that the script called */
  failure(thrown: unknown, name: string): Error;
}

function smbus<Raw, Result = Raw>(
  addr: number,
  { call, result }: SmbusOperation<Raw>,
  finish: (raw: Raw) => Result,
): Operation<Result> {
  return {
    addr,
    runSync: (i2c) => {
      i2c.smbusSync(call);
      return finish(result(call.data));
    },
    run: async (i2c) => {
      await i2c.smbus(call);
      return finish(result(call.data));
    },
    failure: asNativeError,
  };
}

/** Fails as the native part does when it finds something wrong that the checks let through. */
function refused(addr: number, explain: (name: string) => string): Operation<never> {
  return {
    addr,
    runSync: () => {
      throw undefined;
    },
    run: () => Promise.reject(),
    failure: (_, name) => nativeError('EINVAL', name, explain(name)),
  };
}

const same = <Value>(value: Value): Value => value;

/** Puts a received block into the caller's buffer, as much as has room, and says how long it was. */
function into(buffer: Buffer): (block: Uint8Array) => number {
  return (block) => {
    buffer.set(block.subarray(0, buffer.length));
    return block.length;
  };
}

/** Every call of the package: its arguments are checked in the package's order. */
export const operations = {
  readByte(addr: number, cmd: number): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    return smbus(addr, smbusCalls.readByteData(cmd), same);
  },
  readWord(addr: number, cmd: number): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    return smbus(addr, smbusCalls.readWordData(cmd), same);
  },
  readBlock(addr: number, cmd: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    checkBuffer(buffer);
    if (buffer.length === 0)
      return refused(addr, (name) => `buffer passed to ${name} has no space for reading data`);
    return smbus(addr, smbusCalls.readBlockData(cmd), into(buffer));
  },
  readI2cBlock(addr: number, cmd: number, length: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    checkBufferAndLength(length, buffer, SMBUS_BLOCK_MAX);
    return smbus(addr, smbusCalls.readI2cBlockData(cmd, length), into(buffer));
  },
  receiveByte(addr: number): Operation<number> {
    checkAddress(addr);
    return smbus(addr, smbusCalls.readByte(), same);
  },
  sendByte(addr: number, byte: number): Operation<void> {
    checkAddress(addr);
    checkByte(byte);
    return smbus(addr, smbusCalls.writeByte(byte), same);
  },
  writeByte(addr: number, cmd: number, byte: number): Operation<void> {
    checkAddress(addr);
    checkCommand(cmd);
    checkByte(byte);
    return smbus(addr, smbusCalls.writeByteData(cmd, byte), same);
  },
  writeWord(addr: number, cmd: number, word: number): Operation<void> {
    checkAddress(addr);
    checkCommand(cmd);
    checkWord(word);
    return smbus(addr, smbusCalls.writeWordData(cmd, word), same);
  },
  writeQuick(addr: number, bit: number): Operation<void> {
    checkAddress(addr);
    checkBit(bit);
    return smbus(addr, smbusCalls.writeQuick(bit === 1 ? 1 : 0), same);
  },
  writeBlock(addr: number, cmd: number, length: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    checkBufferAndLength(length, buffer);
    if (length > SMBUS_BLOCK_MAX)
      return refused(addr, (name) => `${name} can't write blocks with more than 32 bytes`);
    return smbus(addr, smbusCalls.writeBlockData(cmd, buffer.subarray(0, length)), () => length);
  },
  writeI2cBlock(addr: number, cmd: number, length: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkCommand(cmd);
    checkBufferAndLength(length, buffer, SMBUS_BLOCK_MAX);
    return smbus(addr, smbusCalls.writeI2cBlockData(cmd, buffer.subarray(0, length)), () => length);
  },
  i2cRead(addr: number, length: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkBufferAndLength(length, buffer);
    const target = buffer.subarray(0, length);
    return {
      addr,
      // node:fs does not go to the kernel for nothing.
      runSync: (i2c) => (length === 0 ? 0 : i2c.readSync(target).length),
      run: async (i2c) => (length === 0 ? 0 : (await i2c.read(target)).length),
      failure: (thrown) => asFsError(thrown, 'read'),
    };
  },
  i2cWrite(addr: number, length: number, buffer: Buffer): Operation<number> {
    checkAddress(addr);
    checkBufferAndLength(length, buffer);
    const source = buffer.subarray(0, length);
    return {
      addr,
      runSync: (i2c) => i2c.writeSync(source),
      run: (i2c) => i2c.write(source),
      failure: (thrown) => asFsError(thrown, 'write'),
    };
  },
  /** Asks the reserved address who answers at `addr`: the I2C device id of UM10204, 3.1.17, as 24 bits. */
  deviceId(addr: number): Operation<number> {
    checkAddress(addr);
    const segments = [
      { addr: 0x7c, write: Uint8Array.of(addr << 1) },
      { addr: 0x7c, read: 3 },
    ];
    const idOf = ([bytes]: readonly Uint8Array[]) =>
      ((bytes?.[0] ?? 0) << 16) | ((bytes?.[1] ?? 0) << 8) | (bytes?.[2] ?? 0);
    return {
      addr,
      runSync: (i2c) => idOf(i2c.transferSync(segments)),
      run: async (i2c) => idOf(await i2c.transfer(segments)),
      failure: asNativeError,
    };
  },
  i2cFuncs(): Operation<number> {
    return {
      addr: 0,
      runSync: (i2c) => i2c.functionality,
      run: async (i2c) => i2c.functionality,
      failure: asNativeError,
    };
  },
} as const;
