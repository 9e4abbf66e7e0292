import { execFileSync } from 'node:child_process';

/** Compiles the package: threads, child processes and the command line run the compiled code. */
export default function setup(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
