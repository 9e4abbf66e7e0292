import { options, type VNode } from 'preact';
import { printable } from '../../input/printable.ts';

/** Attributes that a person reads or hears. */
const READ = ['title', 'aria-label', 'aria-valuetext'] as const;

/**
 * Every text of the page passes here before it is shown: names of trees and what parts say are of strangers. Control characters
 * and those that turn the direction of what stands beside them are shown as `\u202e`. What is typed into boxes is left alone.
 */
export function showPlainText(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    if (typeof vnode.type === 'string') makePlain(vnode.props as Record<string, unknown>);
    before?.(vnode);
  };
}

function makePlain(props: Record<string, unknown>): void {
  const { children } = props;
  if (typeof children === 'string') props['children'] = printable(children);
  else if (Array.isArray(children))
    props['children'] = children.map((child) => (typeof child === 'string' ? printable(child) : child));
  for (const name of READ) {
    const text = props[name];
    if (typeof text === 'string') props[name] = printable(text);
  }
}
