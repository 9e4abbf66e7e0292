import { useEffect } from 'preact/hooks';
import { trouble } from '../store.ts';

/** How often what a panel shows is read, in ms. */
const LOOK_MS = 500;

export type Value = number | boolean | string;

export type Values = Readonly<Record<string, Value>>;

/** Sets a property of a part. */
export type SetValue = (name: string, value: Value) => void;

/** Calls `look` now and twice a second, while the page is seen and the board is there. */
export function useLooks(look: () => void, ...on: readonly unknown[]): void {
  useEffect(() => {
    const tick = () => {
      if (!document.hidden && trouble.value === undefined) look();
    };
    tick();
    const timer = setInterval(tick, LOOK_MS);
    return () => clearInterval(timer);
  }, on);
}

export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
