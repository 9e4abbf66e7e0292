import {
  BusFault,
  finishSmbus,
  I2C_FUNC,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  prepareSmbus,
  type SmbusRequest,
} from '../bus/index.ts';
import { faultAt, hexAddress } from './fault-context.ts';
import {
  checkAddress,
  checkCounts,
  checkMessages,
  I2C_MAX_LENGTH,
  type I2cSegment,
  messagesOf,
  readBuffers,
} from './i2c-segments.ts';
import { type SmbusCall, type SmbusOperation, smbusCalls } from './smbus-calls.ts';

/** Whether the part says how many bytes it has. */
const isCounted = ({ flags }: I2cMessage) => (flags & I2C_M.RECV_LEN) !== 0;

/** Linux gives up retrying after the adapter's timeout, by default one second (i2c_register_adapter). */
const RETRY_WINDOW_MS = 1000;

/** What all who open a node share; see `I2cNode`. */
interface NodeSettings {
  readonly path: string;
  readonly adapter: I2cAdapter;
  timeoutMs: number | undefined;
  retries: number;
  isBound(addr: number): boolean;
}

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
  readonly #node: NodeSettings;
  #tenBit = false;
  #lastFault: BusFault | undefined;
  #address = 0;
  #open = true;

  constructor(node: NodeSettings) {
    this.#node = node;
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
      throw this.#fault(new BusFault('EINVAL', `invalid timeout ${ms} ms`));
    // Linux takes 0 for "the default" when an adapter registers.
    this.#node.timeoutMs = ms === 0 ? undefined : ms;
  }

  /** How often a transfer that lost arbitration is tried again, for all who opened this bus (`I2C_RETRIES`). */
  get retries(): number {
    return this.#node.retries;
  }

  set retries(times: number) {
    if (!Number.isInteger(times) || times < 0 || times > 0x7fff_ffff)
      throw this.#fault(new BusFault('EINVAL', `invalid number of retries ${times}`));
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
    return this.#lastFault;
  }

  /** `I2C_SLAVE`, or with `force` `I2C_SLAVE_FORCE`. @throws {BusFault} `EINVAL`, `EBUSY` */
  setAddress(addr: number, options: { readonly force?: boolean } = {}): void {
    this.#guard(() => checkAddress(addr, this.#tenBit));
    if (!options.force && this.#node.isBound(addr))
      throw faultAt(
        this.#at(addr),
        new BusFault('EBUSY', 'a driver owns this address; use force to access it'),
      );
    this.#address = addr;
  }

  /** Runs one transaction and returns what the reading segments read, in order (`I2C_RDWR`). */
  transferSync(segments: readonly I2cSegment[]): Uint8Array[] {
    const messages = this.#guard(() => messagesOf(segments));
    this.#runSync(messages);
    return readBuffers(messages);
  }

  /** Promising twin of `transferSync`. */
  async transfer(segments: readonly I2cSegment[]): Promise<Uint8Array[]> {
    const messages = this.#guard(() => messagesOf(segments));
    await this.#run(messages);
    return readBuffers(messages);
  }

  /** Runs one transaction of raw messages, whose buffers are filled in place. */
  transferMessagesSync(messages: readonly I2cMessage[]): void {
    this.#guard(() => checkMessages(messages));
    this.#runSync(messages);
  }

  /** Promising twin of `transferMessagesSync`. */
  async transferMessages(messages: readonly I2cMessage[]): Promise<void> {
    this.#guard(() => checkMessages(messages));
    await this.#run(messages);
  }

  /** Reads from `address`: a number of bytes, or into a buffer; at most 8192, as read(2) on i2c-dev. */
  readSync(target: number | Uint8Array): Uint8Array {
    const message = this.#guard(() => this.#plain(target, I2C_M.RD));
    this.#runSync([message]);
    return message.buf;
  }

  /** Promising twin of `readSync`. */
  async read(target: number | Uint8Array): Promise<Uint8Array> {
    const message = this.#guard(() => this.#plain(target, I2C_M.RD));
    await this.#run([message]);
    return message.buf;
  }

  /** Writes to `address`, at most 8192 bytes; returns how many. */
  writeSync(bytes: Uint8Array): number {
    const message = this.#guard(() => this.#plain(bytes, 0));
    this.#runSync([message]);
    return message.buf.length;
  }

  /** Promising twin of `writeSync`. */
  async write(bytes: Uint8Array): Promise<number> {
    const message = this.#guard(() => this.#plain(bytes, 0));
    await this.#run([message]);
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
    this.#open = false;
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
    return this.#guard(() => {
      checkAddress(addr, this.#tenBit);
      return make();
    });
  }

  #smbusSync(addr: number, call: SmbusCall): void {
    const request = this.#request(addr, call);
    const messages = this.#guard(() => prepareSmbus(request));
    this.#runSync(messages);
    this.#guard(() => finishSmbus(request, messages));
  }

  async #smbus(addr: number, call: SmbusCall): Promise<void> {
    const request = this.#request(addr, call);
    const messages = this.#guard(() => prepareSmbus(request));
    await this.#run(messages);
    this.#guard(() => finishSmbus(request, messages));
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

  #runSync(messages: readonly I2cMessage[]): void {
    const start = this.#begin(messages);
    const carried = this.#carried(messages);
    for (let attempt = 0; ; attempt++) {
      try {
        this.#node.adapter.transferSync(carried, this.#node.timeoutMs);
        checkCounts(messages);
        return;
      } catch (thrown) {
        this.#retryOrThrow(thrown, messages, attempt, start);
      }
    }
  }

  async #run(messages: readonly I2cMessage[]): Promise<void> {
    const start = this.#begin(messages);
    const carried = this.#carried(messages);
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#node.adapter.transfer(carried, this.#node.timeoutMs);
        checkCounts(messages);
        return;
      } catch (thrown) {
        this.#retryOrThrow(thrown, messages, attempt, start);
      }
    }
  }

  #begin(messages: readonly I2cMessage[]): number {
    if (!this.#open) throw faultAt(this.#at(messages[0]?.addr), new BusFault('ENODEV', 'the node is closed'));
    return this.#node.retries > 0 ? performance.now() : 0;
  }

  /**
   * The messages as the adapter can carry them. One that cannot let the part say how long a block is reads
   * the longest there may be (a virtio request has no place for the flag); what is too much is dropped.
   */
  #carried(messages: readonly I2cMessage[]): readonly I2cMessage[] {
    if (!messages.some(isCounted) || this.functionality & I2C_FUNC.SMBUS_READ_BLOCK_DATA) return messages;
    return messages.map(({ addr, flags, buf }) => ({ addr, flags: flags & ~I2C_M.RECV_LEN, buf }));
  }

  /** `i2c_transfer`'s rule: only lost arbitration is tried again, a number of times, for a bounded time. */
  #retryOrThrow(thrown: unknown, messages: readonly I2cMessage[], attempt: number, start: number): void {
    const { retries, timeoutMs = RETRY_WINDOW_MS } = this.#node;
    const again = thrown instanceof BusFault && thrown.code === 'EAGAIN' && attempt < retries;
    if (again && performance.now() - start <= timeoutMs) return;
    this.#lastFault = faultAt(this.#at(messages[0]?.addr), thrown);
    throw this.#lastFault;
  }

  #at(addr: number | undefined): string {
    return addr === undefined ? this.path : `${this.path}, address ${hexAddress(addr)}`;
  }

  #fault(thrown: unknown): BusFault {
    return faultAt(this.path, thrown);
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      throw this.#fault(thrown);
    }
  }
}
