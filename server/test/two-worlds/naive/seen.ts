import type { Json } from '../json.ts';
import { releasedForm, withDuties } from './mask.ts';

/** Seen, with what is masked of it. The form is made when it is asked for: most are not. */
export class Seen {
  readonly mask: readonly string[];
  /** Labels that travel with it, as `system|code`. */
  readonly duties: readonly string[];
  readonly #resource: Json;
  readonly #announced: Json;
  readonly #years: readonly string[];
  #form: Json;
  #searched: Json;

  /** `announced`: members that stand for what is masked. `years`: dates of which only the year is shown. */
  constructor(resource: Json, mask: readonly string[], announced: Json, duties: readonly string[], years: readonly string[]) {
    this.mask = mask;
    this.duties = duties;
    this.#resource = resource;
    this.#announced = announced;
    this.#years = years;
  }

  /** As it may leave. */
  get form(): Json {
    this.#form ??= withDuties(this.searched, this.duties);
    return this.#form;
  }

  /** As searches see it: what travels along is not searched. */
  get searched(): Json {
    this.#searched ??= releasedForm(cut(this.#resource, this.#years), this.mask, this.#announced);
    return this.#searched;
  }
}

/** What is no date is not shown where one stands. */
function cut(resource: Json, years: readonly string[]): Json {
  const shown = { ...resource };
  for (const path of years) {
    if (shown[path] === undefined) continue;
    if (/^\d{4}(-\d\d(-\d\d(T.*)?)?)?$/.test(shown[path])) shown[path] = shown[path].slice(0, 4);
    else delete shown[path];
    delete shown[`_${path}`];
  }
  return shown;
}
