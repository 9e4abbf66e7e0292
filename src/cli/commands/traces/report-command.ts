import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { writeFault } from '../../../input/index.ts';
import { UsageError } from '../../terminal/usage-error.ts';

/** Adds `dtbus report`. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary('make a page of a recording: one file to look at, to attach, to keep')
    .description(
      "Writes the page of dtbus monitor with what a recording holds into one HTML file: every transfer with its meaning and its ideal waveform, to be filtered and zoomed. It needs no server and asks none. It reads what dtbus convert reads: .bus, .pcapng, .vcd, .sr, .csv, the kernel's trace.",
    )
    .argument('<recording>', 'the recording or capture; its ending names its format')
    .option(
      '-o, --output <file>',
      'the HTML file to write, `-` for standard output; without it, that of the recording with .html',
    )
    .addHelpText('after', '\nExample:\n  dtbus report boot.bus -o boot.html\n')
    .action(report);
}

async function report(file: string, args: { readonly output?: string }): Promise<void> {
  const output = args.output ?? `${file}.html`;
  const { formatOf, formatsThat, FORMATS, readTrace } = await import('../../../formats/index.ts');
  const names = formatsThat('read');
  const format = names.find((name) => name === formatOf(file));
  if (format === undefined) {
    const endings = names.flatMap((name) => FORMATS[name].endings);
    throw new UsageError(`unknown ending of ${file}: expected ${endings.join(', ')}`);
  }
  const { reportOf } = await import('../../../monitor/index.ts');
  const page = await reportOf(file, readTrace(file, format, { channels: [], spiMode: 0 }));
  if (output === '-') {
    process.stdout.write(page);
    return;
  }
  try {
    writeFileSync(output, page);
  } catch (thrown) {
    throw new Error(writeFault(output, thrown));
  }
}
