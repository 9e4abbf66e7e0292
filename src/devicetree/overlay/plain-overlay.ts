import { accessOf, contextOf } from '../compile.ts';
import { Reporter } from '../diagnostics/diagnostic.ts';
import type { ParseOptions, SourceInput } from '../parse-options.ts';
import { Preprocessor } from '../preprocess/preprocessor.ts';
import { SourceCache } from '../preprocess/source-cache.ts';
import { Budget, LimitError } from '../text/budget.ts';
import { SourceMap } from '../text/source.ts';
import { SLASH } from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';

/** Names of the node that holds what a fragment of an overlay adds. */
const FRAGMENT_BODIES = ['__overlay__', '__dormant__'];

/**
 * Whether a source is an overlay as Zephyr's and U-Boot's are: text that follows a board's (`ParseOptions.appended`),
 * neither a `/plugin/;` nor made of fragments.
 */
export function isPlainOverlay(path: string, source: SourceInput, options: ParseOptions = {}): boolean {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const sources = new SourceMap();
  const { report } = new Reporter(sources);
  const context = contextOf(sources, { report }, new SourceCache(), new Budget(), options);
  const tokens = new Preprocessor(path, bytes, context, accessOf(options));
  try {
    let before = T.EOF as number;
    for (tokens.advance(); tokens.kind !== T.EOF; tokens.advance()) {
      if (tokens.kind === T.IDENT) {
        const { text } = tokens;
        if (FRAGMENT_BODIES.includes(text) || (text === 'plugin' && before === SLASH)) return false;
      }
      before = tokens.kind;
    }
  } catch (error) {
    // Whoever reads it in earnest says so.
    if (!(error instanceof LimitError)) throw error;
  } finally {
    tokens.finish();
  }
  return true;
}
