import type { GivenOption } from '../terminal/getopt.ts';
import type { OptionSpec } from './arguments.ts';

/** The options of all commands that read source. */
export const INPUT_OPTIONS: readonly OptionSpec[] = [
  { letter: 'i', long: 'include', argument: 'folder', help: 'search this folder for included files' },
  {
    letter: 'cpp',
    long: 'cpp',
    help: 'run the C preprocessor (default for a .dts or .dtso that needs it)',
  },
  { letter: 'no-cpp', long: 'no-cpp', help: 'do not preprocess' },
  { letter: 'define', long: 'define', argument: 'name[=value]', help: 'define a macro for the preprocessor' },
  { letter: 'json', long: 'json', help: 'print errors and warnings as JSON' },
];

export interface InputSettings {
  readonly includePaths: string[];
  readonly defines: Record<string, string>;
  preprocess: boolean | undefined;
  json: boolean;
}

/** Takes one of `INPUT_OPTIONS`. @returns false for another option */
export function takeInputOption(settings: InputSettings, { letter, value }: GivenOption): boolean {
  switch (letter) {
    case 'i':
      settings.includePaths.push(value);
      return true;
    case 'cpp':
    case 'no-cpp':
      settings.preprocess = letter === 'cpp';
      return true;
    case 'define': {
      const [, name = '', , text = '1'] = /^([^=]*)(=(.*))?$/s.exec(value) ?? [];
      settings.defines[name] = text;
      return true;
    }
    case 'json':
      settings.json = true;
      return true;
    default:
      return false;
  }
}
