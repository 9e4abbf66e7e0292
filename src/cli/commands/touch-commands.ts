import type { Command } from 'commander';
import { withBoardOptions, withConnection } from '../board/board-options.ts';
import type { BoardArguments } from '../board/named-board.ts';

/** Adds `dtbus get`, `set`, `show`, `press` and `inject`: they look at a board that runs in another process and touch it. */
export function addTouchCommands(program: Command, end: (exitCode: number) => void): void {
  const add = (name: string, summary: string, description: string, example: string) =>
    withConnection(
      withBoardOptions(
        program
          .command(name)
          .summary(summary)
          .description(
            `${description} The board runs in another process (dtbus up, run, serve or guest) and is found by its file, or by --connect FOLDER.`,
          )
          .addHelpText('after', `\nExample:\n  ${example}\n`),
      ),
    );
  add(
    'get',
    'read what a simulated part of a running board senses and holds, or the lines of its GPIO',
    'Prints the properties of a simulated part, or the lines of a GPIO controller with direction, level and who drives them; without a name, of all.',
    'dtbus get "&temp" temperature -b dts/demo.dts',
  )
    .argument('[part]', 'label (&temp), path or alias of the part or GPIO controller')
    .argument('[property]', 'one property, or line: only its value is printed')
    .option('--json', 'as JSON, for scripts', false)
    .action(async (part: string | undefined, property: string | undefined, args: GetArguments) => {
      const { getFromBoard } = await import('../touch/touch.ts');
      end(await getFromBoard(args, part, property, args.json));
    });
  add(
    'set',
    'set what a simulated part of a running board senses',
    'Sets properties of a simulated part.',
    'dtbus set "&temp" temperature=-5 -b dts/demo.dts',
  )
    .argument('<part>', 'label (&temp), path or alias of the part')
    .argument(
      '<property=value...>',
      'what to set: temperature=-5 humidity=40; a number, true or false, or text',
    )
    .action(async (part: string, settings: string[], args: BoardArguments) => {
      const { setOnBoard } = await import('../touch/touch.ts');
      end(await setOnBoard(args, part, settings));
    });
  add(
    'show',
    'show the picture of a display of a running board',
    'Prints what a display shows, as text, or writes it to a PNG file.',
    'dtbus show "&oled" --png oled.png',
  )
    .argument('<part>', 'label (&oled), path or alias of the display')
    .option('--png <file>', 'write the picture to a PNG file; `-` is standard output')
    .option('--watch', 'draw it again whenever it changes, until Ctrl-C', false)
    .action(async (part: string, args: BoardArguments & { png?: string; watch: boolean }) => {
      const { showDisplay } = await import('../touch/touch.ts');
      end(await showDisplay(args, part, args.png, args.watch));
    });
  add(
    'press',
    'press a button of a running board',
    'Pulls a line of a GPIO controller, or a pin of a GPIO expander, low for a moment.',
    'dtbus press "&gpio" button -b dts/demo.dts',
  )
    .argument('<controller>', 'label (&gpio), path or alias of the GPIO controller or expander')
    .argument('<line>', 'name or number of the line; number of the pin of an expander')
    .option('--for <ms>', 'how long, in milliseconds', '200')
    .action(async (controller: string, line: string, args: BoardArguments & { for: string }) => {
      const { pressButton } = await import('../touch/touch.ts');
      end(await pressButton(args, controller, line, args.for));
    });
  addInjectCommand(add, end);
}

/** Makes a command that has what all of them have. */
type AddCommand = (name: string, summary: string, description: string, example: string) => Command;

function addInjectCommand(add: AddCommand, end: (exitCode: number) => void): void {
  add(
    'inject',
    'put faults into a running board, list them, take them out',
    'Puts a fault into the wires, sensors or GPIO lines of a running board, to see what its driver does. Without a fault, lists those that are in, with how often each has struck.',
    INJECT_EXAMPLES,
  )
    .argument('[fault]', 'its name: nack, absent, stretch, noise, …')
    .argument('[target]', 'part (&temp), bus (i2c-1) or GPIO controller (&gpio)')
    .argument('[option=value...]', 'times=3 forMs=40 at=any register=0; --kinds has those of each')
    .option('--remove <number>', 'take out the fault of that number, or `all`')
    .option('--kinds', 'list the faults that there are, with their options', false)
    .option('--json', 'as JSON, for scripts', false)
    .action(
      async (
        fault: string | undefined,
        target: string | undefined,
        options: string[],
        args: KindsArguments,
      ) => {
        const { injectIntoBoard, listKinds } = await import('../touch/inject.ts');
        end(args.kinds ? listKinds(args.json) : await injectIntoBoard(args, fault, target, options));
      },
    );
}

const INJECT_EXAMPLES = `dtbus inject absent "&temp" forMs=2000     # ENXIO for two seconds
  dtbus inject nack "&eeprom" at=any chance=0.1 times=100 seed=7
  dtbus inject sda i2c-1                     # EBUSY, until it is taken out
  dtbus inject stuck "&temp" value=85        # what a sensor feels
  dtbus inject bounce "&gpio" line=button
  dtbus inject                               # what is in, and what it did
  dtbus inject --remove 1                    # or: --remove all

Faults:
  a part or bus   nack absent busy brownOut flip pec id ghost muxStuck stretch
  I2C lines       scl sda lose_arbitration incomplete_address_phase
                  incomplete_write_byte
  an SPI bus      miso shift cs
  a sensor        stuck drift noise offset clip
  a GPIO line     lostEdge bounce late

They are gone when the board ends. docs/faults.md says what each does, and
which host carries it.`;

interface KindsArguments extends BoardArguments {
  readonly kinds: boolean;
  readonly json: boolean;
  readonly remove?: string;
}

type GetArguments = BoardArguments & { readonly json: boolean };
