import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openShare } from '../../../src/board/share.ts';
import { runGuest } from '../../../src/guest/index.ts';
import { ShareHost } from '../../../src/remote/index.ts';
import { testFolder } from '../../cli/folder.ts';
import { NO_UML, program, UML_KERNEL } from '../../guest/boot.ts';

const FAR = `/dts-v1/;
/ {
	aliases { gpio0 = &pins; };
	pins: gpio { compatible = "platform,virtio-gpio"; ngpios = <2>; };
};
`;
const nearBoard = (port: string) => `/dts-v1/;
/ {
	aliases { gpio0 = &pins; };
	pins: gpio {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
		ngpios = <2>; dtbus,host = <&far>;
	};
	hosts { far: remote { compatible = "dtbus,remote"; port = "${port}"; }; };
};
`;

const folder = testFolder();

it.skipIf((NO_UML ?? program('gcc')) !== undefined)(
  'a real Linux reads a line of another machine as it is now, and is refused when that machine is gone',
  async () => {
    const tool = folder.path('gpio-line');
    execFileSync('gcc', ['-Wall', '-o', tool, 'test/guest/programs/gpio-line.c']);
    const { board: far, source } = await openShare(folder.write('far.dts', FAR), {});
    const host = new ShareHost(source, { nextFence: () => 1, log: () => {} });
    const server = createServer((stream) => host.serve(stream));
    await new Promise<void>((done) => server.listen(folder.path('lines.sock'), done));
    const line = far.line('&pins', 0);
    line.set(true);
    /** What happens when the guest says so; it goes on when the file is there. */
    const happens: Record<string, () => void> = {
      pull: () => line.set(false),
      end: () => {
        host.close();
        server.close();
      },
    };
    const printed: string[] = [];
    const commands = `
      chip=$(basename $(dirname /sys/bus/virtio/drivers/gpio_virtio/virtio*/uevent))
      after() { echo $1; until [ -e ${folder.path('did')}-$1 ]; do sleep 0.1; done; }
      ${tool} $chip 0 get
      after pull
      ${tool} $chip 0 get
      ${tool} $chip 1 set 0 && echo driven
      after end
      ${tool} $chip 0 get >/dev/null 2>&1 || echo "get ended with $?"
      ${tool} $chip 1 set 1 >/dev/null 2>&1 || echo "set ended with $?"`;
    const result = await runGuest(
      folder.write('near.dts', nearBoard(`remote:${folder.path('lines.sock')}/gpio-0`)),
      {
        kernel: UML_KERNEL,
        command: ['sh', '-c', commands],
        deadlineMs: 120_000,
        output: (bytes) => {
          const word = Buffer.from(bytes).toString('latin1').trimEnd();
          printed.push(word);
          if (happens[word] === undefined) return;
          happens[word]();
          folder.write(`did-${word}`, '');
        },
        onWarning: () => {},
      },
    );
    expect(result).toEqual({ exitCode: 0, killed: false });
    expect(printed).toEqual([
      '1',
      'pull',
      '0',
      'driven',
      'end',
      'gpio_virtio virtio0: GPIO request failed: 0',
      'get ended with 1',
      'gpio_virtio virtio0: GPIO request failed: 1',
      'set ended with 1',
    ]);
    await far.close();
  },
);
