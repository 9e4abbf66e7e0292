import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask } from './api.ts';
import { READ_ONLY, TouchButton } from './parts/touch-button.tsx';
import { trouble } from './store.ts';

/** How often it is asked whether they struck, in ms. */
const LOOK_MS = 500;

interface Fault {
  readonly number: number;
  readonly text: string;
  readonly options: object;
  readonly fired: number;
  readonly chances: number;
  readonly last: readonly string[];
  /** What of real hardware it is on. */
  readonly real?: string;
}

/**
 * The faults of the board: how often each struck, a line to put one in, and a button to take it out.
 * @param isReadOnly those on real hardware are only shown
 */
export function Faults({ isReadOnly }: { isReadOnly: boolean }) {
  const faults = useSignal<readonly Fault[]>([]);
  const failure = useSignal('');
  const look = () =>
    ask<readonly Fault[]>({ call: 'faults' }).then(
      (found) => {
        faults.value = found;
      },
      () => {},
    );
  useEffect(() => {
    void look();
    const timer = setInterval(() => {
      if (!document.hidden && trouble.value === undefined) void look();
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [faults]);
  const tell = (asked: Promise<unknown>) =>
    asked.then(
      () => {
        failure.value = '';
        return look();
      },
      (thrown: Error) => {
        failure.value = thrown.message;
      },
    );
  const inject = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    void tell(
      ask({ call: 'inject', text: String(new FormData(form).get('fault')) }).then(() => form.reset()),
    );
  };
  return (
    <>
      <h2>Faults</h2>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      <form class="inject" onSubmit={inject}>
        <input
          type="text"
          name="fault"
          required
          aria-label="Fault to inject"
          aria-describedby={isReadOnly ? READ_ONLY : undefined}
          placeholder="nack &temp at=0 times=2"
          title="FAULT TARGET OPTION=VALUE, as dtbus inject; dtbus inject --kinds lists the faults"
        />
        <button type="submit">Inject</button>
      </form>
      <ul class="lines faults">
        {faults.value.map(({ number, text, options, fired, chances, last, real }) => (
          <li key={number}>
            <span class="name">
              {[text, ...Object.entries(options).map((pair) => pair.join('='))].join(' ')}
            </span>
            <span class={fired > 0 ? 'bad' : 'hint'} title={last.at(-1)}>
              struck {fired} of {chances}
            </span>
            <TouchButton
              isReal={real !== undefined}
              label={`Remove fault ${number}`}
              text="Remove"
              act={() => void tell(ask({ call: 'removeFaults', number }))}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
