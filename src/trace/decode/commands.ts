import { hexDigits } from '../../bus/words.ts';
import { type DataSheet, type I2cForm, type Instruction, instructionsByOpcode } from '../../parts/index.ts';
import type { TracedBytes, TracedSegment, TracedTransfer } from '../event.ts';
import { bytesText, hexNumber } from './bytes-text.ts';

/** Commands that a line names. */
const SHOWN = 24;

/** A command whose settings have not all come. */
interface Begun {
  readonly opcode: number;
  readonly name: string;
  readonly due: number;
  readonly settings: number[];
}

/**
 * Reads what a part is told that has a control byte in front of commands and data (an SSD1306 and its kind). Drivers
 * send a command and its settings in one transfer or in several, so what has begun is kept from one to the next.
 */
export class CommandReader {
  readonly #control: NonNullable<I2cForm['control']>;
  readonly #instructions: ReadonlyMap<number, Instruction>;
  #begun: Begun | undefined;

  constructor(
    control: NonNullable<I2cForm['control']>,
    { instructions = [] }: Pick<DataSheet, 'instructions'>,
  ) {
    this.#control = control;
    this.#instructions = instructionsByOpcode(instructions);
  }

  /** `set contrast control (0x81): 7f, data: 00 ff` */
  readonly text = ({ segments, fault }: TracedTransfer): string => {
    const texts = segments.flatMap((segment) => this.#segmentTexts(segment));
    // Nobody knows what of it the part has heard.
    if (fault !== undefined) this.#begun = undefined;
    const more = texts.length > SHOWN ? [`and ${texts.length - SHOWN} more`] : [];
    return [...texts.slice(0, SHOWN), ...more].join(', ');
  };

  #segmentTexts({ sent, received }: TracedSegment): string[] {
    if (sent === undefined) return [received?.length ? `read ${bytesText(received)}` : 'probe (read)'];
    if (sent.length === 0) return ['probe'];
    const texts: string[] = [];
    for (const { isData, bytes, length } of this.#groups(sent)) {
      if (isData) texts.push(`data: ${bytesText({ bytes, length })}`);
      else texts.push(...this.#commandTexts(bytes));
    }
    if (sent.bytes.length < sent.length) this.#begun = undefined;
    return texts;
  }

  /** The bytes after the control bytes, those of a kind that follow each other together. */
  #groups({ bytes, length }: TracedBytes): readonly (TracedBytes & { readonly isData: boolean })[] {
    const { more, data } = this.#control;
    const groups: { isData: boolean; bytes: number[]; length: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const control = bytes[at++] as number;
      const isData = (control & data) !== 0;
      const end = (control & more) !== 0 ? Math.min(at + 1, bytes.length) : bytes.length;
      if (groups.at(-1)?.isData !== isData) groups.push({ isData, bytes: [], length: 0 });
      const group = groups.at(-1) as (typeof groups)[number];
      group.bytes.push(...bytes.subarray(at, end));
      // Of what was not kept, all is of the last kind.
      group.length += end === bytes.length && (control & more) === 0 ? length - at : end - at;
      at = end;
    }
    return groups.map(({ isData, bytes: kept, length: whole }) => ({
      isData,
      bytes: Uint8Array.from(kept),
      length: whole,
    }));
  }

  #commandTexts(bytes: Uint8Array): string[] {
    const texts: string[] = [];
    const continues = this.#begun !== undefined;
    for (const byte of bytes) {
      if (this.#begun === undefined) {
        const { name, settings = 0 } = this.#instructions.get(byte) ?? { name: 'unknown command' };
        this.#begun = { opcode: byte, name, due: settings, settings: [] };
      } else this.#begun.settings.push(byte);
      if (this.#begun.settings.length < this.#begun.due) continue;
      texts.push(`${continues && texts.length === 0 ? '… ' : ''}${commandText(this.#begun)}`);
      this.#begun = undefined;
    }
    return this.#begun === undefined ? texts : [...texts, `${commandText(this.#begun)} …`];
  }
}

function commandText({ name, opcode, settings }: Begun): string {
  const values = settings.map((byte) => ` ${hexDigits(byte)}`).join('');
  return `${name} (${hexNumber(opcode, 1)})${values === '' ? '' : `:${values}`}`;
}
