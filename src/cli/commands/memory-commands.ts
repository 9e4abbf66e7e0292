import type { Command } from 'commander';
import { withBoardOptions, withConnection } from '../board/board-options.ts';
import type { BoardArguments } from '../board/named-board.ts';
import type { ChangeArguments, InfoArguments, MemoryTasks, RangeArguments } from '../memory/memory-tasks.ts';

/** A kind of memory on the command line. */
interface MemoryCommand {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** How a part is named. */
  readonly device: string;
  /** A label that examples may use. */
  readonly label: string;
  readonly examples: string;
  readonly erase: string;
  readonly writes: string;
  readonly load: () => Promise<MemoryTasks>;
}

const EEPROM: MemoryCommand = {
  name: 'eeprom',
  summary: 'read, write, erase, verify EEPROMs: 24Cxx (I2C), AT25 (SPI)',
  description:
    'Works on a 24Cxx (I2C) or AT25 (SPI) EEPROM of the board. Size, page and address width come from its compatible, or from size, pagesize and address-width of its node.',
  device:
    'the EEPROM: its label (eeprom), its path (/i2c/eeprom@50), BUS:ADDRESS:TYPE (1:0x50:24c32), or /dev/spidevB.C:TYPE (:25256)',
  label: 'eeprom',
  examples: `
  dtbus eeprom info eeprom -b dts/demo.dts
  dtbus eeprom read eeprom                 a dump on the terminal
  dtbus eeprom read 1:0x50:24c02 copy.bin  a part that is not in the tree
  echo hello | dtbus eeprom write eeprom - --offset 0x10`,
  erase: 'fill it with 0xff, the factory state',
  writes: 'write a file into it: only the pages that differ, each read back and compared',
  load: async () => (await import('../eeprom/tasks.ts')).tasks,
};

const FLASH: MemoryCommand = {
  name: 'flash',
  summary: 'identify, read, write, erase and verify SPI NOR flash',
  description:
    'Works on an SPI NOR flash of the board. Type and features are read from the chip: its JEDEC id and SFDP tables.',
  device: 'the flash: its label (flash), its path (/spi/flash@0) or /dev/spidevB.C',
  label: 'flash',
  examples: `
  dtbus flash info flash --live -b dts/demo.dts   asks for JEDEC id and SFDP
  dtbus flash read flash backup.bin
  dtbus flash write flash firmware.bin --offset 64k
  dtbus flash verify /dev/spidev1.0 firmware.bin`,
  erase: 'erase all of it, or whole erase blocks (0xff)',
  writes: 'write a file into it: erases only the blocks that differ, programs, reads back and compares',
  load: async () => (await import('../flash/tasks.ts')).tasks,
};

/** Adds `dtbus eeprom` and `dtbus flash`. */
export function addMemoryCommands(program: Command, end: (exitCode: number) => void): void {
  for (const memory of [EEPROM, FLASH]) addMemoryCommand(program, memory, end);
}

function addMemoryCommand(program: Command, memory: MemoryCommand, end: (exitCode: number) => void): void {
  const { name, label, load } = memory;
  const group = program
    .command(name)
    .summary(memory.summary)
    .description(memory.description)
    .addHelpText('after', `\nExamples:${memory.examples}\n`);

  const add = (verb: string, summary: string, example: string) =>
    withConnection(
      withBoardOptions(
        group
          .command(verb)
          .summary(summary)
          .description(`${(summary[0] as string).toUpperCase()}${summary.slice(1)}.`)
          .argument('<device>', memory.device)
          .addHelpText('after', `\nExample:\n  dtbus ${name} ${verb} ${label}${example}\n`),
      ),
    );
  const ranged = (command: Command) =>
    command
      .option('--offset <n>', 'first byte: 64, 0x40 or 4k (default: 0)')
      .option('--length <n>', 'how many bytes (default: up to the end)');
  const changing = (command: Command) => {
    ranged(command).option('--force', 'write even if its node says read-only', false);
    if (memory === FLASH)
      command.option('--unprotect', 'clear its block protection bits first; they stay clear', false);
    return command;
  };

  add('info', `show what the ${name} is`, ' -b dts/demo.dts')
    .option('--json', 'as JSON, for scripts', false)
    .option('--live', 'ask the part itself; without it, nothing that the tree names is run or opened', false)
    .action(async (device: string, args: InfoArguments) => end(await (await load()).info(args, device)));
  ranged(add('read', 'read it into a file', ' copy.bin --offset 0x10 --length 64'))
    .argument(
      '[file]',
      'output file; `-` is standard output; default: standard output, as a dump on a terminal',
    )
    .action(async (device: string, file: string | undefined, args: BoardArguments & RangeArguments) =>
      end(await (await load()).read(args, device, file)),
    );
  changing(add('write', memory.writes, ' image.bin --offset 0x40'))
    .argument('<file>', 'file to write; `-` is standard input')
    .action(async (device: string, file: string, args: BoardArguments & ChangeArguments) =>
      end(await (await load()).write(args, device, file)),
    );
  changing(add('erase', memory.erase, name === 'flash' ? ' --offset 64k --length 64k' : '')).action(
    async (device: string, args: BoardArguments & ChangeArguments) =>
      end(await (await load()).erase(args, device)),
  );
  ranged(add('verify', 'compare it with a file', ' image.bin'))
    .argument('<file>', 'file to compare with; `-` is standard input')
    .action(async (device: string, file: string, args: BoardArguments & RangeArguments) =>
      end(await (await load()).verify(args, device, file)),
    );
}
