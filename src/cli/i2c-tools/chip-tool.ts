import type { I2cDev } from '../../board/index.ts';
import {
  hasCapabilities,
  lookUpBus,
  type Need,
  type Nodes,
  openBus,
  parseAddress,
  printVersion,
  setAddress,
} from './bus-arguments.ts';
import { type Flags, parseFlags } from './flags.ts';
import { readAnswer, type ToolIo } from './io.ts';

/** What every request to one chip says, as it was understood so far. */
interface ChipRequest {
  readonly pec: boolean;
}

/** A request with the chip that it goes to. */
export type Addressed<Request> = Request & { readonly address: number };

/** One of i2c-tools that works on one chip: `TOOL [flags] I2CBUS CHIP-ADDRESS ...`. */
export interface ChipTool<Request extends ChipRequest> {
  readonly name: string;
  readonly usage: string;
  /** Flags that the tool knows. */
  readonly letters: string;
  /** Those of them that a value follows. */
  readonly lettersWithValue: string;
  /** Arguments without which it does nothing. */
  readonly least: number;
  /** What is said when the bus, or the chip, is missing. */
  readonly missing: readonly [bus: string, chip: string];
  /** What follows the chip's address; reports and gives how to go on when it is wrong. */
  parse(rest: readonly string[], flags: Flags, io: ToolIo): Request | 'show usage' | 'fail';
  /** What the adapter must be able to do. */
  needs(request: Request): readonly Need[];
  /** Says what will be done, and asks. */
  confirmed(path: string, request: Addressed<Request>, io: ToolIo): Promise<boolean>;
  /** Does it. @returns the exit code */
  run(i2c: I2cDev, request: Addressed<Request>, flags: Flags, io: ToolIo): Promise<number>;
}

/** Runs a tool. @returns the exit code */
export async function runChipTool<Request extends ChipRequest>(
  tool: ChipTool<Request>,
  argv: readonly string[],
  nodes: Nodes,
  io: ToolIo,
): Promise<number> {
  const usage = (error = '') => {
    io.stderr.write(error + tool.usage);
    return 1;
  };
  const flags = parseFlags(argv, tool.letters, tool.lettersWithValue, io);
  if (flags === undefined) return usage();
  if (flags.given.has('V')) return printVersion(tool.name, io);
  const [bus, chip, ...rest] = flags.positional;
  if (bus === undefined || flags.positional.length < tool.least) return usage(tool.missing[0]);
  const number = lookUpBus(bus, nodes, io);
  if (number === undefined) return usage();
  if (chip === undefined) return usage(tool.missing[1]);
  const address = parseAddress(chip, flags.given.has('a'), io);
  if (address === undefined) return usage();
  const parsed = tool.parse(rest, flags, io);
  if (parsed === 'show usage') return usage();
  if (parsed === 'fail') return 1;

  const i2c = openBus(number, nodes, io);
  if (i2c === undefined) return 1;
  try {
    if (!hasCapabilities(i2c, tool.needs(parsed), parsed.pec, io)) return 1;
    if (!setAddress(i2c, address, flags.given.has('f'), io)) return 1;
    const request = { ...parsed, address };
    if (!flags.given.has('y') && !(await tool.confirmed(i2c.path, request, io))) return 0;
    return await tool.run(i2c, request, flags, io);
  } finally {
    i2c.close();
  }
}

/** Says why a request cannot be. */
export function refuse(sentence: string, io: ToolIo): 'show usage' {
  io.stderr.write(`Error: ${sentence}\n`);
  return 'show usage';
}

/** Asks; says so when the answer is no. */
export async function agreed(question: string, preset: boolean, io: ToolIo): Promise<boolean> {
  io.stderr.write(question);
  if (await readAnswer(io, preset)) return true;
  io.stderr.write('Aborting on user request.\n');
  return false;
}

/** `Continue? [Y/n]`: a dangerous one has no for its answer. */
export function goOn(dangerous: boolean, io: ToolIo): Promise<boolean> {
  return agreed(`Continue? [${dangerous ? 'y/N' : 'Y/n'}] `, !dangerous, io);
}
