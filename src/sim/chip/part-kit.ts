import type { DeviceNode } from '../../bus/index.ts';
import { NodeError } from '../../bus/index.ts';
import type * as model from '../../parts/index.ts';
import { Answer } from '../kit/answer.ts';
import { Calendar } from '../kit/calendar.ts';
import { VolatileContents } from '../kit/contents.ts';
import { crc8, wordsWithCrc } from '../kit/crc8.ts';
import { Deadline } from '../kit/deadline.ts';
import type { Line } from '../kit/line.ts';
import { clamp, quantize, signed16 } from '../kit/numbers.ts';
import { Periodic } from '../kit/periodic.ts';
import { toPng, toText } from '../kit/picture.ts';
import { fromBcd, toBcd } from '../kit/rtc-time.ts';
import { Stopwatch } from '../kit/stopwatch.ts';
import { Thermostat } from '../kit/thermostat.ts';
import type { PartContext } from '../populate/context.ts';
import type { I2cWire } from '../wire/i2c-wire.ts';
import type { CompiledSheet } from './compiled-sheet.ts';
import { partInside, transferOn } from './inner-bus.ts';

/** What a kit needs of the chip whose model holds it. */
interface KitChip {
  readonly compiled: CompiledSheet;
  readonly sense: Record<string, model.PropertyValue>;
  readonly lines: readonly Line[];
  lookAtClock(): void;
  bind(): void;
  keep<T extends object>(state: T): T;
  keepStateOf<T extends { readonly state: object }>(stateful: T): T;
  follow<T extends { readonly state: object; catchUp(): void }>(timed: T): T;
  keepContents(contents: model.Contents): void;
  peek(address: number): number;
  poke(address: number, value: number): void;
  reset(): void;
  misuse(place: string, sentence: string): void;
}

/** The pins as the lines that they are: one array for all who follow the same. */
function linesOf({ lines }: KitChip, pins: readonly model.Pin[]): readonly Line[] {
  const all = pins.length === lines.length && pins.every((pin, index) => pin === lines[index]);
  return all ? lines : (pins as readonly Line[]);
}

/**
 * What a model gets beside its registers. Members are getters that make what they give, so that each may be taken out
 * by itself and a part holds only what its model took.
 */
export class PartKit implements model.Kit {
  readonly #chip: KitChip;
  readonly #context: PartContext;
  readonly node: DeviceNode;
  readonly bus: 'i2c' | 'spi';
  readonly addresses: readonly number[];

  constructor(
    chip: KitChip,
    node: DeviceNode,
    bus: 'i2c' | 'spi',
    addresses: readonly number[],
    context: PartContext,
  ) {
    this.#chip = chip;
    this.#context = context;
    this.node = node;
    this.bus = bus;
    this.addresses = addresses;
  }

  get clock(): model.PartClock {
    this.#chip.lookAtClock();
    return this.#context.clock;
  }

  get sense(): model.Kit['sense'] {
    return this.#chip.sense;
  }

  get pin(): model.Kit['pin'] {
    return Object.fromEntries(this.#chip.lines.map((line) => [line.name, line]));
  }

  get keep(): model.Kit['keep'] {
    const chip = this.#chip;
    return (state) => chip.keep(state);
  }

  get once(): model.Kit['once'] {
    const [chip, { clock }] = [this.#chip, this.#context];
    return (action, ...pins) => chip.follow(new Deadline(clock, action, linesOf(chip, pins)));
  }

  get every(): model.Kit['every'] {
    const [chip, { clock }] = [this.#chip, this.#context];
    return (period, tick, ...pins) => chip.follow(new Periodic(clock, period, tick, linesOf(chip, pins)));
  }

  get stopwatch(): model.Kit['stopwatch'] {
    const [chip, { clock }] = [this.#chip, this.#context];
    return () => {
      chip.lookAtClock();
      return chip.keepStateOf(new Stopwatch(clock));
    };
  }

  get thermostat(): model.Kit['thermostat'] {
    const chip = this.#chip;
    return () => chip.keepStateOf(new Thermostat());
  }

  get calendar(): model.Kit['calendar'] {
    const [chip, { clock }] = [this.#chip, this.#context];
    return (layout) => {
      const calendar = new Calendar(layout, clock, chip);
      chip.follow(calendar.time);
      return calendar;
    };
  }

  get answer(): model.Kit['answer'] {
    const [chip, { clock }] = [this.#chip, this.#context];
    return () => chip.keepStateOf(new Answer(clock));
  }

  get contents(): model.Kit['contents'] {
    const [chip, context] = [this.#chip, this.#context];
    return (size, fill) => {
      const contents = context.contents(size, fill);
      if (!(contents instanceof VolatileContents)) chip.bind();
      chip.keepContents(contents);
      return contents;
    };
  }

  get peek(): model.Kit['peek'] {
    const chip = this.#chip;
    return (address) => chip.peek(address);
  }

  get poke(): model.Kit['poke'] {
    const chip = this.#chip;
    return (address, value) => chip.poke(address, value);
  }

  get reset(): model.Kit['reset'] {
    const chip = this.#chip;
    return () => chip.reset();
  }

  get warn(): model.Kit['warn'] {
    const [chip, context] = [this.#chip, this.#context];
    return (sentence) => {
      chip.bind();
      context.warn(sentence);
    };
  }

  get misuse(): model.Kit['misuse'] {
    const chip = this.#chip;
    return (place, sentence) => chip.misuse(place, sentence);
  }

  get fault(): model.Kit['fault'] {
    const { node } = this;
    return (property, sentence, child = node) => new NodeError(child, property, sentence);
  }

  get readdress(): model.Kit['readdress'] {
    const context = this.#context;
    return () => context.readdress();
  }

  get segment(): model.Kit['segment'] {
    const [chip, context] = [this.#chip, this.#context];
    return (node, inside = []) => {
      if (node !== undefined) chip.bind();
      const wire = node === undefined ? context.emptySegment() : context.segment(node);
      for (const each of inside) wire.attach(partInside(each), this.node.path);
      return wire;
    };
  }

  get controller(): model.Kit['controller'] {
    return (segment) => ({
      transfer: (address, written, read) => transferOn(segment as I2cWire, address, written, read),
    });
  }

  get clamp(): model.Kit['clamp'] {
    return clamp;
  }

  get quantize(): model.Kit['quantize'] {
    return quantize;
  }

  get signed(): model.Kit['signed'] {
    return signed16;
  }

  get toBcd(): model.Kit['toBcd'] {
    return toBcd;
  }

  get fromBcd(): model.Kit['fromBcd'] {
    return fromBcd;
  }

  get crc8(): model.Kit['crc8'] {
    return crc8;
  }

  get wordsWithCrc(): model.Kit['wordsWithCrc'] {
    return wordsWithCrc;
  }

  get toPng(): model.Kit['toPng'] {
    return toPng;
  }

  get toText(): model.Kit['toText'] {
    return toText;
  }
}
