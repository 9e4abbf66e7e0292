import { spawn } from 'node:child_process';

/** Opens an address as the desktop does it. @param warn told where there is none */
export function openInBrowser(url: string, warn: (sentence: string) => void): void {
  const [program, ...words] = {
    darwin: ['open', url],
    // The empty word is the title of a window.
    win32: ['cmd', '/c', 'start', '""', url],
  }[process.platform as string] ?? ['xdg-open', url];
  const child = spawn(program as string, words, { stdio: 'ignore', detached: true });
  const failed = () => warn(`cannot open a browser (${program}): open the page's address yourself`);
  child.on('error', failed);
  child.on('exit', (code) => code !== 0 && code !== null && failed());
  child.unref();
}
