import { EventEmitter } from 'node:events';
// @ts-expect-error: the package has no types
import { Firmata } from 'firmata-io';
import { expect, it } from 'vitest';
import { FirmataEmulator } from '../../../hosts/firmata/index.ts';
import { ABSENT, MEMORY, RecordingWire } from '../recording-wire.ts';

/** The client's port, with the emulator at its end. */
class Cable extends EventEmitter {
  readonly #board: FirmataEmulator;

  constructor(board: FirmataEmulator) {
    super();
    this.#board = board;
  }

  write(bytes: Buffer, done?: () => void): void {
    setImmediate(() => {
      const answer = this.#board.feed(bytes);
      if (answer.length > 0) this.emit('data', Buffer.from(answer));
      done?.();
    });
  }
}

it('firmata-io finds the board, and reads and writes its I2C parts', async () => {
  const wire = new RecordingWire();
  const cable = new Cable(new FirmataEmulator(wire));
  const board = new Firmata(cable, { reportVersionTimeout: 1 });
  await new Promise<void>((resolve, reject) => {
    board.on('ready', resolve);
    board.on('error', reject);
  });
  expect([board.firmware.name, board.firmware.version]).toEqual([
    'ConfigurableFirmata.ino',
    { major: 2, minor: 7 },
  ]);
  expect(board.pins).toHaveLength(20);
  const pins = board.pins as { supportedModes: number[] }[];
  const i2cPins = pins.flatMap((pin, number) =>
    pin.supportedModes.includes(board.MODES.I2C) ? [number] : [],
  );
  expect(i2cPins).toEqual([18, 19]);
  board.i2cConfig();
  board.i2cWrite(MEMORY, [0x20, 0x81, 0xff, 0x00]);
  const read = (address: number, ...rest: number[]) =>
    new Promise<number[]>((resolve) => board.i2cReadOnce(address, ...rest, resolve));
  expect(await read(MEMORY, 0x20, 3)).toEqual([0x81, 0xff, 0x00]);
  // It asks for no repeated START.
  expect(wire.log).toEqual([
    'W50',
    '<20',
    '<81',
    '<ff',
    '<00',
    'P',
    'W50',
    '<20',
    'P',
    'R50',
    '>81',
    '>ff',
    '>00',
    'P',
  ]);
  const said: string[] = [];
  board.on('string', (text: string) => said.push(text.replaceAll('\0', '')));
  await read(ABSENT, 2);
  expect(said).toEqual(['I2C: Too few bytes received']);
  board.removeAllListeners();
});
