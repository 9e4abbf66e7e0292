import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { newTisState, Tis } from './tis.ts';
import { newTpm2State, Tpm2 } from './tpm2.ts';
import type { TpmMaker } from './tpm2-capabilities.ts';
import { cr50Wire, i2cWire, newI2cWireState, newSpiWireState, spiWire } from './wires.ts';

const sheet = {
  source:
    'TCG PC Client Platform TPM Profile for TPM 2.0, 1.05; TPM 2.0 Library, parts 1 to 3, revision 1.38',
  notModelled: [
    'keys, objects, NV memory, policies and sessions: their commands are answered with TPM_RC_COMMAND_CODE',
    'unpredictable random numbers: they follow from seed',
    'dynamic launch by hash commands of locality 4',
  ],
  node: 'tpm',
  pins: ['INT'],
  senses: {
    seed: {
      kind: 'integer',
      range: [0, 0xffff_ffff],
      initial: 1,
      doc: 'what its random numbers follow from',
    },
    executionTime: { range: [0, 60_000], initial: 1, unit: 'ms', doc: 'how long a command takes' },
    selfTestFails: { kind: 'flag', doc: 'its self test finds a fault: commands end with TPM_RC_FAILURE' },
  },
  shows: {
    started: { kind: 'flag', doc: 'whether TPM2_Startup was sent since power-on' },
    lastCommand: { kind: 'integer', range: [0, 0xffff_ffff], doc: 'TPM_CC of the last command' },
    lastResponse: { kind: 'integer', range: [0, 0xffff_ffff], doc: 'TPM_RC of the last response' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title' | 'bus'>;

const SPI = {
  senses: {
    waitBytes: {
      kind: 'integer',
      range: [0, 100],
      initial: 0,
      doc: 'bytes that it lets the host wait before data',
    },
  },
} as const;
type Sheet = typeof sheet & { readonly senses: typeof sheet.senses & typeof SPI.senses } & DataSheet;

interface Kind {
  readonly maker: TpmMaker;
  readonly id: number;
  readonly revision: number;
  /** The firmware of Google's security chips: it always lets the host wait, and tells by INT that it is ready. */
  readonly cr50?: true;
}

/** Registers of Cr50's SPI: a text with the version of its firmware, four bytes at a time; a write begins anew. */
const FIRMWARE_VERSION = 0xf90;
const FIRMWARE = 'B1-C:0 RO_A:0.0.10 RW_A:0.5.9\0';

const modelOf =
  ({ maker, id, revision, cr50 }: Kind): Model<Sheet> =>
  (_registers, { sense, keep, once, stopwatch, bus, pin: { INT } }) => {
    const commands = keep(newTpm2State());
    const state = keep(newTisState());
    const spiState = keep(newSpiWireState());
    const i2cState = keep(newI2cWireState());
    const last = keep({ command: 0, response: 0, text: 0 });
    const since = stopwatch();
    const tpm = new Tpm2(commands, {
      maker,
      elapsedMs: () => Math.floor(since.elapsedNs / 1e6),
      seed: () => sense.seed,
      broken: () => sense.selfTestFails,
    });
    const numberAt6 = (bytes: readonly number[]) =>
      bytes.slice(6, 10).reduce((all, byte) => all * 256 + byte, 0);
    const execution = once(() => {
      const response = tpm.execute(tis.command, Math.max(tis.active, 0));
      Object.assign(last, { command: numberAt6(tis.command), response: numberAt6(response) });
      tis.finish(response);
    }, INT);
    const tis: Tis = new Tis(state, {
      ...{ id, revision, burst: cr50 === undefined || bus === 'spi' ? 64 : 63 },
      execute: () => execution.start(sense.executionTime * 1e6),
      abandon: () => execution.cancel(),
      interrupt: (asserted) => {
        if (cr50 === undefined) INT.set(!asserted);
      },
    });
    const pulse = () => {
      INT.set(false);
      INT.set(true);
    };
    const version = {
      at: FIRMWARE_VERSION,
      read: () => FIRMWARE.charCodeAt(last.text++) || 0,
      write: () => {
        last.text = 0;
      },
    };
    return {
      reset() {
        execution.cancel();
        const { saved, resets, restarts } = commands;
        Object.assign(commands, newTpm2State(), { saved, resets, restarts });
        Object.assign(state, newTisState());
        Object.assign(spiState, newSpiWireState());
        Object.assign(i2cState, newI2cWireState());
        Object.assign(last, { command: 0, response: 0, text: 0 });
        since.start();
        tis.showLine();
      },
      restored: () => tis.showLine(),
      properties: {
        get started() {
          return commands.started;
        },
        get lastCommand() {
          return last.command;
        },
        get lastResponse() {
          return last.response;
        },
      },
      ...(bus === 'spi'
        ? {
            spi: cr50
              ? spiWire(tis, spiState, () => Math.max(sense.waitBytes, 1), pulse, version)
              : spiWire(tis, spiState, () => sense.waitBytes),
          }
        : { i2c: cr50 ? cr50Wire(tis, i2cState, pulse) : i2cWire(tis, i2cState) }),
    };
  };

const I2C_FORM = { form: 'other', address: 0x2e } as const;
/** PTP 7.3.2: mode 0. Its messages end by their own length. */
const SPI_FORM = { form: 'other', modes: 0b0001, message: 'waits' } as const;

const ROWS: readonly (readonly [
  compatible: readonly string[],
  title: string,
  buses: readonly ('i2c' | 'spi')[],
  kind: Kind,
])[] = [
  [
    ['google,cr50'],
    'Google Cr50 security chip as a TPM',
    ['i2c', 'spi'],
    {
      maker: { manufacturer: 'CROS', vendor: 'xCG fTPM', firmware: [0, 1] },
      id: 0x00281ae0,
      revision: 0,
      cr50: true,
    },
  ],
  [
    ['infineon,slb9670'],
    'SLB9670 TPM',
    ['spi'],
    {
      maker: { manufacturer: 'IFX', vendor: 'SLB9670', firmware: [0x70055, 0x11cb02] },
      id: 0x001b15d1,
      revision: 0x10,
    },
  ],
  [
    ['infineon,slb9673'],
    'SLB9673 TPM',
    ['i2c'],
    {
      maker: { manufacturer: 'IFX', vendor: 'SLB9673', firmware: [0x1a000d, 0] },
      id: 0x001c15d1,
      revision: 0x16,
    },
  ],
  [
    ['st,st33htpm-spi', 'st,st33ktpm2xi2c', 'st,st33tphf2ei2c'],
    'ST33 TPM',
    ['i2c', 'spi'],
    {
      maker: { manufacturer: 'STM', vendor: 'ST33', firmware: [0x00010101, 0] },
      id: 0x0000104a,
      revision: 0x4e,
    },
  ],
  [
    ['atmel,attpm20p'],
    'ATTPM20P TPM',
    ['spi'],
    {
      maker: { manufacturer: 'ATML', vendor: 'ATTPM20', firmware: [0x00010001, 0] },
      id: 0x00001114,
      revision: 0x01,
    },
  ],
  [
    ['nuvoton,npct75x'],
    'NPCT75x TPM',
    ['i2c', 'spi'],
    {
      maker: { manufacturer: 'NTC', vendor: 'NPCT75x', firmware: [0x00070002, 0] },
      id: 0x00fc1050,
      revision: 0x01,
    },
  ],
  [
    ['tcg,tpm_tis-spi', 'tcg,tpm-tis-i2c'],
    'TPM 2.0 with a FIFO, no maker',
    ['i2c', 'spi'],
    { maker: { manufacturer: 'IBM', vendor: 'dtbus', firmware: [1, 0] }, id: 0x00011014, revision: 0x01 },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, buses, kind]) => ({
  ...sheet,
  ...(buses.includes('spi') ? { senses: { ...sheet.senses, ...SPI.senses } } : {}),
  compatible,
  title,
  bus: {
    ...(buses.includes('i2c') ? { i2c: kind.cr50 ? { ...I2C_FORM, address: 0x50 } : I2C_FORM } : {}),
    ...(buses.includes('spi') ? { spi: SPI_FORM } : {}),
  },
  model: modelOf(kind),
}));
