/** A command of the command line as a value: its options are parsed, described and completed from here. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly required?: boolean;
  /** What stands for the value in the help, such as FILE. */
  readonly value?: string;
  readonly what: string;
}

export interface Given {
  /** A string option given once; undefined when absent. */
  text(name: string): string | undefined;
  /** A required or defaulted one: main.ts has made sure that it is there. */
  needed(name: string): string;
  all(name: string): readonly string[];
  flag(name: string): boolean;
  readonly rest: readonly string[];
}

export interface Command {
  /** Words, such as `user add`. */
  readonly name: string;
  readonly summary: string;
  /** Names of positional arguments, in capitals; `[PATH]` may be left out. */
  readonly arguments?: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Its arguments are another program's own and are handed on unread, as `rest`. */
  readonly handsOn?: true;
  /** Resolves to the exit status. */
  run(given: Given, out: Output): Promise<number>;
}

export interface Output {
  /** The result: standard output. */
  print(line: string): void;
  /** Everything else: standard error. */
  tell(line: string): void;
}

export const homeOption: Option = {
  type: 'string',
  value: 'DIR',
  what: 'home folder of the running server (default ./.fireguard)',
};
export const jsonOption: Option = { type: 'boolean', what: 'print JSON, for scripts' };
