import type { BoardArguments } from '../board/named-board.ts';

/** Which part of a memory. */
export interface RangeArguments {
  readonly offset?: string;
  readonly length?: string;
}

export interface ChangeArguments extends RangeArguments {
  readonly force: boolean;
  /** Flash only: clears the protection bits first. */
  readonly unprotect?: boolean;
}

export interface InfoArguments extends BoardArguments {
  readonly json: boolean;
  /** Asks the part; without it the tree and the data sheets are asked. */
  readonly live: boolean;
}

/** What a kind of memory can do for the command line; each gives the exit code. */
export interface MemoryTasks {
  info(args: InfoArguments, device: string): Promise<number>;
  read(args: BoardArguments & RangeArguments, device: string, file: string | undefined): Promise<number>;
  write(args: BoardArguments & ChangeArguments, device: string, file: string): Promise<number>;
  erase(args: BoardArguments & ChangeArguments, device: string): Promise<number>;
  verify(args: BoardArguments & RangeArguments, device: string, file: string): Promise<number>;
}
