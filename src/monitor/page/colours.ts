import * as store from './store.ts';

const colours = new Map<string, string>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  colours.clear();
  store.touch();
});

/** A colour of page.css: a canvas knows no variables. */
export function colourOf(name: string): string {
  const known = colours.get(name);
  if (known !== undefined) return known;
  const probe = document.body.appendChild(document.createElement('i'));
  probe.style.color = `var(--${name})`;
  const colour = getComputedStyle(probe).color;
  probe.remove();
  colours.set(name, colour);
  return colour;
}
