import { type BoardControl, type ControlFault, findControl } from '../../board/index.ts';
import { KINDS, optionsText, parseFaultOption } from '../../faults/index.ts';
import { oneLine, plainJson } from '../../input/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';

/** What `dtbus inject` is told beside fault, target and options. */
export interface InjectArguments extends BoardArguments {
  readonly remove?: string;
  readonly json: boolean;
}

/**
 * `dtbus inject [FAULT TARGET [OPTION=VALUE...]]`: puts a fault into a running board; without one, lists those that are
 * there; `--remove` takes out. @returns the exit code
 */
export async function injectIntoBoard(
  args: InjectArguments,
  kind: string | undefined,
  target: string | undefined,
  settings: readonly string[],
): Promise<number> {
  if (kind !== undefined && target === undefined)
    throw new UsageError(
      `missing target: dtbus inject ${oneLine(kind)} PART or BUS; \`dtbus inject --help\` has examples`,
    );
  if (kind !== undefined && args.remove !== undefined)
    throw new UsageError('--remove takes out what was put in: name no fault beside it');
  const number = args.remove === undefined ? undefined : numberOf(args.remove);
  const options = Object.fromEntries(settings.map(parseOption));
  const control = await findControl(args.board, args.connect);
  try {
    const faults = await asked(control, { kind, target, options, remove: args.remove, number });
    process.stdout.write(args.json ? `${plainJson(faults, 2)}\n` : faultsText(faults));
    return 0;
  } finally {
    control.close();
  }
}

interface Asked {
  readonly kind: string | undefined;
  readonly target: string | undefined;
  readonly options: object;
  readonly remove: string | undefined;
  readonly number: number | undefined;
}

async function asked(
  control: BoardControl,
  { kind, target, options, remove, number }: Asked,
): Promise<readonly ControlFault[]> {
  if (remove !== undefined) return control.ask({ call: 'removeFaults', number });
  if (kind === undefined || target === undefined) return control.ask({ call: 'faults' });
  return [await control.ask<ControlFault>({ call: 'inject', kind, target, options })];
}

/** @throws {InvalidValue} */
function numberOf(text: string): number | undefined {
  if (text === 'all') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidValue('--remove', 'the number of a fault, or all', text);
}

/** @throws {UsageError} */
function parseOption(text: string): [string, number | string] {
  try {
    return parseFaultOption(text);
  } catch (error) {
    throw new UsageError((error as TypeError).message);
  }
}

function faultsText(faults: readonly ControlFault[]): string {
  if (faults.length === 0) return 'no faults\n';
  return faults.map((fault) => `${oneLine(faultText(fault))}\n`).join('');
}

/** `1  nack on &temp  times=2  struck 1 of 3 chances, last at write to 0x48` */
function faultText({ number, text, options, fired, chances, last }: ControlFault): string {
  const given = optionsText(options);
  const where = last.at(-1);
  const struck = `struck ${fired} of ${chances} chances${where === undefined ? '' : `, last at ${where}`}`;
  return [String(number), text, ...(given === '' ? [] : [given]), struck].join('  ');
}

/** `dtbus inject --kinds`: the catalogue. @returns the exit code */
export function listKinds(json: boolean): number {
  const kinds = Object.entries(KINDS).map(([fault, { on, at, needs = [], checks, does }]) => ({
    fault,
    of: on,
    target: at,
    mustHave: needs,
    options: Object.keys(checks).filter((name) => name !== 'while'),
    does,
  }));
  const width = Math.max(...kinds.map(({ fault }) => fault.length));
  const texts = kinds.map(({ fault, does, options }) =>
    [
      `${fault.padEnd(width)}  ${does.replaceAll('`', '')}`,
      `${' '.repeat(width)}  ${options.join(', ')}`,
    ].join('\n'),
  );
  process.stdout.write(json ? `${plainJson(kinds, 2)}\n` : `${texts.join('\n')}\n`);
  return 0;
}
