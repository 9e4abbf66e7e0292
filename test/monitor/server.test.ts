import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StreamLine, TransferRow } from '../../src/monitor/row.ts';
import { History } from '../../src/monitor/server/history.ts';
import type { KeptEvent } from '../../src/monitor/server/kept-event.ts';
import { BOARD, linesOf, monitored, rowsOf } from './monitored.ts';

/** A request with headers that `fetch` does not let anybody set; with a body: POST. @returns the status */
function statusOf(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    request({ port, path, headers, method, host: '127.0.0.1' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
  });
}

describe('the server of the page', () => {
  it('answers nobody who has no token, comes from elsewhere, or asks for another file', async () => {
    const { origin, port, get, token } = await monitored();
    const Authorization = `Bearer ${token}`;
    expect((await fetch(`${origin}/api/events`)).status).toBe(401);
    expect((await get('/api/events', { Authorization: `Bearer ${'A'.repeat(token.length)}` })).status).toBe(
      401,
    );
    // The name of another machine that leads here.
    expect(await statusOf(port, '/', { Host: `evil.example:${port}` })).toBe(403);
    expect(await statusOf(port, '/', { Host: '127.0.0.1' })).toBe(403);
    expect(await statusOf(port, '/api/events', { Origin: 'http://evil.example', Authorization })).toBe(403);
    expect(await statusOf(port, '/page.js', { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await statusOf(port, '/page.js', { 'Sec-Fetch-Site': 'same-site' })).toBe(403);
    expect(await statusOf(port, '/', { Host: `localhost:${port}` })).toBe(200);
    for (const path of ['/../../../package.json', '/%2e%2e/index.js', '/constructor', '/api/other'])
      expect(await statusOf(port, path, { Authorization })).toBe(404);
  });

  it('does nothing to the board for a page of another site that knows the token', async () => {
    const { board, port, token } = await monitored();
    const body = JSON.stringify({ call: 'inject', text: 'absent &temp' });
    const own = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const foreign = [
      { Origin: 'http://evil.example' },
      { Origin: `http://localhost:${port}` },
      { Origin: 'null' },
      { 'Sec-Fetch-Site': 'cross-site' },
      { Host: `evil.example:${port}` },
    ];
    for (const headers of foreign)
      expect(await statusOf(port, '/api/ask', { ...own, ...headers }, body)).toBe(403);
    expect(await statusOf(port, '/api/ask', { ...own, 'Content-Type': 'text/plain' }, body)).toBe(415);
    expect(board.open('/dev/i2c-0').transferSync([{ addr: 0x48, read: 2 }])).toHaveLength(1);
    expect(await statusOf(port, '/api/ask', own, body)).toBe(200);
    expect(() => board.open('/dev/i2c-0').transferSync([{ addr: 0x48, read: 2 }])).toThrow('ENXIO');
  });

  it('keeps other programs and sites out by its headers', async () => {
    const { get } = await monitored();
    const { headers } = await get('/');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('serves a page of at most 60 KB compressed', async () => {
    const { get } = await monitored();
    let size = 0;
    for (const path of ['/', '/page.js', '/page.css', '/icon.svg']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      size += gzipSync(Buffer.from(await response.arrayBuffer())).length;
    }
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThanOrEqual(60_000);
  });

  it('refuses what is no request of the page, and goes on', async () => {
    const { origin, token, ask } = await monitored();
    const post = (body: string, type: string) =>
      fetch(`${origin}/api/ask`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': type },
        body,
      });
    expect((await post('{"call":"describe"}', 'text/plain')).status).toBe(415);
    expect((await post('[]', 'application/json')).status).toBe(400);
    expect((await post('{', 'application/json')).status).toBe(400);
    expect((await post(`"${'x'.repeat(1 << 20)}"`, 'application/json')).status).toBe(413);
    expect((await ask({ call: 'watch' })).status).toBe(400);
    expect((await ask({ call: 'press', target: '&gpio', line: 'button', ms: 1e9 })).status).toBe(400);
    const refused = await ask({ call: 'set', part: '&temp', values: { temperature: 1000 } });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toEqual({
      error: expect.stringContaining('expected -55 to 150 °C, got 1000'),
    });
    expect((await ask({ call: 'describe' })).status).toBe(200);
  });

  it('tells every transfer in its order, decoded, and again from any on', async () => {
    const { board, get } = await monitored();
    const bus = board.open('/dev/i2c-0');
    const response = await get('/api/events');
    const COUNT = 3000;
    for (let i = 0; i < COUNT; i++)
      bus.transferSync([
        { addr: 0x48, write: Uint8Array.of(i % 2 === 0 ? 0 : 3) },
        { addr: 0x48, read: 2 },
      ]);
    const lines = await linesOf(response, (all) => rowsOf(all).length >= COUNT);
    const rows = rowsOf(lines) as TransferRow[];
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    expect(rows[0]).toMatchObject({
      bus: 'i2c-0',
      target: '0x48 temp@48',
      segments: [{ sent: ['00', 1] }, {}],
    });
    expect(rows[1]?.text).toContain('TOS');
    const [first] = lines as [{ hello: { began: string } }];
    const again = await get(`/api/events?from=2999&began=${first.hello.began}`);
    expect(rowsOf(await linesOf(again, (all) => rowsOf(all).length >= 2)).map(({ n }) => n)).toEqual([
      2999, 3000,
    ]);
  });

  it('tells what happens again and again once, and again what it tells anew', async () => {
    const { board, get } = await monitored();
    const bus = board.open('/dev/i2c-0');
    const response = await get('/api/events');
    // 5,000 different values of TOS, each read back: more than a stream remembers.
    const COUNT = 10_000;
    for (let i = 0; i < COUNT / 2; i++) {
      bus.transferSync([{ addr: 0x48, write: Uint8Array.of(3, i >> 8, i & 0xff) }]);
      bus.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }]);
    }
    const lines = await linesOf(response, (all) => rowsOf(all).length >= COUNT);
    const rows = rowsOf(lines) as TransferRow[];
    expect(rows.map(({ segments: [first] }) => first?.sent?.[0])).toEqual(
      Array.from({ length: COUNT }, (_, i) =>
        i % 2 === 1 ? '00' : `03${(i / 2).toString(16).padStart(4, '0')}`,
      ),
    );
    expect(new Set(rows.map(({ at }) => at)).size).toBeGreaterThan(COUNT / 2);
    const told = (lines as StreamLine[]).flatMap((line) => ('rows' in line ? line.rows.told : []));
    expect(told.length).toBeLessThan(COUNT / 2 + 10);
    expect((lines as StreamLine[]).some((line) => 'rows' in line && line.rows.anew)).toBe(true);
  });

  it('tells what depends on a transfer before, as many times as it comes', async () => {
    const { board, get } = await monitored();
    const bus = board.open('/dev/i2c-0');
    const response = await get('/api/events');
    // SSD1306 data sheet, table 9-1: 81h sets the contrast and takes a byte; A4h by itself follows the RAM.
    const bytes = [0xa4, 0x81, 0xa4, 0xa4];
    for (const byte of [...bytes, ...bytes])
      bus.transferSync([{ addr: 0x3c, write: Uint8Array.of(0, byte) }]);
    const rows = rowsOf(await linesOf(response, (all) => rowsOf(all).length >= 8)) as TransferRow[];
    const texts = rows.map(({ text }) => text);
    expect(texts.slice(4)).toEqual(texts.slice(0, 4));
    expect([texts[0] === texts[3], texts[2] === texts[3]]).toEqual([true, false]);
  });

  it('tells registers without changing one, and refuses points that are none', async () => {
    const text = BOARD.replace('national,lm75', 'ti,tmp117');
    const { board, ask } = await monitored(text);
    await ask({ call: 'set', part: '&temp', values: { temperature: -5 } });
    const registers = async () => {
      const { result } = (await (await ask({ call: 'registers', part: '&temp' })).json()) as {
        result: { name: string; values: number[]; madeWhenRead?: boolean }[];
      };
      return new Map(result.map((each) => [each.name, each]));
    };
    // TMP117 data sheet (SNOSD82), 7.6: DATA_READY is bit 13, and a read of the result clears it. A conversion has it set.
    await expect.poll(async () => (await registers()).get('CONFIGURATION')?.values).toEqual([0x2220]);
    expect((await registers()).get('TEMP_RESULT')).toMatchObject({ values: [0xfd80], madeWhenRead: true });
    expect((await registers()).get('CONFIGURATION')?.values).toEqual([0x2220]);
    expect(
      board.open('/dev/i2c-0').transferSync([
        { addr: 0x48, write: Uint8Array.of(1) },
        { addr: 0x48, read: 2 },
      ]),
    ).toEqual([Uint8Array.of(0x22, 0x20)]);
    for (const points of [
      undefined,
      [[0]],
      [[0, 'x']],
      [
        [1, 2],
        [0, 3],
      ],
    ])
      expect((await ask({ call: 'follow', part: '&temp', property: 'temperature', points })).status).toBe(
        422,
      );
    const wrong = await ask({ call: 'bytes', part: '&temp', property: 'temperature', from: 0, length: 1 });
    expect(await wrong.json()).toEqual({ error: 'invalid property temperature: expected one that is bytes' });
  });

  it('sets what a part senses, and presses a button', async () => {
    const { board, ask } = await monitored();
    await ask({ call: 'set', part: '&temp', values: { temperature: -5 } });
    expect(await board.open('/dev/i2c-0').readWordData(0x48, 0)).toBe(0x00fb);
    const pressed = await ask({ call: 'press', target: '&gpio', line: 'button', ms: 10 });
    expect(pressed.status).toBe(200);
  });
});

describe('faults by the page', () => {
  it('are put in, tell how often they struck, and are taken out', async () => {
    const { board, ask } = await monitored();
    const bus = board.open('/dev/i2c-0');
    const read = () => bus.transferSync([{ addr: 0x48, read: 2 }]);
    const injected = await ask({ call: 'inject', text: 'nack &temp times=2' });
    const result = { number: 1, text: 'nack on &temp', options: { times: 2 }, fired: 0 };
    expect(await injected.json()).toMatchObject({ result });
    expect(read).toThrow('ENXIO');
    const faults = await ask({ call: 'faults' });
    expect(await faults.json()).toMatchObject({ result: [{ ...result, fired: 1 }] });
    expect((await ask({ call: 'removeFaults', number: 1 })).status).toBe(200);
    expect(read()).toHaveLength(1);
  });

  it('are refused with a sentence where they are none', async () => {
    const { ask } = await monitored();
    const sentenceOf = async (text: unknown) => {
      const response = await ask({ call: 'inject', text });
      return [response.status >= 400, ((await response.json()) as { error: string }).error];
    };
    expect(await sentenceOf('nack')).toEqual([
      true,
      'invalid fault: expected FAULT TARGET [OPTION=VALUE...]',
    ]);
    expect(await sentenceOf('nack &temp at')).toEqual([true, expect.stringContaining('OPTION=VALUE')]);
    expect(await sentenceOf('nak &temp')).toEqual([true, expect.stringContaining('nak')]);
    expect(await sentenceOf(undefined)).toEqual([true, expect.stringContaining('expected FAULT TARGET')]);
  });
});

/** No event, of a row that is not looked into. */
const NOTHING = {} as KeptEvent;
const NEVER = { at: 0, queued: 0, wire: 0 };

describe('what is kept of what happened', () => {
  it('are the last ones, by their numbers', () => {
    const history = new History(3);
    for (const row of ['a', 'b', 'c', 'd', 'e']) history.add(row, NEVER, NOTHING);
    expect([history.first, history.next]).toEqual([3, 6]);
    const read = (from: number, count: number) => history.read(from, count).what;
    expect(read(3, 10)).toEqual(['c', 'd', 'e']);
    expect(read(5, 10)).toEqual(['e']);
    expect(read(3, 1)).toEqual(['c']);
    expect(read(6, 10)).toEqual([]);
  });

  it('says what the board lost once', () => {
    const history = new History();
    history.lose(5);
    history.lose(2);
    history.add('a', NEVER, NOTHING);
    history.add('b', NEVER, NOTHING);
    history.lose(1);
    expect([history.lostBefore(1), history.lostBefore(2), history.lostBefore(3)]).toEqual([7, 7, 8]);
  });

  it('keeps no more than 1,000 places of losses, and forgets none that was lost', () => {
    const history = new History(3);
    for (let i = 0; i < 5000; i++) {
      history.lose(2);
      history.add('a', NEVER, NOTHING);
    }
    expect(history.losses).toBe(1000);
    expect(history.lostBefore(history.next)).toBe(10_000);
  });
});
