import { accessOf, checkSource, contextOf } from '../compile.ts';
import { type Diagnostic, Reporter } from '../diagnostics/diagnostic.ts';
import { type ParseOptions, parseChecks } from '../parse-options.ts';
import { Budget } from '../text/budget.ts';
import { SourceMap } from '../text/source.ts';
import * as T from '../tokens/token-list.ts';
import { Preprocessor } from './preprocessor.ts';
import { SourceCache } from './source-cache.ts';

/** The text that the parser sees, one character a byte: what `cpp -P -x assembler-with-cpp` prints. */
export function preprocess(
  path: string,
  source: Uint8Array,
  options: ParseOptions = {},
): { readonly text: string; readonly diagnostics: readonly Diagnostic[] } {
  checkSource('preprocess', path, source, options, parseChecks);
  const sources = new SourceMap();
  const reporter = new Reporter(sources);
  const tokens = new Preprocessor(
    path,
    source,
    contextOf(sources, reporter, SourceCache.forOneRead(), new Budget(), options),
    accessOf({ ...options, preprocess: true }),
  );
  const parts: string[] = [];
  let line = 0;
  let file = '';
  for (tokens.advance(); tokens.kind !== T.EOF; tokens.advance()) {
    const place = sources.place(tokens.loc());
    if (place !== undefined && (place.line !== line || place.file !== file)) {
      parts.push(parts.length > 0 ? '\n' : '');
      ({ line, file } = place);
    } else if (tokens.space) parts.push(' ');
    parts.push(tokens.text);
  }
  tokens.finish();
  return { text: parts.join(''), diagnostics: reporter.diagnostics };
}
