import { expect } from 'vitest';
import { i2cBench, spiBench } from '../../sim/support.ts';

const READY = 0x40;
const GO = 0x20;
const AVAILABLE = 0x10;
const EXPECT = 0x08;

/** Bytes of hex text with blanks. */
export const hex = (text: string): number[] =>
  text
    .replaceAll(/\s/g, '')
    .match(/../g)
    ?.map((each) => Number.parseInt(each, 16)) ?? [];

/** A TPM whose registers are read and written by a bus, with what a driver does with them. */
export interface Port {
  read(register: number, count: number, locality?: number): number[];
  write(register: number, bytes: readonly number[], locality?: number): void;
  set(property: string, value: number | boolean): void;
  get(property: string): unknown;
  pass(ms: number): void;
  powerOn(): void;
  readonly interrupt: boolean;
}

/** Sends a command as a driver does, whose bytes are hex text, and takes the response. */
export function command(tpm: Port, text: string): string {
  const sent = hex(text);
  tpm.write(0x18, [READY]);
  expect(tpm.read(0x18, 1)[0]).toBe(0x80 | READY | 0x04);
  tpm.write(0x24, sent.slice(0, -1));
  expect((tpm.read(0x18, 1)[0] as number) & EXPECT).toBe(EXPECT);
  tpm.write(0x24, sent.slice(-1));
  expect((tpm.read(0x18, 1)[0] as number) & EXPECT).toBe(0);
  tpm.write(0x18, [GO]);
  tpm.pass(2);
  expect((tpm.read(0x18, 1)[0] as number) & AVAILABLE).toBe(AVAILABLE);
  const received: number[] = [];
  while (((tpm.read(0x18, 1)[0] as number) & AVAILABLE) !== 0) {
    const [, low = 0, high = 0] = tpm.read(0x18, 4);
    received.push(...tpm.read(0x24, low + 256 * high));
  }
  return Buffer.from(received).toString('hex');
}

type Bench = Awaited<ReturnType<typeof i2cBench>> | Awaited<ReturnType<typeof spiBench>>;
const common = (bench: Bench) => ({
  set: (property: string, value: number | boolean) => bench.set(property, value),
  get: (property: string) => bench.get(property),
  pass: (ms: number) => bench.clock.advance(ms * 1e6),
  powerOn: () => bench.reset(),
  get interrupt() {
    return !bench.line('INT').high;
  },
});

/** PTP 7.3: header of four bytes, wait bytes, data. */
export async function spiTpm(compatible = 'infineon,slb9670') {
  const bench = await spiBench({ compatible });
  const waits = () => (bench.get('waitBytes') as number) || (compatible === 'google,cr50' ? 1 : 0);
  const header = (first: number, register: number, locality: number) => [
    ...[first, 0xd4, (locality << 4) | (register >> 8), register & 0xff],
    ...new Array<number>(waits()).fill(0),
  ];
  const port: Port = Object.defineProperties(
    {
      read: (register: number, count: number, locality = 0) =>
        bench.exchange(header(0x80 | (count - 1), register, locality), count),
      write: (register: number, bytes: readonly number[], locality = 0) => {
        for (let at = 0; at < bytes.length; at += 64) {
          const part = bytes.slice(at, at + 64);
          bench.exchange([...header(part.length - 1, register, locality), ...part]);
        }
      },
    } as Port,
    Object.getOwnPropertyDescriptors(common(bench)),
  );
  return { port, bench };
}

const MOVED: Readonly<Record<number, number>> = { 0: 0x04, 3840: 0x48, 3844: 0x4c };

/** PTP 7.4: a byte of the register, and a locality that is written before. */
export async function i2cTpm(compatible = 'infineon,slb9673') {
  const bench = await i2cBench({ compatible, reg: 0x2e });
  const at = (register: number) => MOVED[register] ?? register;
  const port: Port = Object.defineProperties(
    {
      read: (register: number, count: number, locality = 0) => {
        bench.write([0, locality]);
        bench.write([at(register)]);
        return bench.read(count);
      },
      write: (register: number, bytes: readonly number[], locality = 0) => {
        bench.write([0, locality]);
        bench.write([at(register), ...bytes]);
      },
    } as Port,
    Object.getOwnPropertyDescriptors(common(bench)),
  );
  return { port, bench };
}
