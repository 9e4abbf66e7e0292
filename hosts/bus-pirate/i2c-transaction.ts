import {
  type BusFault,
  blockCountFault,
  countedLength,
  I2C_M,
  type I2cMessage,
} from '../../src/bus/index.ts';
import {
  addressBytes,
  checkBlockBuffer,
  namesRegister,
  refusal,
  type Step,
  tenBitBytes,
} from '../link/index.ts';
import {
  ACKNOWLEDGE,
  BULK_MAX,
  bulk,
  DONE,
  I2C,
  STATUS,
  WRITE_THEN_READ_MAX,
  writeThenRead,
} from './protocol.ts';

/** What the adapter can do for a transaction. */
interface I2cAbilities {
  /** Command 08 is known. */
  readonly writeThenRead: boolean;
  /** Most bytes of a bulk write: no more than may be on the way at once. */
  readonly bulkMax: number;
}

const NOTHING = new Uint8Array(0);
const START = command(I2C.START);
const STOP = command(I2C.STOP);
const ACK = command(I2C.ACK);
const NACK = command(I2C.NACK);
const READ_BYTE = Uint8Array.of(I2C.READ_BYTE);

function command(byte: number): Step {
  return { send: Uint8Array.of(byte), reply: 1, prefix: DONE };
}

/** Frees the bus when a part may be in the middle of a byte: its rest is clocked out and refused. */
export const BUS_CLEAR: readonly Step[] = [{ send: READ_BYTE, reply: 1 }, NACK, STOP];

/**
 * One transaction as steps. Reads that end it are done by write-then-read, which takes START, address, data
 * and STOP in one command: with the address as its only byte, a refusal can mean but one thing. All else is
 * made of single commands, sent ahead of their answers as far as nothing can go wrong in between.
 */
export class I2cTransaction {
  readonly #messages: readonly I2cMessage[];
  readonly #abilities: I2cAbilities;
  #open = false;
  /** A byte was read and neither acknowledged nor refused. */
  #unanswered = false;

  constructor(messages: readonly I2cMessage[], abilities: I2cAbilities) {
    this.#messages = messages;
    this.#abilities = abilities;
    for (const message of messages) checkBlockBuffer(message);
  }

  /** True while START was sent and STOP was not. */
  get open(): boolean {
    return this.#open;
  }

  /** The steps that free the bus after a fault. */
  end(): readonly Step[] {
    if (!this.#open) return [];
    return this.#unanswered ? [NACK, this.#stop()] : [this.#stop()];
  }

  /** The steps, in runs: what a later run sends depends on what the earlier one read. */
  *runs(): Generator<readonly Step[]> {
    let steps: Step[] = [];
    const last = this.#messages.length - 1;
    for (let i = 0; i <= last; i++) {
      const message = this.#messages[i] as I2cMessage;
      const ends = i === last || (message.flags & I2C_M.STOP) !== 0;
      const next = this.#messages[i + 1];
      if ((message.flags & (I2C_M.RD | I2C_M.RECV_LEN)) === (I2C_M.RD | I2C_M.RECV_LEN)) {
        steps.push(...this.#plain({ ...message, buf: NOTHING }, i));
        yield* this.#block(steps, message);
        steps = ends ? [this.#stop()] : [];
        continue;
      }
      if (this.#isWhole(message, ends)) {
        steps.push(...this.#whole(message, i));
        continue;
      }
      steps.push(...this.#plain(message, i));
      if (ends) steps.push(this.#stop());
      else if (next !== undefined && !namesRegister(message, next)) setWait(steps);
    }
    yield steps;
  }

  /** A read that write-then-read can do from its START to the STOP. */
  #isWhole({ flags, buf }: I2cMessage, ends: boolean): boolean {
    const plain = (flags & ~(I2C_M.TEN | I2C_M.STOP)) === I2C_M.RD;
    const fits = buf.length >= 1 && buf.length <= WRITE_THEN_READ_MAX;
    return this.#abilities.writeThenRead && ends && plain && fits;
  }

  #whole(message: I2cMessage, i: number): Step[] {
    const { addr, flags, buf } = message;
    const steps: Step[] = [];
    let address = (addr << 1) | 1;
    if ((flags & I2C_M.TEN) !== 0) {
      const [high, low] = tenBitBytes(addr);
      steps.push(this.#start(), ...this.#bulks([high, low], () => refusal(message, i, -1)));
      address = high | 1;
    }
    steps.push({
      send: writeThenRead(I2C.WRITE_THEN_READ, Uint8Array.of(address), buf.length),
      reply: 1 + buf.length,
      prefix: DONE,
      refusal: STATUS.REFUSED,
      wait: true,
      done: (reply) => {
        // Refused, it leaves the bus as it is, without a STOP.
        this.#open = reply[0] === STATUS.REFUSED;
        if (this.#open) return refusal(message, i, -1);
        buf.set(reply.subarray(1));
        return undefined;
      },
    });
    return steps;
  }

  /** START, address and data by single commands. */
  #plain(message: I2cMessage, i: number): Step[] {
    const { flags, buf } = message;
    const address = (flags & I2C_M.NOSTART) === 0 ? addressBytes(message) : [];
    // Documentation/i2c/i2c-protocol.rst: at the beginning NOSTART leaves out the address only.
    const steps = address.length > 0 || i === 0 ? [this.#start()] : [];
    if ((flags & I2C_M.RD) === 0) {
      const bytes = Uint8Array.of(...address, ...buf);
      return [...steps, ...this.#bulks(bytes, (at) => refusal(message, i, at - address.length))];
    }
    const refused = () => refusal(message, i, -1);
    const [high, low] = address;
    if (high !== undefined && low !== undefined) {
      // A ten-bit address is written in full, then its first byte is repeated to turn round.
      steps.push(...this.#bulks([high, low], refused), this.#start());
    }
    if (high !== undefined) steps.push(...this.#bulks([low === undefined ? high : high | 1], refused));
    return [...steps, ...this.#reads(message, 0, buf.length)];
  }

  /** The last byte is answered with NACK, so that the part lets go of the bus. */
  #reads({ flags, buf }: I2cMessage, from: number, to: number): Step[] {
    const steps: Step[] = [];
    for (let at = from; at < to; at++) {
      steps.push({
        send: READ_BYTE,
        reply: 1,
        done: ([byte]) => {
          buf[at] = byte as number;
          return undefined;
        },
      });
      if ((flags & I2C_M.NO_RD_ACK) === 0) steps.push(at === to - 1 ? NACK : ACK);
    }
    return steps;
  }

  /** The part says how much it sends; see `I2cMessage`. */
  *#block(before: readonly Step[], message: I2cMessage): Generator<readonly Step[]> {
    const { buf } = message;
    const steps = [...before];
    // The count may only be asked for once the address is acknowledged: without a part it reads 255.
    setWait(steps);
    steps.push({ send: READ_BYTE, reply: 1, done: ([count]) => this.#count(message, count as number) });
    yield steps;
    yield [ACK, ...this.#reads(message, 1, countedLength(buf))];
  }

  #count({ addr, buf }: I2cMessage, count: number): BusFault | undefined {
    buf[0] = count;
    const fault = blockCountFault(count, 1, shown(addr));
    if (fault !== undefined) this.#unanswered = true;
    return fault;
  }

  /** Writes bytes; `refused` makes the fault for the first that is not acknowledged. */
  #bulks(data: ArrayLike<number>, refused: (at: number) => BusFault | undefined): Step[] {
    const bytes = Uint8Array.from(data);
    const size = Math.max(1, Math.min(BULK_MAX, this.#abilities.bulkMax));
    const steps: Step[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      const send = bulk(bytes.subarray(from, from + size));
      steps.push({
        send,
        reply: send.length,
        prefix: DONE,
        done: (reply) => {
          const at = reply.indexOf(ACKNOWLEDGE.NACK, 1);
          return at < 0 ? undefined : refused(from + at - 1);
        },
      });
    }
    return steps;
  }

  #start(): Step {
    return {
      ...START,
      done: () => {
        this.#open = true;
        return undefined;
      },
    };
  }

  #stop(): Step {
    return {
      ...STOP,
      wait: true,
      done: () => {
        this.#open = false;
        return undefined;
      },
    };
  }
}

function setWait(steps: Step[]): void {
  const last = steps.pop();
  if (last !== undefined) steps.push({ ...last, wait: true });
}

function shown(addr: number): string {
  return `0x${addr.toString(16).padStart(2, '0')}`;
}
