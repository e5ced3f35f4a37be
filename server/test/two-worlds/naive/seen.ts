import type { Json } from '../json.ts';
import { releasedForm, withDuties } from './mask.ts';

/** Seen, with what is masked of it. The form is made when it is asked for: most are not. */
export class Seen {
  readonly mask: readonly string[];
  /** Labels that travel with it, as `system|code`. */
  readonly duties: readonly string[];
  readonly #resource: Json;
  readonly #announced: Json;
  #form: Json;
  #searched: Json;

  /** `announced`: members that stand for what is masked. */
  constructor(resource: Json, mask: readonly string[], announced: Json, duties: readonly string[]) {
    this.mask = mask;
    this.duties = duties;
    this.#resource = resource;
    this.#announced = announced;
  }

  /** As it may leave. */
  get form(): Json {
    this.#form ??= withDuties(this.searched, this.duties);
    return this.#form;
  }

  /** As searches see it: what travels along is not searched. */
  get searched(): Json {
    this.#searched ??= releasedForm(this.#resource, this.mask, this.#announced);
    return this.#searched;
  }
}
