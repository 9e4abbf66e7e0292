import { smbusPec } from '../../bus/index.ts';
import type { I2cBehaviour } from '../model.ts';

const pec = (bytes: readonly number[]): number => smbusPec(0, Uint8Array.from(bytes));

/** What a PMBus part does with commands; bytes, PEC and STOP are the wire's. */
export interface Commands {
  /** The data that a command reads as; undefined: it cannot be read. */
  read(command: number): readonly number[] | undefined;
  /** How many bytes of data a command takes; undefined: it takes none, or does not exist. */
  takes(command: number): number | undefined;
  write(command: number, data: readonly number[]): void;
  /** False: the command's number is not acknowledged. */
  accepts?(command: number): boolean;
  wrongPec(): void;
  unknown(): void;
}

/** Longer than any command with its data: a block of 32 bytes. */
const MOST = 40;

/** SMBus: write byte, word and block, send byte, read byte, word and block, each with or without PEC. */
function pmbusWire(address: number, commands: Commands): I2cBehaviour & { reset(): void } {
  let received: number[] = [];
  let sent: readonly number[] = [];
  let position = 0;

  /** A write has ended; a byte more than the command takes is PEC. */
  function execute(): void {
    const [command, ...data] = received;
    if (command === undefined) return;
    const checked = data.length === (commands.takes(command) ?? data.length) + 1;
    if (checked && pec([address << 1, ...received.slice(0, -1)]) !== received.at(-1)) commands.wrongPec();
    else if (data.length > 0 || commands.takes(command) === 0)
      commands.write(command, checked ? data.slice(0, -1) : data);
    received = [];
  }
  function answer(): void {
    const [command = 0] = received;
    const data = commands.read(command);
    received = [];
    if (data === undefined) commands.unknown();
    sent = data === undefined ? [] : [...data, pec([address << 1, command, (address << 1) | 1, ...data])];
  }
  return {
    reset() {
      received = [];
    },
    start(_address, read) {
      position = 0;
      if (read) answer();
      else execute();
      return true;
    },
    write(data) {
      const [first] = data;
      if (received.length === 0 && first !== undefined && commands.accepts?.(first) === false) return 0;
      const taken = data.subarray(0, Math.max(0, MOST - received.length));
      received.push(...taken);
      return taken.length;
    },
    read(into) {
      for (let index = 0; index < into.length; index++) into[index] = sent[position++] ?? 0xff;
    },
    stop: execute,
  };
}

/**
 * What a board does with every PMBus part. @param reset of the engine, and of what the part keeps beside it
 * @param alert its pin, which is low while it asserts the alert; undefined: it has none
 */
export function pmbusBehaviour(
  engine: Commands & { look(): void; answered(): void },
  address: number,
  reset: () => void,
  alert?: { readonly high: boolean },
) {
  const wire = pmbusWire(address, engine);
  const look = () => engine.look();
  return {
    reset() {
      wire.reset();
      reset();
    },
    restored: look,
    sensed: look,
    ...(alert && {
      alertResponse: () => (alert.high ? undefined : 0),
      alertAnswered: () => engine.answered(),
    }),
    i2c: wire,
  };
}
