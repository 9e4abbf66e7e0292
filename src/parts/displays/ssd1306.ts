import type { DataSheet } from '../data-sheet.ts';
import type { Bitmap, Kit, Model } from '../model.ts';

const sheet = {
  compatible: ['solomon,ssd1306', 'solomon,ssd1306fb-i2c', 'solomon,ssd1309fb-i2c'],
  title: 'SSD1306 display, 128 x 64 dots',
  source: 'Solomon SSD1306, rev. 1.1',
  notModelled: ['scrolling', 'brightness, timing and the charge pump', 'alternative COM pin layouts (DAh)'],
  node: 'display',
  nodeProperties: {
    'solomon,width': { type: 'u32', doc: 'columns of the panel, up to 128' },
    'solomon,height': { type: 'u32', doc: 'rows of the panel, up to 64' },
  },
  bus: { i2c: { form: 'other', address: 0x3c } },
  shows: {
    picture: { kind: 'bytes', doc: 'what the panel shows, as a PNG' },
    text: { kind: 'text', doc: 'what the panel shows, for a terminal' },
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

/** How many bytes follow a command. */
function argumentCount(command: number): number {
  switch (command) {
    case 0x26:
    case 0x27:
      return 6;
    case 0x29:
    case 0x2a:
      return 5;
    case 0x21:
    case 0x22:
    case 0xa3:
      return 2;
    case 0x20:
    case 0x81:
    case 0x8d:
    case 0xa8:
    case 0xd3:
    case 0xd5:
    case 0xd9:
    case 0xda:
    case 0xdb:
      return 1;
    default:
      return 0;
  }
}

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

  constructor(kit: Kit<typeof sheet>) {
    this.#kit = kit;
    this.#width = sizeOf(kit, 'solomon,width', COLUMNS);
    this.#height = sizeOf(kit, 'solomon,height', PAGES * 8);
    kit.keep({ memory: this.#memory });
    kit.keep(this.#registers);
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

  #execute(command: number, [first = 0, second = 0]: readonly number[]): void {
    const registers = this.#registers;
    if (command <= 0x0f) this.#startPageAt((registers.pageColumn & 0x70) | command);
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
      case 0x81:
        registers.contrast = first;
        break;
      case 0xa0:
      case 0xa1:
        registers.segmentRemap = command === 0xa1;
        break;
      case 0xa4:
      case 0xa5:
        registers.allOn = command === 0xa5;
        break;
      case 0xa6:
      case 0xa7:
        registers.inverse = command === 0xa7;
        break;
      case 0xa8:
        registers.multiplex = first & 0x3f;
        break;
      case 0xae:
      case 0xaf:
        registers.on = command === 0xaf;
        break;
      case 0xd3:
        registers.offset = first & 0x3f;
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
    return {
      width: this.#width,
      height: this.#height,
      at: (x, y) => {
        if (!registers.on || y >= lines) return false;
        if (registers.allOn) return true;
        const row = registers.comRemap ? y : lines - 1 - y;
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
