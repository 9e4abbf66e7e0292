import { describe, expect, it } from 'vitest';
import { Client } from '../../../src/backend/clients/client.ts';
import { FairTurns } from '../../../src/backend/manager/fair-turns.ts';

const clients = () => ['a', 'b', 'c'].map((name) => new Client(name)) as [Client, Client, Client];

/** Serves those who wait, of whom each always has another job of so many ms. */
function serve(
  turns: FairTurns,
  jobs: readonly (readonly [Client, number])[],
  rounds: number,
): Map<Client, number> {
  const had = new Map<Client, number>(jobs.map(([client]) => [client, 0]));
  let line = jobs.map(([client]) => client);
  for (let i = 0; i < rounds; i++) {
    const next = turns.next(line) as Client;
    line = [...line.filter((client) => client !== next), next];
    const ms = jobs.find(([client]) => client === next)?.[1] ?? 0;
    turns.had(next, ms);
    had.set(next, (had.get(next) ?? 0) + ms);
  }
  return had;
}

describe('turns on a host', () => {
  it('go round while all have the same', () => {
    const turns = new FairTurns();
    const [a, b, c] = clients();
    const order: Client[] = [];
    let line = [a, b, c];
    for (let i = 0; i < 6; i++) {
      const next = turns.next(line) as Client;
      order.push(next);
      line = [...line.filter((client) => client !== next), next];
      turns.had(next, 1);
    }
    expect(order).toEqual([a, b, c, a, b, c]);
  });

  it('give each the same time, however long its jobs are', () => {
    const [a, b] = clients();
    const had = serve(
      new FairTurns(),
      [
        [a, 100],
        [b, 1],
      ],
      2000,
    );
    // Fair to within one job of the longest.
    expect(Math.abs((had.get(a) ?? 0) - (had.get(b) ?? 0))).toBeLessThanOrEqual(105);
  });

  it('are not owed to who was away', () => {
    const turns = new FairTurns();
    const [a, b, late] = clients();
    serve(
      turns,
      [
        [a, 10],
        [b, 10],
      ],
      1000,
    );
    turns.joins(late);
    const had = serve(
      turns,
      [
        [a, 10],
        [b, 10],
        [late, 10],
      ],
      30,
    );
    expect([...had.values()].every((ms) => ms >= 80 && ms <= 120)).toBe(true);
  });

  it('are nobody’s while nobody waits', () => {
    expect(new FairTurns().next([])).toBeUndefined();
  });
});
