import type { DataSheet } from '../data-sheet.ts';
import type { Bitmap, Kit, Model, Periodic } from '../model.ts';
import { argumentCount } from './ssd1306-commands.ts';
import { type ComLayout, comPad, rowOfPad } from './ssd1306-panel.ts';
import { NO_SCROLL, scrollBy, scrolledRow, setScroll, stepFrames } from './ssd1306-scroll.ts';

const sheet = {
  compatible: ['solomon,ssd1306', 'solomon,ssd1306fb-i2c', 'solomon,ssd1309fb-i2c'],
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
  bus: { i2c: { form: 'other', address: 0x3c } },
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

/** 8.1.5.2: after the address comes a control byte; Co says that another follows, D/C# what comes next. */
const CONTROL = { CO: 0x80, DATA: 0x40 } as const;

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

/** 8.3: typical oscillator frequency, and clocks of a row beside pre-charge and discharge. */
const OSCILLATOR_HZ = 370_000;
const ROW_CLOCKS = 50;
const FADE_STEPS = 16;
/** Up to so many rows modules are wired with one COM pad after the other. */
const SEQUENTIAL_ROWS = 32;

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
      if ((this.#control & CONTROL.DATA) !== 0) this.#draw(byte);
      else this.#commandByte(byte);
      this.#awaitsControl = (this.#control & CONTROL.CO) !== 0;
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
    const [command = 0, ...args] = this.#command;
    if (args.length < argumentCount(command)) return;
    this.#command = [];
    this.#execute(command, args);
  }

  #execute(command: number, args: readonly number[]): void {
    const registers = this.#registers;
    const [first = 0, second = 0] = args;
    if (command >= 0x26 && command <= 0x2a) setScroll(this.#scroll, command, args);
    else if (command <= 0x0f) this.#startPageAt((registers.pageColumn & 0x70) | command);
    else if (command <= 0x1f) this.#startPageAt((registers.pageColumn & 0x0f) | ((command & 7) << 4));
    else if (command >= 0x40 && command <= 0x7f) registers.startLine = command & 0x3f;
    else if (command >= 0xb0 && command <= 0xb7) registers.page = command & 7;
    else if (command >= 0xc0 && command <= 0xcf) registers.comRemap = (command & 8) !== 0;
    else this.#setting(command, first, second);
  }

  #setting(command: number, first: number, second: number): void {
    const registers = this.#registers;
    switch (command) {
      case 0x20:
        registers.addressing = Math.min(first & 3, ADDRESSING.PAGE);
        break;
      case 0x21:
        registers.firstColumn = first & 0x7f;
        registers.lastColumn = second & 0x7f;
        registers.column = registers.firstColumn;
        break;
      case 0x22:
        registers.firstPage = first & 7;
        registers.lastPage = second & 7;
        registers.page = registers.firstPage;
        break;
      case 0x23:
        Object.assign(registers, { fade: (first >> 4) & 3, fadeFrames: 8 * ((first & 15) + 1), faded: 0 });
        this.#fading.restart();
        break;
      case 0x2e:
      case 0x2f:
        this.#scroll.active = command === 0x2f;
        this.#scrolling.restart();
        break;
      case 0x81:
        registers.contrast = first;
        break;
      case 0xa0:
      case 0xa1:
        registers.segmentRemap = command === 0xa1;
        break;
      case 0x8d:
        registers.pump = (first & 0x04) !== 0;
        break;
      case 0xa3:
        Object.assign(this.#scroll, { fixed: first & 0x3f, moving: second & 0x7f, shift: 0 });
        break;
      case 0xa4:
      case 0xa5:
        registers.allOn = command === 0xa5;
        break;
      case 0xa6:
      case 0xa7:
        registers.inverse = command === 0xa7;
        break;
      case 0xae:
      case 0xaf:
        registers.on = command === 0xaf;
        break;
      default:
        this.#drivingSetting(command, first);
    }
  }

  /** Table 9-1, "Timing & driving scheme" and "Hardware configuration". */
  #drivingSetting(command: number, first: number): void {
    const registers = this.#registers;
    switch (command) {
      case 0xa8:
        registers.multiplex = first & 0x3f;
        break;
      case 0xd3:
        registers.offset = first & 0x3f;
        break;
      case 0xd5:
        registers.divide = (first & 0x0f) + 1;
        break;
      case 0xd6:
        registers.zoom = (first & 1) !== 0;
        break;
      case 0xd9:
        registers.precharge = first;
        break;
      case 0xda:
        Object.assign(registers, { alternative: (first & 0x10) !== 0, comHalvesRemap: (first & 0x20) !== 0 });
        break;
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
