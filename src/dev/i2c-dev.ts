import {
  BusFault,
  finishSmbus,
  I2C_M,
  type I2cMessage,
  prepareSmbus,
  type SmbusRequest,
} from '../bus/index.ts';
import { faultAt } from './fault-context.ts';
import { I2cRunner, type I2cSettings } from './i2c-runner.ts';
import {
  checkAddress,
  checkMessages,
  I2C_MAX_LENGTH,
  type I2cSegment,
  messagesOf,
  readBuffers,
} from './i2c-segments.ts';
import { type SmbusCall, type SmbusOperation, smbusCalls } from './smbus-calls.ts';

/**
 * An open `/dev/i2c-N`, with the semantics of Linux's i2c-dev. Every call exists twice: `…Sync` waits, the
 * other promises. Addresses are 7 bits, or 10 while `tenBit` is set, and never shifted.
 *
 * All calls throw `BusFault`: `ENXIO` address not acknowledged, `EREMOTEIO` data not acknowledged,
 * `ETIMEDOUT`, `EAGAIN` arbitration lost, `EBUSY` address owned by another, `EINVAL` argument out of range,
 * `EOPNOTSUPP`, `ENODEV` adapter gone or node closed. The sentence names the node and the address.
 *
 * Source: drivers/i2c/i2c-dev.c, Documentation/i2c/dev-interface.rst.
 */
export class I2cDev {
  /** Send and check packet error codes in SMBus calls (`I2C_PEC`). */
  pec = false;
  readonly #node: I2cSettings;
  readonly #runner: I2cRunner;
  #tenBit = false;
  #address = 0;

  constructor(node: I2cSettings) {
    this.#node = node;
    this.#runner = new I2cRunner(node);
  }

  /** `/dev/i2c-1` */
  get path(): string {
    return this.#node.path;
  }

  /** The adapter's name, as `i2cdetect -l` prints it. */
  get name(): string {
    return this.#node.adapter.name;
  }

  /** Bus number N. */
  get number(): number {
    return this.#node.adapter.number;
  }

  /** `I2C_FUNC` bits (`I2C_FUNCS`). */
  get functionality(): number {
    return this.#node.adapter.functionality;
  }

  /** Ten-bit addresses for `setAddress`, `read`, `write` and SMBus calls (`I2C_TENBIT`). */
  get tenBit(): boolean {
    return this.#tenBit;
  }

  set tenBit(on: boolean) {
    this.#tenBit = on;
  }

  /** Bound of one transfer in ms, for all who opened this bus; undefined: the bus's own (`I2C_TIMEOUT`). */
  get timeoutMs(): number | undefined {
    return this.#node.timeoutMs;
  }

  set timeoutMs(ms: number | undefined) {
    if (ms !== undefined && !(ms >= 0 && ms <= 0x7fff_ffff * 10))
      throw faultAt(this.path, new BusFault('EINVAL', `invalid timeout ${ms} ms`));
    // Linux takes 0 for "the default" when an adapter registers.
    this.#node.timeoutMs = ms === 0 ? undefined : ms;
  }

  /** How often a transfer that lost arbitration is tried again, for all who opened this bus (`I2C_RETRIES`). */
  get retries(): number {
    return this.#node.retries;
  }

  set retries(times: number) {
    if (!Number.isInteger(times) || times < 0 || times > 0x7fff_ffff)
      throw faultAt(this.path, new BusFault('EINVAL', `invalid number of retries ${times}`));
    this.#node.retries = times;
  }

  /** The address of `read`, `write` and `smbus`: what `setAddress` set. */
  get address(): number {
    return this.#address;
  }

  /** Whether a driver owns `addr`: then `setAddress` needs `force`. */
  isBound(addr: number): boolean {
    return this.#node.isBound(addr);
  }

  /** Why the last transfer of this node that failed did, for those who have no more than its errno. */
  get lastFault(): BusFault | undefined {
    return this.#runner.lastFault;
  }

  /** `I2C_SLAVE`, or with `force` `I2C_SLAVE_FORCE`. @throws {BusFault} `EINVAL`, `EBUSY` */
  setAddress(addr: number, options: { readonly force?: boolean } = {}): void {
    this.#runner.guard(() => checkAddress(addr, this.#tenBit));
    if (!options.force && this.#node.isBound(addr))
      throw faultAt(
        this.#runner.at(addr),
        new BusFault('EBUSY', 'a driver owns this address; use force to access it'),
      );
    this.#address = addr;
  }

  /** Runs one transaction and returns what the reading segments read, in order (`I2C_RDWR`). */
  transferSync(segments: readonly I2cSegment[]): Uint8Array[] {
    const messages = this.#runner.guard(() => messagesOf(segments));
    this.#runner.runSync(messages);
    return readBuffers(messages);
  }

  /** Promising twin of `transferSync`. */
  async transfer(segments: readonly I2cSegment[]): Promise<Uint8Array[]> {
    const messages = this.#runner.guard(() => messagesOf(segments));
    await this.#runner.run(messages);
    return readBuffers(messages);
  }

  /** Runs one transaction of raw messages, whose buffers are filled in place. */
  transferMessagesSync(messages: readonly I2cMessage[]): void {
    this.#runner.guard(() => checkMessages(messages));
    this.#runner.runSync(messages);
  }

  /** Promising twin of `transferMessagesSync`. */
  async transferMessages(messages: readonly I2cMessage[]): Promise<void> {
    this.#runner.guard(() => checkMessages(messages));
    await this.#runner.run(messages);
  }

  /** Reads from `address`: a number of bytes, or into a buffer; at most 8192, as read(2) on i2c-dev. */
  readSync(target: number | Uint8Array): Uint8Array {
    const message = this.#runner.guard(() => this.#plain(target, I2C_M.RD));
    this.#runner.runSync([message]);
    return message.buf;
  }

  /** Promising twin of `readSync`. */
  async read(target: number | Uint8Array): Promise<Uint8Array> {
    const message = this.#runner.guard(() => this.#plain(target, I2C_M.RD));
    await this.#runner.run([message]);
    return message.buf;
  }

  /** Writes to `address`, at most 8192 bytes; returns how many. */
  writeSync(bytes: Uint8Array): number {
    const message = this.#runner.guard(() => this.#plain(bytes, 0));
    this.#runner.runSync([message]);
    return message.buf.length;
  }

  /** Promising twin of `writeSync`. */
  async write(bytes: Uint8Array): Promise<number> {
    const message = this.#runner.guard(() => this.#plain(bytes, 0));
    await this.#runner.run([message]);
    return message.buf.length;
  }

  /** One SMBus call to `address`; the result is in `call.data` (`I2C_SMBUS`). */
  smbusSync(call: SmbusCall): void {
    this.#smbusSync(this.#address, call);
  }

  /** Promising twin of `smbusSync`. */
  async smbus(call: SmbusCall): Promise<void> {
    await this.#smbus(this.#address, call);
  }

  /** SMBus Quick: the address and the read/write bit alone; acknowledged where a part is. */
  writeQuickSync(addr: number, bit: 0 | 1): void {
    this.#callSync(addr, () => smbusCalls.writeQuick(bit));
  }

  /** SMBus Quick: the address and the read/write bit alone; acknowledged where a part is. */
  writeQuick(addr: number, bit: 0 | 1): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeQuick(bit));
  }

  /** SMBus Receive Byte: a byte, without naming a register. */
  readByteSync(addr: number): number {
    return this.#callSync(addr, () => smbusCalls.readByte());
  }

  /** SMBus Receive Byte: a byte, without naming a register. */
  readByte(addr: number): Promise<number> {
    return this.#call(addr, () => smbusCalls.readByte());
  }

  /** SMBus Send Byte: one byte, often a register's number. */
  writeByteSync(addr: number, value: number): void {
    this.#callSync(addr, () => smbusCalls.writeByte(value));
  }

  /** SMBus Send Byte: one byte, often a register's number. */
  writeByte(addr: number, value: number): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeByte(value));
  }

  /** SMBus Read Byte: register `command`, 8 bits. */
  readByteDataSync(addr: number, command: number): number {
    return this.#callSync(addr, () => smbusCalls.readByteData(command));
  }

  /** SMBus Read Byte: register `command`, 8 bits. */
  readByteData(addr: number, command: number): Promise<number> {
    return this.#call(addr, () => smbusCalls.readByteData(command));
  }

  /** SMBus Write Byte: register `command`, 8 bits. */
  writeByteDataSync(addr: number, command: number, value: number): void {
    this.#callSync(addr, () => smbusCalls.writeByteData(command, value));
  }

  /** SMBus Write Byte: register `command`, 8 bits. */
  writeByteData(addr: number, command: number, value: number): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeByteData(command, value));
  }

  /** SMBus Read Word: register `command`, 16 bits; the low byte comes first on the wire. */
  readWordDataSync(addr: number, command: number): number {
    return this.#callSync(addr, () => smbusCalls.readWordData(command));
  }

  /** SMBus Read Word: register `command`, 16 bits; the low byte comes first on the wire. */
  readWordData(addr: number, command: number): Promise<number> {
    return this.#call(addr, () => smbusCalls.readWordData(command));
  }

  /** SMBus Write Word: register `command`, 16 bits; the low byte goes first. */
  writeWordDataSync(addr: number, command: number, value: number): void {
    this.#callSync(addr, () => smbusCalls.writeWordData(command, value));
  }

  /** SMBus Write Word: register `command`, 16 bits; the low byte goes first. */
  writeWordData(addr: number, command: number, value: number): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeWordData(command, value));
  }

  /** SMBus Process Call: writes a word and reads one back in the same transaction. */
  processCallSync(addr: number, command: number, value: number): number {
    return this.#callSync(addr, () => smbusCalls.processCall(command, value));
  }

  /** SMBus Process Call: writes a word and reads one back in the same transaction. */
  processCall(addr: number, command: number, value: number): Promise<number> {
    return this.#call(addr, () => smbusCalls.processCall(command, value));
  }

  /** SMBus Block Read: at most 32 bytes; the part says how many. */
  readBlockDataSync(addr: number, command: number): Uint8Array {
    return this.#callSync(addr, () => smbusCalls.readBlockData(command));
  }

  /** SMBus Block Read: at most 32 bytes; the part says how many. */
  readBlockData(addr: number, command: number): Promise<Uint8Array> {
    return this.#call(addr, () => smbusCalls.readBlockData(command));
  }

  /** SMBus Block Write: at most 32 bytes, their count in front. */
  writeBlockDataSync(addr: number, command: number, bytes: Uint8Array): void {
    this.#callSync(addr, () => smbusCalls.writeBlockData(command, bytes));
  }

  /** SMBus Block Write: at most 32 bytes, their count in front. */
  writeBlockData(addr: number, command: number, bytes: Uint8Array): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeBlockData(command, bytes));
  }

  /** SMBus Block Process Call: writes a block and reads one back in the same transaction. */
  blockProcessCallSync(addr: number, command: number, bytes: Uint8Array): Uint8Array {
    return this.#callSync(addr, () => smbusCalls.blockProcessCall(command, bytes));
  }

  /** SMBus Block Process Call: writes a block and reads one back in the same transaction. */
  blockProcessCall(addr: number, command: number, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#call(addr, () => smbusCalls.blockProcessCall(command, bytes));
  }

  /** `length` bytes (at most 32) after a command byte; no count on the wire. */
  readI2cBlockDataSync(addr: number, command: number, length: number): Uint8Array {
    return this.#callSync(addr, () => smbusCalls.readI2cBlockData(command, length));
  }

  /** `length` bytes (at most 32) after a command byte; no count on the wire. */
  readI2cBlockData(addr: number, command: number, length: number): Promise<Uint8Array> {
    return this.#call(addr, () => smbusCalls.readI2cBlockData(command, length));
  }

  /** At most 32 bytes after a command byte; no count on the wire. */
  writeI2cBlockDataSync(addr: number, command: number, bytes: Uint8Array): void {
    this.#callSync(addr, () => smbusCalls.writeI2cBlockData(command, bytes));
  }

  /** At most 32 bytes after a command byte; no count on the wire. */
  writeI2cBlockData(addr: number, command: number, bytes: Uint8Array): Promise<void> {
    return this.#call(addr, () => smbusCalls.writeI2cBlockData(command, bytes));
  }

  /** Further calls fail with `ENODEV`; closing twice is harmless. */
  close(): void {
    this.#runner.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #callSync<Result>(addr: number, make: () => SmbusOperation<Result>): Result {
    const { call, result } = this.#checked(addr, make);
    this.#smbusSync(addr, call);
    return result(call.data);
  }

  async #call<Result>(addr: number, make: () => SmbusOperation<Result>): Promise<Result> {
    const { call, result } = this.#checked(addr, make);
    await this.#smbus(addr, call);
    return result(call.data);
  }

  #checked<Result>(addr: number, make: () => SmbusOperation<Result>): SmbusOperation<Result> {
    return this.#runner.guard(() => {
      checkAddress(addr, this.#tenBit);
      return make();
    });
  }

  #smbusSync(addr: number, call: SmbusCall): void {
    const request = this.#request(addr, call);
    const messages = this.#runner.guard(() => prepareSmbus(request));
    this.#runner.runSync(messages);
    this.#runner.guard(() => finishSmbus(request, messages));
  }

  async #smbus(addr: number, call: SmbusCall): Promise<void> {
    const request = this.#request(addr, call);
    const messages = this.#runner.guard(() => prepareSmbus(request));
    await this.#runner.run(messages);
    this.#runner.guard(() => finishSmbus(request, messages));
  }

  #request(addr: number, call: SmbusCall): SmbusRequest {
    return { addr, flags: this.#flags(), pec: this.pec, ...call };
  }

  #flags(): number {
    return this.#tenBit ? I2C_M.TEN : 0;
  }

  #plain(data: number | Uint8Array, direction: number): I2cMessage {
    const buf =
      typeof data === 'number'
        ? new Uint8Array(Math.min(data, I2C_MAX_LENGTH))
        : data.subarray(0, I2C_MAX_LENGTH);
    return { addr: this.#address, flags: this.#flags() | direction, buf };
  }
}
