import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { CLIMATE, codeOf } from './climate.ts';

const [TEMPERATURE, HUMIDITY, CONFIGURATION] = [0x00, 0x01, 0x02];

const sheetOf = (compatible: string, device: number, source: string) =>
  ({
    // Zephyr has one name for all of them.
    compatible: compatible === 'hdc1000' ? ['ti,hdc1000', 'ti,hdc'] : [`ti,${compatible}`],
    title: `${compatible.toUpperCase()} humidity and temperature sensor`,
    source,
    notModelled: ['the heater warms nothing', 'the DRDYn pin of HDC1000', 'noise'],
    node: 'sensor',
    // The pointer of temperature or humidity starts a measurement.
    bus: { i2c: { form: 'other', address: 0x40 } },
    registers: {
      TEMPERATURE: { at: TEMPERATURE, width: 16, access: 'ro' },
      HUMIDITY: { at: HUMIDITY, width: 16, access: 'ro' },
      CONFIGURATION: {
        at: CONFIGURATION,
        width: 16,
        reset: 0x1000,
        fields: { RST: [15, 'sc'], HEAT: 13, MODE: 12, BTST: [11, 'ro'], TRES: 10, HRES: [9, 8] },
      },
      SERIAL: { at: 0xfb, width: 16, count: 3, reset: 0x0a55, access: 'ro' },
      MANUFACTURER_ID: { at: 0xfe, width: 16, reset: 0x5449, access: 'ro' },
      DEVICE_ID: { at: 0xff, width: 16, reset: device, access: 'ro' },
    },
    senses: { ...CLIMATE, temperature: { ...CLIMATE.temperature, range: [-40, 125] } },
  }) as const satisfies DataSheet;

/** 8.6.1, 8.6.2. */
const TEMPERATURE_SCALE = { offset: -40, span: 165, full: 65536 };
const HUMIDITY_SCALE = { offset: 0, span: 100, full: 65536 };
/** 7.5: conversion times by resolution. */
const TEMPERATURE_NS = [6.35e6, 3.65e6] as const;
const HUMIDITY_NS = [6.5e6, 3.85e6, 2.5e6, 2.5e6] as const;
/** Bits that a result lacks, by resolution. */
const TEMPERATURE_MISSING = [2, 5] as const;
const HUMIDITY_MISSING = [2, 5, 8, 8] as const;
const RESET_BIT = 0x8000;

const model: Model<ReturnType<typeof sheetOf>> = (registers, kit) => {
  const { TEMPERATURE: T, HUMIDITY: H, CONFIGURATION: CONFIG } = registers;
  const { sense, keep, once, clamp, peek, misuse, reset: powerOn } = kit;
  const bus = keep({ pointer: 0, measured: false });
  const measurement = once(() => {
    bus.measured = true;
  });
  let received: number[] = [];
  let sent: number[] = [];

  const rounded = (code: number, missing: number) => code & ~(2 ** missing - 1);

  /** One of them, or with MODE both in a sequence that begins with temperature. */
  function begin(): void {
    const both = CONFIG.MODE === 1;
    let ns = 0;
    if (both || bus.pointer === TEMPERATURE) {
      T.value = rounded(
        codeOf(sense.temperature, TEMPERATURE_SCALE, clamp),
        TEMPERATURE_MISSING[CONFIG.TRES as 0 | 1],
      );
      ns += TEMPERATURE_NS[CONFIG.TRES as 0 | 1];
    }
    if (both || bus.pointer === HUMIDITY) {
      H.value = rounded(
        codeOf(sense.humidity, HUMIDITY_SCALE, clamp),
        HUMIDITY_MISSING[CONFIG.HRES] as number,
      );
      ns += HUMIDITY_NS[CONFIG.HRES] as number;
    }
    bus.measured = false;
    measurement.start(ns);
  }

  function written(): void {
    const [pointer = 0, high = 0, low = 0] = received;
    bus.pointer = pointer;
    if (received.length < 3) {
      if (pointer <= HUMIDITY) begin();
      return;
    }
    if (pointer !== CONFIGURATION)
      misuse(`write ${pointer}`, `write of register ${pointer}: it is read-only`);
    else if ((((high << 8) | low) & RESET_BIT) !== 0) powerOn();
    else CONFIG.value = ((high & 0x37) << 8) | 0;
  }

  return {
    reset() {
      measurement.cancel();
      Object.assign(bus, { pointer: 0, measured: false });
    },
    i2c: {
      /** Until a result is there the address is not acknowledged. */
      start(_address, read) {
        if (received.length > 0) written();
        received = [];
        if (!read) return true;
        if (bus.pointer <= HUMIDITY && !(bus.measured && !measurement.pending)) return false;
        const words =
          bus.pointer > HUMIDITY
            ? [peek(bus.pointer)]
            : bus.pointer === TEMPERATURE
              ? [T.value, H.value]
              : [H.value];
        sent = words.flatMap((word) => [word >> 8, word & 0xff]);
        return true;
      },
      write(data) {
        received.push(...data);
        return data.length;
      },
      read(into) {
        for (let index = 0; index < into.length; index++) into[index] = sent.shift() ?? 0xff;
      },
      stop() {
        if (received.length > 0) written();
        received = [];
      },
    },
  };
};

export const parts: readonly Part[] = [
  { ...sheetOf('hdc1080', 0x1050, 'TI SNAS672'), model },
  { ...sheetOf('hdc1000', 0x1000, 'TI SNAS643'), model },
];
