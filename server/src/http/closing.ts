/** What was opened, closed in reverse, each once, all of it even when one fails. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #closed: Promise<void> | undefined;

  /** `step` runs at close, before everything that was named earlier. */
  first(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Rejects with the first failure after all steps ran. */
  close(): Promise<void> {
    this.#closed ??= this.#run();
    return this.#closed;
  }

  async #run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.toReversed()) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
