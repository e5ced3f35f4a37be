/** Ends everything in the reverse order of its start, once, on Ctrl-C, on SIGTERM, or when a part is gone. A second Ctrl-C changes nothing: nothing may be lost. */
export class Stopping {
  readonly #steps: (() => unknown)[] = [];
  #ending: Promise<void> | undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.#ending !== undefined) return;
        console.log('\nStopping …');
        void this.stop().then(() => process.exit(0));
      });
    }
  }

  /** Adds a step that runs before those added earlier. */
  last(step: () => unknown): void {
    this.#steps.unshift(step);
  }

  /** A part ended by itself: unless everything is ending anyway, say so and end with an error. */
  unless(complain: () => void): void {
    if (this.#ending !== undefined) return;
    complain();
    void this.stop().then(() => process.exit(1));
  }

  stop(): Promise<void> {
    this.#ending ??= this.#run();
    return this.#ending;
  }

  async #run(): Promise<void> {
    for (const step of this.#steps) {
      try {
        await step();
      } catch (error) {
        console.error(`While stopping: ${(error as Error).message}`);
      }
    }
  }
}
