/** A sealed answer: only `release()` can make one (I3). The host may send exactly this and nothing else. */
import type { Decision } from '../decision/decision.ts';
import type { Disclosure } from '../enforcement/outcome.ts';

export interface ReleasedParts {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly decision: Decision;
  readonly disclosure: Disclosure;
}

let mint: (parts: ReleasedParts) => Released;

/** INVARIANT: the constructor is unreachable from outside this module; `isReleased` proves at run time what the type says at compile time. */
export class Released {
  readonly kind = 'released';
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly decision: Decision;
  readonly disclosure: Disclosure;
  readonly #sealed = true;

  private constructor(parts: ReleasedParts) {
    this.status = parts.status;
    this.headers = parts.headers;
    this.body = parts.body;
    this.decision = parts.decision;
    this.disclosure = parts.disclosure;
    Object.freeze(this);
  }

  static isReleased(value: unknown): value is Released {
    return typeof value === 'object' && value !== null && #sealed in value;
  }

  static {
    mint = (parts) => new Released(parts);
  }
}

/** For files in `release/` only (the architecture test holds the importers to that list). */
export function mintReleased(parts: ReleasedParts): Released {
  return mint(parts);
}
