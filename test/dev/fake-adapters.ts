import {
  type BusFault,
  I2C_FUNC,
  I2C_FUNC_SMBUS_EMUL,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  type SpiAdapter,
  type SpiCapabilities,
  type SpiTransfer,
} from '../../src/bus/index.ts';

/** What a transaction looked like on the wire, for people: `W48:00`, `R48:2`. */
export function wire(messages: readonly I2cMessage[]): string[] {
  return messages.map(({ addr, flags, buf }) => {
    const head = `${flags & I2C_M.RD ? 'R' : 'W'}${addr.toString(16)}${flags & I2C_M.TEN ? 't' : ''}`;
    return flags & I2C_M.RD
      ? `${head}:${buf.length}${flags & I2C_M.RECV_LEN ? 'L' : ''}`
      : `${head}:${Buffer.from(buf).toString('hex')}`;
  });
}

/** An adapter that notes what it is asked, answers reads from `replies`, and fails when told to. */
export class FakeI2c implements I2cAdapter {
  readonly number: number;
  readonly name = 'fake i2c';
  functionality: number = I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL;
  readonly seen: string[][] = [];
  readonly timeouts: (number | undefined)[] = [];
  /** Answers of the reads to come, in order. */
  readonly replies: number[][] = [];
  /** Faults of the transactions to come, in order; undefined = succeed. */
  readonly faults: (BusFault | undefined)[] = [];

  constructor(number = 1) {
    this.number = number;
  }

  transferSync(messages: readonly I2cMessage[], timeoutMs?: number): void {
    this.seen.push(wire(messages));
    this.timeouts.push(timeoutMs);
    const fault = this.faults.shift();
    if (fault) throw fault;
    for (const { flags, buf } of messages) if (flags & I2C_M.RD) buf.set(this.replies.shift() ?? []);
  }

  async transfer(messages: readonly I2cMessage[], timeoutMs?: number): Promise<void> {
    await Promise.resolve();
    this.transferSync(messages, timeoutMs);
  }
}

export const CAPABILITIES: SpiCapabilities = {
  chipSelects: 2,
  modes: 0x0f,
  bitsPerWordMask: 0,
  maxSpeedHz: 10_000_000,
  maxWordDelayNs: 1_000_000,
  maxCsSetupNs: 1_000_000,
  maxCsHoldNs: 1_000_000,
  maxCsInactiveNs: 1_000_000,
};

export interface SeenSpi {
  readonly chipSelect: number;
  readonly mode: number;
  readonly transfers: readonly SpiTransfer[];
  readonly timeoutMs: number | undefined;
}

/** An adapter that sends back what it gets, each bit inverted, and notes what it is asked. */
export class FakeSpi implements SpiAdapter {
  readonly number: number;
  readonly name = 'fake spi';
  readonly capabilities: SpiCapabilities;
  readonly seen: SeenSpi[] = [];
  fault: BusFault | undefined;

  constructor(number = 0, capabilities: Partial<SpiCapabilities> = {}) {
    this.number = number;
    this.capabilities = { ...CAPABILITIES, ...capabilities };
  }

  transferSync(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs?: number,
  ): void {
    this.seen.push({ chipSelect, mode, transfers, timeoutMs });
    if (this.fault) throw this.fault;
    for (const { tx, rx } of transfers)
      rx?.forEach((_, i) => {
        rx[i] = ~(tx?.[i] ?? 0);
      });
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs?: number,
  ): Promise<void> {
    await Promise.resolve();
    this.transferSync(chipSelect, mode, transfers, timeoutMs);
  }
}
