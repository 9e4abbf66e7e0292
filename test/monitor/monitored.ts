import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Board, findControl, openBoard, shareBoard } from '../../src/board/index.ts';
import { type Monitor, startMonitor } from '../../src/monitor/index.ts';
import type { Happening, Row, StreamLine } from '../../src/monitor/row.ts';

export const BOARD = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		oled: oled@3c { compatible = "solomon,ssd1306fb-i2c"; reg = <0x3c>; };
	};
	gpio: gpio {
		compatible = "platform,virtio-gpio";
		gpio-controller;
		#gpio-cells = <2>;
		ngpios = <2>;
		gpio-line-names = "button", "led";
	};
};
`;

/**
 * Beside that of `BOARD` an I2C bus on an adapter that is driven as a real one: what answers is an emulator, at the port that
 * it waits at (`FOLDER` is the board's). A part there is simulated all the same. The lines are those of a chip that is not there.
 */
export const PARTLY_REAL = BOARD.replace(
  /\};\n$/,
  `	aliases { bench = &far_bus; };
	hosts {
		emulator { compatible = "dtbus,bus-pirate-emulator"; port = "pirate";
			i2c { #address-cells = <1>; #size-cells = <0>; temp@4a { compatible = "national,lm75"; reg = <0x4a>; }; }; };
		pirate: adapter { compatible = "dangerousprototypes,bus-pirate"; port = "FOLDER/pirate"; };
		chip: chip { compatible = "dtbus,linux-gpio"; port = "none"; dtbus,lines = "0"; };
	};
	far_bus: far-i2c {
		compatible = "platform,virtio-i2c"; dtbus,host = <&pirate>;
		#address-cells = <1>; #size-cells = <0>;
		far: temp@4a { compatible = "national,lm75"; reg = <0x4a>; };
	};
	mux: mux { compatible = "i2c-mux-gpio"; i2c-parent = <&far_bus>; #address-cells = <1>; #size-cells = <0>;
		channel: i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; behind: temp@4b { compatible = "national,lm75"; reg = <0x4b>; }; }; };
	far_gpio: far-gpio { compatible = "platform,virtio-gpio"; dtbus,host = <&chip>; gpio-controller; #gpio-cells = <2>; };
};
`,
);

export interface Monitored {
  readonly file: string;
  readonly board: Board;
  readonly monitor: Monitor;
  readonly token: string;
  /** `http://127.0.0.1:4711` */
  readonly origin: string;
  readonly port: number;
  /** Ends the board, and begins it again. */
  end(): Promise<void>;
  begin(): Promise<Board>;
  /** Asks with the token. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  ask(body: unknown): Promise<Response>;
}

/** A board in this process, and its page; both end with the test. */
export async function monitored(
  text = BOARD,
  { before, ...options }: { control?: boolean; before?: (folder: string) => void } = {},
): Promise<Monitored> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-monitor-'));
  before?.(folder);
  const file = join(folder, 'board.dts');
  writeFileSync(file, text.replaceAll('FOLDER', folder));
  let end = async () => {};
  const begin = async () => {
    const board = await openBoard(file, { onWarning: () => {} });
    const unshare = await shareBoard(board, file);
    end = async () => {
      unshare();
      await board.close();
    };
    return board;
  };
  const board = await begin();
  const monitor = await startMonitor({ find: () => findControl(file, undefined), ...options });
  onTestFinished(async () => {
    await monitor.close();
    await end();
    rmSync(folder, { recursive: true });
  });
  const { origin, port, hash } = new URL(monitor.url);
  const token = hash.slice('#t='.length);
  const own = { Authorization: `Bearer ${token}` };
  return {
    file,
    board,
    end: () => end(),
    begin,
    monitor,
    token,
    origin,
    port: Number(port),
    get: (path, headers = {}) => fetch(`${origin}${path}`, { headers: { ...own, ...headers } }),
    ask: (body) =>
      fetch(`${origin}/api/ask`, {
        method: 'POST',
        headers: { ...own, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }),
  };
}

/** Reads the lines of a stream until `enough` says so. */
export async function linesOf(response: Response, enough: (lines: unknown[]) => boolean): Promise<unknown[]> {
  const lines: unknown[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part));
    if (enough(lines)) break;
  }
  return lines;
}

/** The rows that lines of a stream tell. */
export function rowsOf(lines: readonly unknown[]): Row[] {
  let told: Happening[] = [];
  return (lines as StreamLine[]).flatMap((line) => {
    if (!('rows' in line)) return [];
    const { rows } = line;
    told = [...(rows.anew ? [] : told), ...rows.told];
    return rows.of.map((place, i) => {
      const times = { at: rows.at[i], queued: rows.queued[i], wire: rows.wire[i] };
      return { n: rows.first + i, ...times, ...told[place] } as Row;
    });
  });
}
