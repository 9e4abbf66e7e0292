import { mayControl } from '../store.ts';

/** The id of the paragraph that says why nothing on real hardware can be touched. */
export const READ_ONLY = 'read-only';

/** Why a page without leave leaves real hardware alone. */
export const READ_ONLY_TEXT =
  'Real hardware is only shown: start the page with --control to press its lines and to change its faults.';

interface TouchProps {
  /** Whether it touches real hardware. */
  readonly isReal: boolean;
  readonly label: string;
  readonly text: string;
  readonly act: () => void;
}

/** A button that touches the board. Where that is not allowed, it can still be reached, and says why. */
export function TouchButton({ isReal, label, text, act }: TouchProps) {
  if (!isReal || mayControl.value)
    return (
      <button type="button" onClick={act} aria-label={label}>
        {text}
      </button>
    );
  return (
    <button
      type="button"
      aria-disabled="true"
      aria-describedby={READ_ONLY}
      aria-label={label}
      title={READ_ONLY_TEXT}
    >
      {text}
    </button>
  );
}
