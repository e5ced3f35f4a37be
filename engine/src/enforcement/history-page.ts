/** One client page of a history: which of the shown versions it holds, its total and its links. */
import type { Decision } from '../decision/decision.ts';
import { dateRange } from '../matching/date-range.ts';
import { fingerprint } from '../planning/fingerprint.ts';
import { planHistory } from '../planning/plan-history.ts';
import { type HistoryPage, keyOf, releaseHistory, type ShownVersion } from '../release/release-history.ts';
import type { Released } from '../release/released.ts';
import { lastUpdatedOf } from '../release/version-headers.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { HistoryRequest } from '../request/request.ts';
import type { Given } from './given.ts';
import { cursorInvalid, LONGEST_HINT, makeCursor, unsealed } from './page-cursor.ts';
import { shapeOf } from './shape-of.ts';

export class HistoryPager {
  readonly #given: Given;
  readonly #asked: HistoryRequest;
  /** What is asked for, also by a cursor. */
  readonly #wanted: HistoryRequest;
  readonly #after: string | undefined;
  readonly #count: number;
  readonly #page: ShownVersion[] = [];
  /** When the next later shown version of each resource came, by key. */
  readonly #later = new Map<string, number>();
  /** Upstream page of the last version on this one. */
  #lastPage = '';
  /** Where the version may be found after which this page begins; '' = only from the newest entry on. */
  readonly hint: string;
  readonly #plan: string;
  #passed: boolean;
  #met = 0;
  #more = false;

  /** Throws Problem `cursor-invalid`. */
  constructor(given: Given, asked: HistoryRequest) {
    this.#given = given;
    this.#asked = asked;
    const opened = asked.cursor === undefined ? undefined : unsealed(given, asked.cursor);
    const wanted = opened?.request ?? asked;
    if (wanted.interaction !== asked.interaction || wanted.type !== asked.type || wanted.id !== asked.id) throw cursorInvalid();
    this.#wanted = wanted;
    this.#after = opened?.cursor.after;
    this.#passed = opened === undefined;
    this.#plan = fingerprint(planHistory(asked.type, asked.id, given.dialect));
    // What was current at a time shows only in what came later.
    this.hint = opened?.cursor.plan === this.#plan && wanted.at === undefined ? opened.cursor.hint : '';
    this.#count = Math.min(wanted.count ?? given.limits.defaultCount, given.limits.maxCount);
  }

  /** The version after which the page begins was met. */
  get passed(): boolean {
    return this.#passed;
  }

  /** From the newest entry on, when the hint led nowhere. */
  restart(): void {
    this.#page.length = 0;
    this.#passed = false;
    this.#more = false;
  }

  /** The next shown version, newest first; false = the page is full and one more is known, or all that follows is too old. */
  take(one: ShownVersion, upstreamPage: string): boolean {
    const met = this.#meets(one);
    if (met === 'too-old') return !this.#passed;
    if (met === 'no') return true;
    this.#met++;
    if (!this.#passed) {
      this.#passed = keyOf(one) === this.#after;
      return true;
    }
    // A page of nothing counts, so it reads to the end.
    if (this.#count === 0) return true;
    if (this.#page.length < this.#count) {
      this.#page.push(one);
      this.#lastPage = upstreamPage;
    } else this.#more = true;
    return !this.#more;
  }

  release(decision: Decision, withheld: number): Released {
    if (!this.#passed) throw cursorInvalid();
    const { bases } = this.#given;
    const place = canonicalTarget({ ...this.#asked, count: undefined, since: undefined, at: undefined, cursor: undefined });
    const wanted = { ...this.#wanted, count: this.#count };
    const last = this.#more ? this.#page.at(-1) : undefined;
    const hint = this.#lastPage.length > LONGEST_HINT ? '' : this.#lastPage;
    const cursor =
      last === undefined
        ? undefined
        : makeCursor(this.#given, { target: canonicalTarget(wanted), after: keyOf(last), hint, plan: this.#plan });
    const page: HistoryPage = {
      shown: this.#page,
      self: bases.ours + canonicalTarget(this.#asked.cursor === undefined ? wanted : this.#asked),
      next:
        cursor === undefined
          ? undefined
          : `${bases.ours}${place}${place.includes('?') ? '&' : '?'}_cursor=${encodeURIComponent(cursor)}`,
      total: this.#more || this.#after !== undefined ? undefined : this.#met,
      withheld,
      shape: shapeOf(this.#given, this.#wanted),
    };
    return releaseHistory(page, decision, bases);
  }

  #meets(one: ShownVersion): 'yes' | 'no' | 'too-old' {
    const { since, at } = this.#wanted;
    const key = `${one.type}/${one.id}`;
    const time = one.method === 'DELETE' ? Date.parse(one.deleted ?? '') : (lastUpdatedOf(one.visible) ?? Number.NaN);
    const until = this.#later.get(key) ?? Number.POSITIVE_INFINITY;
    this.#later.set(key, Number.isNaN(time) ? until : time);
    const from = since === undefined ? Number.NEGATIVE_INFINITY : Math.floor(Date.parse(since) / 1000) * 1000;
    if (time < from) return 'too-old';
    if (since !== undefined && Number.isNaN(time)) return 'no';
    if (at === undefined) return 'yes';
    const asked = dateRange(at);
    return one.method !== 'DELETE' && time < asked.high && until > asked.low ? 'yes' : 'no';
  }
}
