/** Chance with a seed: the same seed makes the same worlds, policies and requests on every machine. */
import { nothing, type Theme, type Topic } from './theme.ts';

export class Random {
  #state: number;
  /** What is drawn more often. */
  theme: Theme = nothing;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0;
    for (let warm = 0; warm < 4; warm++) this.next();
  }

  /** 0 ≤ n < 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  }

  /** 0 ≤ n < below. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** As `chance`; this `often` where that is the theme. */
  about(topic: Topic, share: number, often = 0.9): boolean {
    return this.chance(this.theme.topics?.includes(topic) ? Math.max(share, often) : share);
  }

  isAbout(topic: Topic): boolean {
    return this.theme.topics?.includes(topic) === true;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)]!;
  }

  /** By weight; what weighs nothing is never picked. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let at = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      at -= weight;
      if (at < 0) return choice;
    }
    return choices.findLast(([weight]) => weight > 0)![1];
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    return list.map(() => left.splice(this.below(left.length), 1)[0]!);
  }

  some<T>(list: readonly T[], least: number, most: number): T[] {
    return this.shuffled(list).slice(0, least + this.below(most - least + 1));
  }
}
