import type { DataSheet } from '../data-sheet.ts';
import { CONTENTS, CONTENTS_FILE, contentsOf } from '../memories/memory-contents.ts';
import type { Kit, Model, Part } from '../model.ts';
import { SdCard } from './sd-card.ts';

const SIZE = 'dtbus,card-size';
const STANDARD = 'dtbus,standard-capacity';
const UNIT = 512 * 1024;
const [DEFAULT_SIZE, MOST] = [16 * 1024 * 1024, 1024 * 1024 * 1024];

const sheet = {
  compatible: ['mmc-spi-slot'],
  title: 'SD card in an SPI slot',
  source: 'SD Physical Layer Simplified Specification 3.01, chapters 4, 5 and 7',
  notModelled: [
    'chip select that rises within a command or a block: the card goes on when it is low again',
    'locking by a password (CMD42), programming of CSD (CMD27), groups of write protection',
    'functions of CMD6 but for the default ones',
    'MMC and SDIO cards, and cards of more than 1 GiB',
  ],
  node: 'mmc-slot',
  nodeExample: ['spi-max-frequency = <25000000>;', 'voltage-ranges = <3300 3300>;'],
  bus: { spi: { form: 'other', modes: 0b1001, idleClocks: true } },
  nodeProperties: {
    [SIZE]: { type: 'u32', doc: 'bytes of the card, in steps of 512 KiB; without it 16 MiB' },
    [STANDARD]: { type: 'flag', doc: 'an SDSC card with byte addresses instead of an SDHC card' },
    ...CONTENTS_FILE,
  },
  pins: ['CD', 'WP'],
  idleLow: ['CD', 'WP'],
  senses: {
    timeScale: {
      range: [0, 1000],
      initial: 1,
      doc: 'how long it starts, reads, writes and erases: 1 as cards do, 0 no time',
    },
    writeProtect: { kind: 'flag', doc: 'its slider: the WP line says so, the card does not know' },
    locked: { kind: 'flag', doc: 'CSD says that it is protected, and each write is refused' },
    ...CONTENTS,
  },
} as const satisfies DataSheet;

function sizeOf({ node, fault }: Kit<typeof sheet>): number {
  const size = node.u32(SIZE) ?? DEFAULT_SIZE;
  if (size >= UNIT && size <= MOST && size % UNIT === 0) return size;
  throw fault(SIZE, `invalid ${SIZE} ${size}: expected a multiple of ${UNIT} up to ${MOST}`);
}

const model: Model<typeof sheet> = (_registers, kit) => {
  const {
    sense,
    keep,
    once,
    pin: { CD, WP },
  } = kit;
  const size = sizeOf(kit);
  const contents = kit.contents(size, 0);
  const card = new SdCard({
    highCapacity: !kit.node.has(STANDARD),
    size,
    contents,
    isProtected: () => sense.locked,
    keep,
    access: once(),
    busy: once(),
    starting: once(),
    time: (ns) => ns * sense.timeScale,
  });
  /** The slot's switches: a card is in it, and its slider is at "lock". */
  function drive(): void {
    CD.set(true);
    WP.set(sense.writeProtect);
  }
  drive();
  return {
    reset() {
      card.reset();
      drive();
    },
    sensed: drive,
    properties: contentsOf(contents),
    spi: {
      transfer(tx, rx, length) {
        for (let index = 0; index < length; index++) {
          const sent = card.exchange(tx?.[index] ?? 0);
          if (rx !== undefined) rx[index] = sent;
        }
      },
    },
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
