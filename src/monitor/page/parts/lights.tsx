import type { Property } from '../../state.ts';
import type { Values } from './part.ts';

const LAMP = /^led\d*$/;
const BAR = /^(duty|pwm|brightness)\d*$/;

/** What shines or turns as much as it says: an output of an LED driver or of a PWM. */
export function isLight({ name, kind, readOnly, unit = '%' }: Property): boolean {
  return (
    readOnly === true &&
    kind === 'number' &&
    (unit === '' || unit === '%') &&
    (LAMP.test(name) || BAR.test(name))
  );
}

/** LEDs as bright as they are, and PWM as a bar. */
export function Lights({ lights, values }: { lights: readonly Property[]; values: Values }) {
  return (
    <ul class="lights">
      {lights.map(({ name, unit, doc }) => {
        const part = Math.min(1, Math.max(0, Number(values[name] ?? 0) / (unit === '%' ? 100 : 1)));
        return (
          <li key={name} title={doc}>
            {LAMP.test(name) ? <Lamp part={part} /> : <Bar part={part} />}
            <span class="name">{name}</span>
            <output>{Math.round(part * 1000) / 10} %</output>
          </li>
        );
      })}
    </ul>
  );
}

/** Eyes see less of a difference between what is bright. */
const GAMMA = 1 / 2.2;

function Lamp({ part }: { part: number }) {
  return (
    <span class="led" aria-hidden="true">
      <i style={{ opacity: part ** GAMMA }} />
    </span>
  );
}

function Bar({ part }: { part: number }) {
  return (
    <span class="bar" aria-hidden="true">
      <i style={{ width: `${part * 100}%` }} />
    </span>
  );
}
