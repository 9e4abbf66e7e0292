import { useRef } from 'preact/hooks';

interface TypedProps {
  readonly type: 'text' | 'number';
  readonly class?: string;
  readonly label?: string;
  /** Of a number. */
  readonly range?: readonly [number, number] | undefined;
  /** What stands there while nobody types. */
  readonly shown: string;
  /** Is told what was typed, when it is done: by Enter, or when the box is left. */
  readonly take: (text: string) => void;
}

/** A box to type into: what the page reads meanwhile does not take back what is half typed. */
export function Typed({ type, label, range, shown, take, ...more }: TypedProps) {
  const isEdited = useRef(false);
  const edits = (is: boolean) => () => {
    isEdited.current = is;
  };
  return (
    <input
      {...more}
      type={type as 'number'}
      aria-label={label}
      min={range?.[0]}
      max={range?.[1]}
      step={type === 'number' ? 'any' : undefined}
      value={isEdited.current ? undefined : shown}
      onFocus={edits(true)}
      onInput={edits(true)}
      onBlur={edits(false)}
      onChange={(event) => {
        // What the board makes of it is shown from now on.
        isEdited.current = false;
        take(event.currentTarget.value);
      }}
    />
  );
}
