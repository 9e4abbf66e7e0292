import { type BusFault, type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { LinkOpener } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { LINES_MAX } from './capabilities.ts';
import { FirmataConnection } from './connection.ts';
import { FirmataI2cController } from './i2c-controller.ts';
import { FirmataPins } from './pins.ts';
import { FirmataSpiController } from './spi-controller.ts';

const PIN_MAX = 127;

/** The pins of a board that are not I2C's, by Firmata's numbers. */
export interface Pins {
  /** SPI's chip selects; without one there is no SPI bus. */
  readonly chipSelects: readonly number[];
  /** GPIO lines. */
  readonly lines?: readonly number[];
}

/** A board with Firmata. */
export class FirmataAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c: FirmataI2cController;
  readonly spi?: FirmataSpiController;
  readonly lines?: PinLines;
  readonly #connection: FirmataConnection;

  constructor(
    name: string,
    { chipSelects, lines = [] }: Pins,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    this.#connection = new FirmataConnection(name, openLink);
    this.unavailable = unavailable;
    this.i2c = new FirmataI2cController(this.#connection);
    if (chipSelects.length > 0) this.spi = new FirmataSpiController(this.#connection, chipSelects);
    const pins = new FirmataPins(this.#connection, lines, chipSelects);
    if (lines.length > 0) this.lines = new PinLines(pins);
    this.#connection.onReset = () => {
      pins.forget();
      this.i2c.forget();
      this.spi?.forget();
    };
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    await this.#connection.open();
    await this.lines?.opened();
  }

  close(): Promise<void> {
    this.lines?.closed();
    return this.#connection.close();
  }
}

/** Reads `dtbus,cs-pins` and `dtbus,line-pins`. @throws {NodeError} */
export function pinsOf(node: DeviceNode): Required<Pins> {
  const chipSelects = pinList(node, 'dtbus,cs-pins');
  const lines = pinList(node, 'dtbus,line-pins');
  if (lines.length > LINES_MAX)
    throw new NodeError(node, 'dtbus,line-pins', `${lines.length} lines are too many: at most ${LINES_MAX}`);
  const both = lines.find((pin, at) => chipSelects.includes(pin) || lines.indexOf(pin) !== at);
  if (both !== undefined) throw new NodeError(node, 'dtbus,line-pins', `pin ${both} is named twice`);
  return { chipSelects, lines };
}

function pinList(node: DeviceNode, property: string): readonly number[] {
  const pins = node.u32s(property) ?? [];
  const wrong = pins.find((pin) => pin > PIN_MAX);
  if (wrong !== undefined)
    throw new NodeError(node, property, `invalid pin ${wrong}: expected 0 to ${PIN_MAX}`);
  return pins;
}
