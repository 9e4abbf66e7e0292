import { closeSync, openSync, writeSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { oneLine, writeFault } from '../../../input/index.ts';
import { withBoardOptions } from '../../board/board-options.ts';
import { type BoardArguments, openNamedBoard } from '../../board/named-board.ts';
import { processImageIo } from '../../memory/image.ts';
import { InvalidValue, invalidChoice, UsageError } from '../../terminal/usage-error.ts';

/** Bytes that are written at once. */
const CHUNK = 1 << 18;
const MS_NS = 1e6;
/** In the place of a file: standard input, or standard output. */
const STDIO = '-';

interface ConvertArguments extends BoardArguments {
  readonly from?: string;
  readonly to?: string;
  readonly channel: readonly string[];
  readonly spiMode: string;
  readonly time: 'none' | 'rounded' | 'exact';
  readonly describe: boolean;
  readonly idle?: string;
}

const collect = (name: string, before: readonly string[]): readonly string[] => [...before, name];

const DESCRIPTION = `Converts what happened on buses from one format into another, which the files' endings name:

  .bus               dtbus's recording (dtbus record)            both ways
  .pcapng, .pcap     captures for Wireshark: I2C, and SPI by     both ways
                     examples/wireshark/dtbus-spi.lua
  .vcd               waves, for GTKWave, Surfer, PulseView       both ways
  .sr                sessions of sigrok and PulseView            both ways
  .csv               Saleae's Logic 2: digital channels (read);  both ways
                     table of its I2C and SPI analysers
  .json              a trace for ui.perfetto.dev: who waited     written
  .txt, .trace       text of Linux's trace events i2c, smbus     read
                     and spi (/sys/kernel/tracing/trace)

A recording knows bytes and no edges: the waveforms of .vcd and .sr are synthesised, with ideal edges, and the output says so. Waves that are read are decoded: I2C by SCL and SDA, SPI by SCK, CS (active low), MOSI and MISO, words of eight bits. Buses are found by the names of the channels (i2c-1.SCL, SDA, spi-0.CS1); --channel says it where the names do not.

What a format has no place for is told on standard error; NACKs and errors survive in .bus, .pcapng, .csv and .json, and as far as wires show them in waves.`;

/** Adds `dtbus convert`. */
export function addConvertCommand(program: Command): void {
  const command = program
    .command('convert')
    .summary("convert a trace: recordings, captures, waves, the kernel's trace")
    .description(DESCRIPTION)
    .argument('<in>', 'the trace to read; `-` is standard input, with --from')
    .argument('<out>', 'the file to write; `-` is standard output, with --to')
    .option(
      '--from <format>',
      'format of the input, where its ending does not tell: bus, pcapng, vcd, sr, csv, ftrace',
    )
    .option(
      '--to <format>',
      'format of the output, where its ending does not tell: bus, pcapng, vcd, sr, csv, perfetto',
    )
    .addOption(
      new Option(
        '--channel <role=name>',
        'which channel is what: SCL=D0, SDA=D1, SCK=…, MOSI=…, MISO=…, CS0=…; may be repeated',
      )
        .argParser(collect)
        .default([], 'by their names'),
    )
    .addOption(
      new Option('--spi-mode <mode>', 'clock polarity and phase of SPI waves')
        .choices(['0', '1', '2', '3'])
        .default('0'),
    )
    .addOption(
      new Option('--time <how>', 'times of a recording')
        .choices(['rounded', 'exact', 'none'])
        .default('rounded'),
    )
    .option('--no-describe', 'a recording without comments that say what transfers mean')
    .option(
      '--idle <ms>',
      'in .sr: nothing happens for no longer than this; 0: leave nothing out (default: 1)',
    )
    .addHelpText(
      'after',
      `
Examples:
  dtbus convert boot.bus boot.sr                  then: pulseview boot.sr
  dtbus convert boot.bus boot.pcapng              then: wireshark boot.pcapng
  dtbus convert trace.txt boot.bus -b board.dts   a kernel's trace, decoded
  dtbus convert capture.sr boot.bus --channel SCL=D0 --channel SDA=D1
  ssh pi cat trace.txt | dtbus convert --from ftrace --to bus - -
`,
    );
  withBoardOptions(command).action(async (from: string, to: string, args: ConvertArguments) => {
    await convert(from, to, args, command.getOptionValueSource('board') === 'cli');
  });
}

async function convert(
  source: string,
  target: string,
  args: ConvertArguments,
  hasBoard: boolean,
): Promise<void> {
  const { formatOf, formatsThat, FORMATS, readTrace, traceOf, withParts, writeTrace } = await import(
    '../../../formats/index.ts'
  );
  const named = (given: string | undefined, file: string, can: 'read' | 'write') => {
    const names = formatsThat(can);
    const name = names.find((each) => each === (given ?? formatOf(file)));
    if (name !== undefined) return name;
    const option = can === 'read' ? '--from' : '--to';
    if (given !== undefined) throw invalidChoice(option, names, given);
    const endings = names.flatMap((each) => FORMATS[each].endings);
    throw new UsageError(
      `unknown ending of ${file}: expected ${endings.join(', ')}; or say it by ${option} FORMAT`,
    );
  };
  const from = named(args.from, source, 'read');
  const to = named(args.to, target, 'write');
  const idleMs = args.idle === undefined ? 1 : Number(args.idle);
  if (!(idleMs >= 0)) throw new InvalidValue('--idle', 'milliseconds', args.idle ?? '');
  const options = { channels: args.channel, spiMode: Number(args.spiMode) };
  const input = source === STDIO ? 'standard input' : source;
  let captured =
    source === STDIO
      ? traceOf(input, await processImageIo().readInput(), from, options)
      : readTrace(source, from, options);
  if (hasBoard) captured = withParts(captured, await busesOf(args));
  const notes = await written(target, (put) =>
    writeTrace(captured, to, put, {
      ...{ times: args.time, describe: args.describe },
      idleNs: idleMs === 0 ? undefined : idleMs * MS_NS,
    }),
  );
  for (const note of captured.notes) tell(input, note);
  for (const note of notes) tell(target === STDIO ? 'standard output' : target, note);
}

/** The buses of the board with their parts; nothing of it runs. */
async function busesOf(args: BoardArguments) {
  const board = await openNamedBoard(args, { backEnd: 'inline', look: true });
  try {
    const trace = board.trace();
    trace.end();
    return trace.buses;
  } finally {
    await board.close();
  }
}

type Put = (bytes: Uint8Array | string) => void;

/** Writes a file, or standard output for `-`. @throws {Error} it cannot be written */
async function written<T>(file: string, work: (put: Put) => Promise<T>): Promise<T> {
  if (file === STDIO) return inPieces(work, (bytes) => process.stdout.write(bytes));
  const tried = <R>(write: () => R): R => {
    try {
      return write();
    } catch (thrown) {
      throw new Error(writeFault(file, thrown));
    }
  };
  const fd = tried(() => openSync(file, 'w'));
  try {
    return await inPieces(work, (bytes) =>
      tried(() => {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      }),
    );
  } finally {
    closeSync(fd);
  }
}

/** Gives what `work` puts to `write` in pieces of a good size. */
async function inPieces<T>(
  work: (put: Put) => Promise<T>,
  write: (bytes: Uint8Array) => unknown,
): Promise<T> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  const flush = () => {
    const bytes = Buffer.concat(waiting);
    waiting = [];
    size = 0;
    write(bytes);
  };
  const result = await work((bytes) => {
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes);
    waiting.push(chunk);
    size += chunk.length;
    if (size >= CHUNK) flush();
  });
  flush();
  return result;
}

function tell(file: string, note: string): void {
  const about = note.startsWith(`${file}:`) ? '' : `${file}: `;
  process.stderr.write(`dtbus: ${oneLine(`${about}${note}`)}\n`);
}
