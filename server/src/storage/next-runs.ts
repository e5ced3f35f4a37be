/**
 * The same question by many at once is asked once: without it a node that has lost its lease, and so reads everything afresh, would overrun the
 * database just when it is weak. INVARIANT: whoever asks gets the answer of a run that began after they asked, so that sharing
 * never makes a fact older than asking alone would; there is one run at work and at most one waiting for each question.
 */
interface Runs<Value> {
  readonly running: Promise<Value>;
  next: Promise<Value> | undefined;
}

export class NextRuns<Value> {
  readonly #runs = new Map<string, Runs<Value>>();

  run(question: string, load: () => Promise<Value>): Promise<Value> {
    const at = this.#runs.get(question);
    if (at === undefined) return this.#start(question, load);
    const start = () => this.#start(question, load);
    at.next ??= at.running.then(start, start);
    return at.next;
  }

  #start(question: string, load: () => Promise<Value>): Promise<Value> {
    const runs: Runs<Value> = { running: load(), next: undefined };
    this.#runs.set(question, runs);
    const end = () => {
      if (runs.next === undefined) this.#runs.delete(question);
    };
    runs.running.then(end, end);
    return runs.running;
  }
}
