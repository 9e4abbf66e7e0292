import type { Command } from 'commander';
import type { LockArguments } from '../../remote/lab.ts';

const PLACE =
  'where it is shared: remote:ssh://bench3, remote:PATH.sock, remote:tls://HOST:PORT, remote:nats://SERVER/BOARD';
const BUS = `${PLACE}; with /i2c-1 behind it one bus, else all`;

/** Adds `dtbus lab`. */
export function addLabCommand(program: Command, end: (exitCode: number) => void): void {
  const lab = program
    .command('lab')
    .summary('shared buses: list them, lock them, see who has them and who waits')
    .description(
      'Works on the leases of buses that dtbus share shares, here or on other machines. Who opens a shared bus has a lease of it while he uses it; lock holds one for longer, or for several commands.',
    );
  addList(lab, 'ls', 'the buses, and who has each', async (place, json) =>
    end(await (await import('../../remote/lab.ts')).listBuses(place, json)),
  );
  addList(lab, 'who', 'the leases: whose, what for, how long, how used', async (place, json) =>
    end(await (await import('../../remote/lab.ts')).listLeases(place, json)),
  );
  addList(lab, 'queue', 'those who wait for a lease, the next one first', async (place, json) =>
    end(await (await import('../../remote/lab.ts')).listQueue(place, json)),
  );
  addLock(lab, end);
  lab
    .command('release')
    .summary('end the lease of another user, with a reason that he is told')
    .description(
      'Ends the leases of a bus, or of all. Their users are told by whom and why; their transfers are refused from then on.',
    )
    .argument('<place>', BUS)
    .option('--why <text>', 'the reason', '')
    .addHelpText(
      'after',
      '\nExample:\n  dtbus lab release remote:ssh://bench3/i2c-1 --why "left on Friday"\n',
    )
    .action(async (place: string, { why }: { why: string }) =>
      end(await (await import('../../remote/lab.ts')).release(place, why)),
    );
}

function addList(
  lab: Command,
  name: string,
  summary: string,
  list: (place: string | undefined, json: boolean) => Promise<void>,
): void {
  lab
    .command(name)
    .summary(summary)
    .description(`Lists ${summary}.`)
    .argument('[place]', `${PLACE} (default: the share of this user on this machine)`)
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText('after', `\nExample:\n  dtbus lab ${name} remote:ssh://bench3\n`)
    .action((place: string | undefined, { json }: { json: boolean }) => list(place, json));
}

function addLock(lab: Command, end: (exitCode: number) => void): void {
  lab
    .command('lock')
    .summary('hold a lease while a command runs, or until Ctrl-C')
    .description(
      `Takes a lease of a bus, or of all. The command, and all that it starts, takes part in it by DTBUS_LEASE. At its end simulated parts are reset, so that the next user finds a known board.

Without a command, prints DTBUS_LEASE=… for other shells, then "ready", and holds the lease until Ctrl-C.

Ends with the exit code of the command; without one with 1 when the lease was taken away or ran out, else with 0.`,
    )
    .argument('<place>', BUS)
    .argument('[command...]', 'what to run, behind --')
    .option('--why <text>', 'what for: who else wants the bus reads it', '')
    .option('--wait', 'wait in the queue while others have it', false)
    .option('--priority <number>', '0 to 9: higher ones are served first', '0')
    .option('--steal', 'end the leases that are in the way, with --why', false)
    .option('--ttl <seconds>', 'how long it lasts without a sign of this command', '10')
    .option('--idle <seconds>', 'how long it may be unused while others wait', '300')
    .option('--keep', 'leave simulated parts as they are at its end', false)
    .addHelpText(
      'after',
      `
Examples:
  dtbus lab lock remote:ssh://bench3 --why bring-up --wait -- npm test
  dtbus lab lock remote:/run/bench.sock/i2c-1
`,
    )
    .action(async (place: string, command: string[], args: LockArguments) =>
      end(await (await import('../../remote/lab.ts')).lock(place, args, command)),
    );
}
