import type { Command } from 'commander';
import { type BoardArguments, withBoardOptions, withConnection } from '../board/board-options.ts';

/** Adds `dtbus get`, `set`, `show` and `press`: they look at a board that runs in another process and touch it. */
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
}

type GetArguments = BoardArguments & { readonly json: boolean };
