import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
} as const;

/** The files of the page: nothing else is read for anybody. */
const FILES: Readonly<Record<string, keyof typeof TYPES>> = {
  'index.html': 'html',
  'page.js': 'js',
  'page.css': 'css',
  'icon.svg': 'svg',
};

/** A file of the page, by the path of a request; undefined: it has no such file. */
export function pageFile(path: string): { readonly type: string; readonly content: Buffer } | undefined {
  const name = path === '/' ? 'index.html' : path.slice(1);
  if (!Object.hasOwn(FILES, name)) return undefined;
  const entry = createRequire(import.meta.url).resolve(`#built/src/monitor/page/${name}`);
  return { type: TYPES[FILES[name] as keyof typeof TYPES], content: readFileSync(entry) };
}
