/**
 * The code systems, value sets and concept maps that one request needs, each found by a search of the caller's own and read from its released form. What is
 * hidden is as absent; of several versions the greatest that is visible counts.
 */
import { type CodeSystem, codeSystem } from '../concept/code-system.ts';
import { isPlain, type Plain } from '../concept/plain.ts';
import { unsaid } from '../concept/unsaid.ts';
import { type Coded, codesIn, type Known, neededBy } from '../concept/value-set.ts';
import { Problem } from '../problem.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion } from './plain-search.ts';
import type { Stages } from './stages.ts';

type Canonical = 'CodeSystem' | 'ValueSet' | 'ConceptMap';

const MOST_RESOURCES = 30;

export class TerminologyBook {
  readonly #given: Given;
  readonly #stages: Pick<Stages, 'permitFor' | 'include' | 'withheld'>;
  readonly #found = new Map<string, Plain | undefined>();
  readonly #systems = new Map<string, CodeSystem>();
  /** What the answer is made of. */
  readonly used: Visible[] = [];

  /** `stages`: through which it is looked for. */
  constructor(given: Given, stages: Pick<Stages, 'permitFor' | 'include' | 'withheld'>) {
    this.#given = given;
    this.#stages = stages;
  }

  get withheld(): number {
    return this.#stages.withheld;
  }

  /** `url` or `url|version`. Undefined: there is none to be seen. */
  *find(type: Canonical, canonical: string): Generator<Need, Plain | undefined, Found> {
    const key = `${type} ${canonical}`;
    if (this.#found.has(key)) return this.#found.get(key);
    if (this.#found.size >= MOST_RESOURCES) throw new Problem('too-costly', 'This is made of too many resources.');
    const permit = this.#stages.permitFor(type);
    const facts = this.#given.tables.types.get(type);
    let plain: Plain | undefined;
    if (permit !== undefined && facts !== undefined) {
      const bar = canonical.lastIndexOf('|');
      const [url, version] = bar < 0 ? [canonical, undefined] : [canonical.slice(0, bar), canonical.slice(bar + 1)];
      const criteria = [plainCriterion(facts.searchParameters.get('url')!, [url])];
      const some = (yield* this.#stages.include(permit, facts, criteria)).map((one) => ({ one, plain: plainOf(one) }));
      const fit = some.filter(
        (each) => each.plain['url'] === url && (version === undefined || each.plain['version'] === version),
      );
      const newest = fit.sort((a, b) => order(a.plain, b.plain)).at(-1);
      plain = newest?.plain;
      if (newest !== undefined) this.used.push(newest.one);
    }
    this.#found.set(key, plain);
    return plain;
  }

  *system(canonical: string): Generator<Need, CodeSystem, Found> {
    const known = this.#systems.get(canonical);
    if (known !== undefined) return known;
    const document = yield* this.find('CodeSystem', canonical);
    if (document === undefined) throw unsaid();
    const system = codeSystem(document);
    this.#systems.set(canonical, system);
    return system;
  }

  /** The codes of a set, after everything that it points to was looked for. Throws Problem `terminology-unknown` or `too-costly`. */
  *codes(valueSet: Plain): Generator<Need, readonly Coded[], Found> {
    const sets = new Map<string, Plain>();
    const open = [valueSet];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const needed = neededBy(next);
      for (const canonical of needed.codeSystems) yield* this.system(canonical);
      for (const canonical of needed.valueSets) {
        if (sets.has(canonical)) continue;
        const found = yield* this.find('ValueSet', canonical);
        if (found === undefined) throw unsaid();
        sets.set(canonical, found);
        open.push(found);
      }
    }
    const told = <Value>(value: Value | undefined): Value => {
      if (value === undefined) throw unsaid();
      return value;
    };
    const known: Known = {
      codeSystem: (canonical) => told(this.#systems.get(canonical)),
      valueSet: (canonical) => told(sets.get(canonical)),
      worked: new Map(),
    };
    return codesIn(valueSet, known);
  }
}

/** As the caller sees it. */
export function plainOf(visible: Visible): Plain {
  const { document, node } = releasedForm(visible);
  const value = document.value(node);
  if (!isPlain(value)) throw new Error('not a resource');
  return value;
}

function order(one: Plain, other: Plain): number {
  const [a, b] = [`${one['version'] ?? ''}`, `${other['version'] ?? ''}`];
  return compareVersions(a, b) || (`${one['id']}` < `${other['id']}` ? -1 : 1);
}

/** Number by number where there are numbers, else as text. */
function compareVersions(one: string, other: string): number {
  const [a, b] = [one.split(/[.-]/), other.split(/[.-]/)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [x = '', y = ''] = [a[at], b[at]];
    const numbers = /^\d+$/.test(x) && /^\d+$/.test(y);
    if (numbers && Number(x) !== Number(y)) return Number(x) - Number(y);
    if (!numbers && x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
