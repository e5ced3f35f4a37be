/**
 * Parameters of a query or form, decoded once, in their order, and taken one kind after the other: what nobody took is unknown. Kept in
 * arrays and maps, never in an object keyed by what the client wrote (hardening B2-37).
 */
import { Problem } from '../problem.ts';
import { percentDecode } from './percent.ts';
import { checkQuery } from './target.ts';

export interface Pair {
  readonly name: string;
  readonly value: string;
}

const MOST = 100;

/** Throws Problem for more than 100 parameters, empty names or values, broken encodings. */
export function parsePairs(text: string): readonly Pair[] {
  checkQuery(text);
  const pieces = text.split('&').filter((piece) => piece !== '');
  if (pieces.length > MOST) throw new Problem('request-not-understood', 'There are too many parameters.');
  return pieces.map((piece) => {
    const equals = piece.indexOf('=');
    const name = percentDecode(equals === -1 ? piece : piece.slice(0, equals), true);
    const value = equals === -1 ? '' : percentDecode(piece.slice(equals + 1), true);
    // A parameter without a value says nothing; ignoring it would widen the answer.
    if (name === '' || value === '') throw new Problem('parameter-invalid', 'A parameter has no name or no value.');
    return { name, value };
  });
}

export class Parameters {
  readonly #left: Pair[];

  constructor(pairs: readonly Pair[]) {
    this.#left = [...pairs];
  }

  /** Take the only value of `name`. Throws Problem when it is repeated. */
  one(name: string): string | undefined {
    const values = this.many(name);
    if (values.length > 1) throw new Problem('parameter-invalid', `The parameter ${name} may be given only once.`);
    return values[0];
  }

  /** Take every value of `name`, in order. */
  many(name: string): readonly string[] {
    const values: string[] = [];
    for (let at = 0; at < this.#left.length; ) {
      const pair = this.#left[at];
      if (pair?.name !== name) at++;
      else {
        values.push(pair.value);
        this.#left.splice(at, 1);
      }
    }
    return values;
  }

  /** Whether `name` is there and nobody has taken it. */
  has(name: string): boolean {
    return this.#left.some((pair) => pair.name === name);
  }

  /** Take all that is left, in order. */
  rest(): readonly Pair[] {
    return this.#left.splice(0);
  }

  /** Refuse what is left. */
  refuseRest(): void {
    const [pair] = this.#left;
    if (pair) throw unknownParameter(pair.name);
  }
}

export function unknownParameter(name: string): Problem {
  return new Problem('parameter-unknown', 'A parameter is not known here.', { detail: `parameter ${name}` });
}
