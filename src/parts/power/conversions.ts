import type { Kit, Pin } from '../model.ts';

/** How a power monitor measures, as its configuration says. */
interface Measuring {
  readonly continuous: () => boolean;
  /** ns of a conversion with its averages; 0 measures nothing. */
  readonly duration: () => number;
  /** Puts what is there now into the registers. */
  readonly convert: () => void;
  /** What a conversion may change. */
  readonly pins?: readonly Pin[];
}

/**
 * The conversions of a power monitor: one after the other, or a single one when the configuration is written. Until the
 * first has ended after power-on, the registers show at once what a test says is there.
 */
export function conversionsOf(
  { keep, once, every }: Pick<Kit, 'keep' | 'once' | 'every'>,
  { continuous, duration, convert, pins = [] }: Measuring,
) {
  const power = keep({ justCame: true });
  const repeated = every(() => (continuous() ? duration() : 0), ended, ...pins);
  const single = once(ended, ...pins);

  function ended(): void {
    power.justCame = false;
    convert();
  }

  convert();
  return {
    /** The configuration was written. */
    begin(): void {
      single.cancel();
      if (continuous()) repeated.restart();
      else if (duration() > 0) single.start(duration());
    },
    sensed(): void {
      if (continuous() && power.justCame) convert();
    },
    reset(): void {
      power.justCame = true;
      single.cancel();
      repeated.restart();
      convert();
    },
  };
}
