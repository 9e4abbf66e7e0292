import type { DeviceNode } from '../../bus/index.ts';
import type { Part } from '../../parts/index.ts';
import type { PartContext } from '../populate/context.ts';
import type { ChipPlace } from './chip.ts';
import { SheetChip } from './sheet-chip.ts';

/** What a wire asks of a part before it addresses it. */
type Heard = Pick<SheetChip, 'addresses' | 'sharedAddresses' | 'segments'>;

/** One object for all that have their own address and no more. */
const NOTHING_ELSE: Heard = { addresses: undefined, sharedAddresses: [], segments: undefined };

/**
 * The chip of a part, which rests until somebody touches it: of a board's parts most never are. It is made with the board,
 * so that what is wrong with its node is told, and let go; who touches it has it made anew, as it would be by now.
 */
export class RestingChip implements ChipPlace<SheetChip> {
  readonly #part: Part;
  readonly #node: DeviceNode;
  readonly #address: number | undefined;
  readonly #context: PartContext;
  /** Clock time when it was made first: its power-on. */
  readonly #sinceNs: number;
  /** Missing while it rests. */
  #chip: SheetChip | undefined;
  /** What it said of these when it went to rest. */
  #heard = NOTHING_ELSE;

  /** `address`: of its node, on I2C; undefined on SPI. @throws {NodeError} a property that its model cannot work with */
  constructor(part: Part, node: DeviceNode, address: number | undefined, context: PartContext) {
    this.#part = part;
    this.#node = node;
    this.#address = address;
    this.#context = context;
    this.#sinceNs = context.clock.now();
    this.#chip = this.#made();
  }

  get chip(): SheetChip {
    return this.#chip ?? this.#wake();
  }

  get addresses(): readonly number[] | undefined {
    return this.#chip === undefined ? this.#heard.addresses : this.#chip.addresses;
  }

  get sharedAddresses(): readonly number[] {
    return this.#chip === undefined ? this.#heard.sharedAddresses : this.#chip.sharedAddresses;
  }

  get segments(): readonly object[] | undefined {
    return this.#chip === undefined ? this.#heard.segments : this.#chip.segments;
  }

  close(): void {
    this.#chip?.close();
  }

  /** Lets the chip go until somebody touches it, where it can be made anew. */
  rest(): void {
    if (this.#chip?.isBound !== false || this.#context.clock.asOf === undefined) return;
    this.#heard = heardOf(this.#chip, this.#address);
    this.#chip = undefined;
  }

  #wake(): SheetChip {
    const { clock } = this.#context;
    const made = clock.asOf?.(this.#sinceNs, () => this.#made()) ?? this.#made();
    this.#chip = made;
    this.#heard = NOTHING_ELSE;
    return made;
  }

  #made(): SheetChip {
    const [bus, addresses] =
      this.#address === undefined ? (['spi', []] as const) : (['i2c', [this.#address]] as const);
    return new SheetChip(this.#part, this.#node, bus, addresses, this.#context);
  }
}

function heardOf({ addresses, sharedAddresses, segments }: SheetChip, address: number | undefined): Heard {
  const isOwn = addresses === undefined || (addresses.length === 1 && addresses[0] === address);
  if (isOwn && sharedAddresses.length === 0 && segments === undefined) return NOTHING_ELSE;
  return { addresses: isOwn ? undefined : addresses, sharedAddresses, segments };
}
