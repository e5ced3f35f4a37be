/** A failure as the person at the keyboard sees it: one line that says what to do next. `exit`: 1 it did not work, 2 it was asked wrongly. */
export class CliError extends Error {
  readonly exit: 1 | 2;

  constructor(line: string, exit: 1 | 2 = 1) {
    super(line);
    this.name = 'CliError';
    this.exit = exit;
  }
}
