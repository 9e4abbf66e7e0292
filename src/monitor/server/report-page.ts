import { createHash } from 'node:crypto';
import { plainJson } from '../../input/index.ts';
import type { Report } from '../row.ts';
import { pageFile } from './page-files.ts';

/** The page in one file, with what happened inside: without a server, and without leave to ask any. */
export function reportPage(report: Report): string {
  const textOf = (path: string) => String(pageFile(path)?.content);
  // Nothing in it may end the element that it stands in.
  const script = textOf('/page.js').replaceAll('</script', '<\\/script');
  const style = textOf('/page.css').replaceAll('</style', '<\\/style');
  const data = plainJson(report).replaceAll('<', '\\u003c');
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dtbus report</title>
<style>${style}</style>
</head>
<body>
<script type="application/json">${data}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
