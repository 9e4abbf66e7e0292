import type { Board, PeripheralReport } from '../../board/index.ts';
import type { Candidate } from './candidate.ts';

/** What of a board can stand on a command line. */
export interface BoardChoices {
  readonly i2cBuses: readonly Candidate[];
  /** By bus number. */
  readonly addresses: ReadonlyMap<string, readonly Candidate[]>;
  readonly spiDevices: readonly Candidate[];
  readonly eeproms: readonly Candidate[];
  readonly flashes: readonly Candidate[];
}

const NONE: BoardChoices = { i2cBuses: [], addresses: new Map(), spiDevices: [], eeproms: [], flashes: [] };

const EEPROM = /(^|,)(24\w*|spd|at25|25(lc|aa|c)?\d+)$/;

/** The choices of a board; none where it cannot be read: a completion does not complain. Opens no adapter. */
export async function boardChoices(file: string, adopt: boolean): Promise<BoardChoices> {
  const { openBoard } = await import('../../board/index.ts');
  try {
    const options = {
      adopt,
      look: true,
      backEnd: 'inline',
      openHosts: 'first-use',
      onWarning: () => {},
    } as const;
    const board = await openBoard(file, options);
    try {
      return choicesOf(board);
    } finally {
      await board.close();
    }
  } catch {
    return NONE;
  }
}

function choicesOf(board: Board): BoardChoices {
  const buses = board.buses();
  const i2c = buses.filter(({ kind }) => kind === 'i2c');
  const spi = buses.filter(({ kind }) => kind === 'spi');
  const labelled = (peripheral: PeripheralReport): Candidate => ({
    value: board.tree.byPath(peripheral.path)?.labels[0] ?? peripheral.path,
    what: peripheral.compatible[0] ?? '',
  });
  const isEeprom = ({ compatible }: PeripheralReport) => compatible.some((name) => EEPROM.test(name));
  return {
    i2cBuses: i2c.map(({ number, path }) => ({ value: String(number), what: path })),
    addresses: new Map(
      i2c.map(({ number, peripherals }) => [
        String(number),
        peripherals.flatMap(({ reg, compatible }) =>
          reg.map((address) => ({ value: `0x${address.toString(16)}`, what: compatible[0] ?? '' })),
        ),
      ]),
    ),
    spiDevices: spi.flatMap(({ nodes, path }) => nodes.map((value) => ({ value, what: path }))),
    eeproms: [...i2c, ...spi].flatMap(({ peripherals }) => peripherals.filter(isEeprom).map(labelled)),
    flashes: spi.flatMap(({ peripherals }) =>
      peripherals.filter((peripheral) => !isEeprom(peripheral)).map(labelled),
    ),
  };
}
