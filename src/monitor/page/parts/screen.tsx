import { useEffect, useRef } from 'preact/hooks';
import type { Part } from '../../state.ts';
import type { Values } from './part.ts';

/** What a display shows: dots of one that has a picture too, where half blocks stand for two of them; else characters. */
export function Screen({ name, part, values }: { name: string; part: Part; values: Values }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = String(values[name]);
  const hasDots = part.properties.some((property) => property.name === 'picture');
  useEffect(() => {
    if (canvas.current !== null) paintDots(canvas.current, text);
  }, [text]);
  if (hasDots) return <canvas class="dots" ref={canvas} role="img" aria-label={`${name} of the display`} />;
  return <pre class={`screen${values['backlight'] === false ? ' dark' : ''}`}>{text}</pre>;
}

const LIT = [140, 220, 255, 255];
const DARK = [8, 14, 24, 255];

function paintDots(canvas: HTMLCanvasElement, text: string): void {
  const lines = text.replace(/\n$/, '').split('\n');
  const width = Math.max(1, ...lines.map((line) => line.length));
  canvas.width = width;
  canvas.height = lines.length * 2;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, lines.length * 2);
  const light = (x: number, y: number, isLit: boolean) =>
    image.data.set(isLit ? LIT : DARK, 4 * (y * width + x));
  for (const [row, line] of lines.entries())
    for (let x = 0; x < width; x++) {
      const dots = ' ▀▄█'.indexOf(line[x] ?? ' ');
      light(x, 2 * row, (dots & 1) !== 0);
      light(x, 2 * row + 1, (dots & 2) !== 0);
    }
  context.putImageData(image, 0, 0);
}
