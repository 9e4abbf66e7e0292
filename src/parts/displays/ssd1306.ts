import type { DataSheet, Instruction } from '../data-sheet.ts';
import type { Bitmap, Kit, Model, Periodic } from '../model.ts';
import { instructionsByOpcode } from '../opcodes.ts';
import { COMMANDS, type CommandName } from './ssd1306-commands.ts';
import { type ComLayout, comPad, rowOfPad } from './ssd1306-panel.ts';
import { NO_SCROLL, scrollBy, scrolledRow, setScroll, stepFrames } from './ssd1306-scroll.ts';

const sheet = {
  compatible: [
    'solomon,ssd1306',
    'solomon,ssd1306fb-i2c',
    'solomon,ssd1306fb',
    'solomon,ssd1309fb-i2c',
    'solomon,ssd1309fb',
  ],
  title: 'SSD1306 display, 128 x 64 dots',
  source: 'Solomon SSD1306, rev. 1.1',
  notModelled: [
    "the oscillator's frequency is always 370 kHz",
    'how much a step of fading takes away: a sixteenth of the contrast',
    'pre-charge and VCOMH change no brightness',
  ],
  node: 'display',
  nodeProperties: {
    'solomon,width': { type: 'u32', doc: 'columns of the panel, up to 128' },
    'solomon,height': { type: 'u32', doc: 'rows of the panel, up to 64' },
    'solomon,com-seq': {
      type: 'flag',
      doc: 'the panel is wired to the COM pads one after the other (default: up to 32 rows)',
    },
    'solomon,com-lrremap': {
      type: 'flag',
      doc: 'the panel is wired to the halves of the COM pads the other way round',
    },
    'dtbus,external-vcc': {
      type: 'flag',
      doc: 'the panel has its supply from outside: it needs no charge pump',
    },
  },
  // 8.1.5.2: after the address comes a control byte; Co says that another follows, D/C# what comes next.
  bus: { i2c: { form: 'other', address: 0x3c, control: { more: 0x80, data: 0x40 } } },
  instructions: COMMANDS,
  shows: {
    picture: { kind: 'bytes', doc: 'what the panel shows, as a PNG' },
    text: { kind: 'text', doc: 'what the panel shows, for a terminal' },
    brightness: { range: [0, 1], doc: 'of a lit dot, of the most: by contrast and fading' },
    contrast: { kind: 'integer', range: [0, 255], doc: 'contrast' },
    on: { kind: 'flag', doc: 'whether the panel is on' },
  },
} as const satisfies DataSheet;

/** Solomon SSD1306 data sheet (rev. 1.1), table 9-1. */
const COLUMNS = 128;
const PAGES = 8;

const CONTROL = sheet.bus.i2c.control;

const BY_OPCODE = instructionsByOpcode(COMMANDS);

const ADDRESSING = { HORIZONTAL: 0, VERTICAL: 1, PAGE: 2 } as const;

const POWER_ON = {
  addressing: ADDRESSING.PAGE as number,
  column: 0,
  /** Column start address of page addressing (00h to 1Fh). */
  pageColumn: 0,
  page: 0,
  firstColumn: 0,
  lastColumn: COLUMNS - 1,
  firstPage: 0,
  lastPage: PAGES - 1,
  startLine: 0,
  offset: 0,
  multiplex: 63,
  contrast: 0x7f,
  segmentRemap: false,
  comRemap: false,
  allOn: false,
  inverse: false,
  on: false,
  /** DAh: 12h. */
  alternative: true,
  comHalvesRemap: false,
  pump: false,
  /** D5h and D9h. */
  divide: 1,
  precharge: 0x22,
  zoom: false,
  /** 23h: 0 off, 2 fades out, 3 fades in and out; frames of a step, and steps since. */
  fade: 0,
  fadeFrames: 8,
  faded: 0,
};

type SettingName = Exclude<
  CommandName,
  'column-low' | 'column-high' | 'columns' | 'pages' | 'fade' | 'scroll' | 'activate-scroll' | 'scroll-area'
>;

interface Given {
  readonly opcode: number;
  readonly operand: number;
  /** The first setting. */
  readonly first: number;
}

/** 8.3: typical oscillator frequency, and clocks of a row beside pre-charge and discharge. */
const OSCILLATOR_HZ = 370_000;
const ROW_CLOCKS = 50;
const FADE_STEPS = 16;
/** Up to so many rows modules are wired with one COM pad after the other. */
const SEQUENTIAL_ROWS = 32;

/** What commands leave in the registers that do nothing else. */
const SETTINGS: Readonly<Record<SettingName, (given: Given) => Partial<typeof POWER_ON>>> = {
  addressing: ({ first }) => ({ addressing: Math.min(first & 3, ADDRESSING.PAGE) }),
  'start-line': ({ opcode }) => ({ startLine: opcode & 0x3f }),
  contrast: ({ first }) => ({ contrast: first }),
  pump: ({ first }) => ({ pump: (first & 0x04) !== 0 }),
  'segment-remap': ({ operand }) => ({ segmentRemap: operand === 1 }),
  'all-on': ({ operand }) => ({ allOn: operand === 1 }),
  inverse: ({ operand }) => ({ inverse: operand === 1 }),
  multiplex: ({ first }) => ({ multiplex: first & 0x3f }),
  on: ({ operand }) => ({ on: operand === 1 }),
  page: ({ opcode }) => ({ page: opcode & 7 }),
  'com-remap': ({ operand }) => ({ comRemap: operand === 1 }),
  offset: ({ first }) => ({ offset: first & 0x3f }),
  clock: ({ first }) => ({ divide: (first & 0x0f) + 1 }),
  zoom: ({ first }) => ({ zoom: (first & 1) !== 0 }),
  precharge: ({ first }) => ({ precharge: first }),
  'com-pins': ({ first }) => ({ alternative: (first & 0x10) !== 0, comHalvesRemap: (first & 0x20) !== 0 }),
};

class Ssd1306 {
  readonly #kit: Kit<typeof sheet>;
  readonly #width: number;
  readonly #height: number;
  /** GDDRAM: a byte is eight dots below each other, the least significant on top. */
  readonly #memory = new Uint8Array(COLUMNS * PAGES);
  readonly #registers = { ...POWER_ON };
  #control = 0;
  #awaitsControl = true;
  #command: number[] = [];
  readonly #scroll = { ...NO_SCROLL };
  readonly #scrolling: Periodic;
  readonly #fading: Periodic;
  readonly #wiring: ComLayout;
  readonly #needsPump: boolean;

  constructor(kit: Kit<typeof sheet>) {
    const { node } = kit;
    this.#kit = kit;
    this.#width = sizeOf(kit, 'solomon,width', COLUMNS);
    this.#height = sizeOf(kit, 'solomon,height', PAGES * 8);
    kit.keep({ memory: this.#memory });
    kit.keep(this.#registers);
    kit.keep(this.#scroll);
    this.#wiring = {
      alternative: !node.has('solomon,com-seq') && this.#height > SEQUENTIAL_ROWS,
      remap: node.has('solomon,com-lrremap'),
    };
    // The SSD1309 has no charge pump.
    this.#needsPump =
      !node.has('dtbus,external-vcc') && !node.compatible.some((name) => name.includes('ssd1309'));
    this.#scrolling = kit.every(
      () => stepFrames(this.#scroll) * this.#frameNs(),
      (count) => scrollBy(this.#scroll, this.#memory, count, this.#registers.segmentRemap),
    );
    this.#fading = kit.every(
      () => (this.#registers.fade === 0 ? 0 : this.#registers.fadeFrames * this.#frameNs()),
      (count) => {
        this.#registers.faded += count;
      },
    );
  }

  /** 8.3: divide ratio * clocks of a row * rows. */
  #frameNs(): number {
    const { divide, precharge, multiplex } = this.#registers;
    const clocks = ROW_CLOCKS + (precharge & 0x0f) + (precharge >> 4);
    return (divide * clocks * (multiplex + 1) * 1e9) / OSCILLATOR_HZ;
  }

  /** Who looks at the panel sees what has moved by now. */
  #catchUp(): void {
    this.#scrolling.catchUp();
    this.#fading.catchUp();
  }

  /** 0 where nothing shines; 1 at the highest contrast. */
  get brightness(): number {
    this.#catchUp();
    const { on, pump, contrast, fade, faded } = this.#registers;
    if (!on || (this.#needsPump && !pump)) return 0;
    const round = faded % (2 * FADE_STEPS);
    const step =
      fade === 0 ? 0 : fade === 2 ? Math.min(faded, FADE_STEPS) : Math.min(round, 2 * FADE_STEPS - round);
    // Contrast 0 is dim, not dark.
    return ((contrast + 1) / 256) * (1 - step / FADE_STEPS);
  }

  /** What the panel shows, as a PNG. */
  get picture(): Uint8Array {
    return this.#kit.toPng(this.#bitmap());
  }

  /** What the panel shows, for a terminal. */
  get text(): string {
    return this.#kit.toText(this.#bitmap());
  }

  get contrast(): number {
    return this.#registers.contrast;
  }

  get on(): boolean {
    return this.#registers.on;
  }

  /** GDDRAM keeps its contents; the registers do not. */
  reset(): void {
    Object.assign(this.#registers, POWER_ON);
    Object.assign(this.#scroll, NO_SCROLL);
    this.#command = [];
  }

  start(_address: number, read: boolean): boolean {
    this.#awaitsControl = !read;
    return true;
  }

  write(data: Uint8Array): number {
    for (const byte of data) {
      if (this.#awaitsControl) {
        this.#control = byte;
        this.#awaitsControl = false;
        continue;
      }
      if ((this.#control & CONTROL.data) !== 0) this.#draw(byte);
      else this.#commandByte(byte);
      this.#awaitsControl = (this.#control & CONTROL.more) !== 0;
    }
    return data.length;
  }

  /** Status: bit 6 is set while the display is off. */
  read(into: Uint8Array): void {
    into.fill(this.#registers.on ? 0x00 : 0x40);
  }

  #draw(byte: number): void {
    const registers = this.#registers;
    // Segment remap concerns what is written from now on, not what is there (10.1.8).
    const column = registers.segmentRemap ? COLUMNS - 1 - registers.column : registers.column;
    this.#memory[registers.page * COLUMNS + column] = byte;
    switch (registers.addressing) {
      case ADDRESSING.PAGE:
        // The end of a page leads back to the column start address, in the same page (10.1.3).
        registers.column = registers.column === COLUMNS - 1 ? registers.pageColumn : registers.column + 1;
        break;
      case ADDRESSING.HORIZONTAL:
        if (this.#nextColumn()) this.#nextPage();
        break;
      default:
        if (this.#nextPage()) this.#nextColumn();
    }
  }

  /** True when it went round. */
  #nextColumn(): boolean {
    const registers = this.#registers;
    const wraps = registers.column === registers.lastColumn;
    registers.column = wraps ? registers.firstColumn : (registers.column + 1) % COLUMNS;
    return wraps;
  }

  #nextPage(): boolean {
    const registers = this.#registers;
    const wraps = registers.page === registers.lastPage;
    registers.page = wraps ? registers.firstPage : (registers.page + 1) % PAGES;
    return wraps;
  }

  #startPageAt(column: number): void {
    this.#registers.pageColumn = column;
    this.#registers.column = column;
  }

  #commandByte(byte: number): void {
    this.#command.push(byte);
    const [opcode = 0, ...settings] = this.#command;
    const command: Instruction | undefined = BY_OPCODE.get(opcode);
    if (settings.length < (command?.settings ?? 0)) return;
    this.#command = [];
    if (command !== undefined) this.#execute(command, opcode, settings);
  }

  #execute({ does, operand = 0 }: Instruction, opcode: number, settings: readonly number[]): void {
    const name = does as CommandName | undefined;
    const registers = this.#registers;
    const [first = 0, second = 0] = settings;
    switch (name) {
      case 'column-low':
        this.#startPageAt((registers.pageColumn & 0x70) | opcode);
        break;
      case 'column-high':
        this.#startPageAt((registers.pageColumn & 0x0f) | ((opcode & 7) << 4));
        break;
      case 'columns':
        registers.firstColumn = first & 0x7f;
        registers.lastColumn = second & 0x7f;
        registers.column = registers.firstColumn;
        break;
      case 'pages':
        registers.firstPage = first & 7;
        registers.lastPage = second & 7;
        registers.page = registers.firstPage;
        break;
      case 'fade':
        Object.assign(registers, { fade: (first >> 4) & 3, fadeFrames: 8 * ((first & 15) + 1), faded: 0 });
        this.#fading.restart();
        break;
      case 'scroll':
        setScroll(this.#scroll, opcode, settings);
        break;
      case 'activate-scroll':
        this.#scroll.active = operand === 1;
        this.#scrolling.restart();
        break;
      case 'scroll-area':
        Object.assign(this.#scroll, { fixed: first & 0x3f, moving: second & 0x7f, shift: 0 });
        break;
      case undefined:
        break;
      default:
        Object.assign(registers, SETTINGS[name]({ opcode, operand, first }));
    }
  }

  /**
   * The panel as modules mount it: with segments and COM outputs remapped (A1h, C8h), as every driver
   * does, the picture stands upright.
   */
  #bitmap(): Bitmap {
    const registers = this.#registers;
    const lines = registers.multiplex + 1;
    const dark = this.brightness === 0;
    const layout = { alternative: registers.alternative, remap: registers.comHalvesRemap };
    return {
      width: this.#width,
      height: this.#height,
      at: (x, y) => {
        if (dark || y >= lines) return false;
        const index = rowOfPad(layout, comPad(this.#wiring, lines - 1 - y));
        if (index >= lines) return false;
        if (registers.allOn) return true;
        const scanned = registers.comRemap ? lines - 1 - index : index;
        const row = scrolledRow(this.#scroll, registers.zoom ? scanned >> 1 : scanned);
        const line = (row + registers.startLine + registers.offset) % 64;
        const byte = this.#memory[(line >> 3) * COLUMNS + (COLUMNS - 1 - x)] as number;
        return (((byte >> (line & 7)) & 1) !== 0) !== registers.inverse;
      },
    };
  }
}

function sizeOf({ node }: Kit<typeof sheet>, property: string, most: number): number {
  return Math.min(most, node.u32(property) ?? most);
}

const model: Model<typeof sheet> = (_registers, kit) => {
  const display = new Ssd1306(kit);
  return { properties: display, i2c: display, reset: () => display.reset() };
};

export const parts = [{ ...sheet, model }];
