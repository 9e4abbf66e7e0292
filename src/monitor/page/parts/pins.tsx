import type { Part, Property } from '../../state.ts';
import { ask } from '../api.ts';
import type { SetValue, Values } from './part.ts';

/** How long a pin is pulled low by a press, in ms. */
const PRESS_MS = 200;

const OF_PINS = ['inputs', 'outputs', 'pins', 'driven'];

/** A number whose bits are the pins of an expander. */
export const isOfPins = ({ name }: Property): boolean => OF_PINS.includes(name);

const bitOf = (value: unknown, pin: number): boolean => Math.floor(Number(value ?? 0) / 2 ** pin) % 2 === 1;

/** The pins of a GPIO expander: what each is and has; the level outside of an input is changed by a click. */
export function Pins({ part, values, set }: { part: Part; values: Values; set: SetValue }) {
  const [, all = 0] = part.properties.find(({ name }) => name === 'inputs')?.range ?? [];
  const count = Math.round(Math.log2(all + 1));
  const { inputs, outputs, pins = inputs } = values;
  if (inputs === undefined) return null;
  const press = (pin: number) =>
    void ask({ call: 'press', target: part.path, line: String(pin), ms: PRESS_MS }).catch(() => {});
  const flip = (pin: number) => set('inputs', Number(inputs) + (bitOf(inputs, pin) ? -1 : 1) * 2 ** pin);
  return (
    <ul class="pins" aria-label="Pins">
      {Array.from({ length: count }, (_, pin) => {
        const high = bitOf(pins, pin);
        const isOutput = bitOf(outputs, pin);
        const state = `${pin} ${isOutput ? 'out' : 'in'}, ${high ? 'high' : 'low'}`;
        return (
          <li key={pin}>
            <button
              type="button"
              class={high ? 'on' : ''}
              disabled={isOutput}
              title={isOutput ? state : `${state}; click: change the level outside`}
              aria-label={state}
              onClick={() => flip(pin)}
            >
              {pin} <small>{isOutput ? 'out' : 'in'}</small>
            </button>
            {!isOutput && (
              <button
                type="button"
                class="press"
                aria-label={`Press ${pin}`}
                title={`pulls pin ${pin} low for ${PRESS_MS} ms, as a button at it does`}
                onClick={() => press(pin)}
              >
                ↓
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
