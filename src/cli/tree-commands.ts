import type { Command } from 'commander';

export function addTreeCommands(_program: Command, _end: (exitCode: number) => void): void {}
