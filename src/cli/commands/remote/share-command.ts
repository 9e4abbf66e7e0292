import type { Command } from 'commander';
import { refuseConnection, withBoardOptions } from '../../board/board-options.ts';
import type { ShareArguments } from '../../remote/share.ts';

/** Adds `dtbus share`. */
export function addShareCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('share')
    .summary('share the buses of a board with other machines')
    .description(
      `Shares the I2C and SPI buses of a board with scripts, tests, tools and guests of other processes and machines, until Ctrl-C or SIGTERM. Their boards name a bus by the "port" of a node that is compatible with "dtbus,remote":

  remote:ssh://bench3/i2c-1        runs dtbus share --stdio there by ssh
  remote:/run/bench.sock/i2c-1     a socket here, or one by ssh -L
  remote:tls://bench3:7070/i2c-1   a port (--listen), with TLS
  remote:nats://server/bench/i2c-1 a name on a NATS server (--nats)

Who uses a bus has a lease of it: one user at a time, until he leaves or is silent for 10 s. A transfer of an older lease never reaches the wire. Prints "ready" once users may connect.`,
    )
    .argument('[board]', 'device tree of the board; the same as -b')
    .option(
      '--socket <path>',
      'the Unix socket, PATH.sock, for this user alone (default: one in the runtime folder)',
    )
    .option('--listen <place>', 'also PORT or HOST:PORT; who is not on this machine needs TLS')
    .option('--nats <url>', 'also announce the board, as nats://SERVER[:PORT]/NAME')
    .option('--no-history', 'let the NATS server keep nothing of what happens')
    .option('--stdio', 'serve stdin and stdout: for ssh; joins a share that runs here', false)
    .option('--restore', 'reset simulated parts at the end of every lease', false)
    .option('--json', 'print the places as one line of JSON instead of "ready"', false)
    .addHelpText(
      'after',
      `
With --listen, DTBUS_TLS_CERT and DTBUS_TLS_KEY name the files of the host's
certificate. Users need DTBUS_TOKEN, the same at both ends, or a certificate
by DTBUS_TLS_CA.
With --nats, DTBUS_NATS_CREDS names a file of credentials, DTBUS_NATS_TOKEN is
a token; without a NAME the board has that of its file. A server of another
machine needs TLS. The package @nats-io/transport-node has to be installed.

Example:
  dtbus share dts/demo.dts
  dtbus share dts/demo.dts --socket /run/bench.sock
`,
    );
  withBoardOptions(command);
  refuseConnection(command, 'share the board where it is served; unset DTBUS_CONNECT').action(
    async (file: string | undefined, args: ShareArguments) => {
      const { share } = await import('../../remote/share.ts');
      end(await share({ ...args, board: file ?? args.board }));
    },
  );
}
