import type { Json } from '../json.ts';
import { changed, type ViewChange } from './de-identified.ts';
import { releasedForm, withDuties } from './mask.ts';
import { pseudonymous } from './pseudonymous.ts';
import type { Mark } from './told-labels.ts';

const REDACTED = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue|REDACTED';

export interface View {
  readonly mask: readonly string[];
  /** Members that stand for what is masked. */
  readonly announced: Json;
  readonly obliged: readonly string[];
  readonly isMarked: boolean;
  readonly changes: readonly ViewChange[];
  /** By how many days dates are moved. */
  readonly days: number | undefined;
  /** Under whose pseudonyms it is seen. */
  readonly project: string | undefined;
  readonly mark: Mark;
}

/** Seen, with what is masked of it. The form is made when it is asked for: most are not. */
export class Seen {
  readonly mask: readonly string[];
  /** Labels that rules put on it, as `system|code`. */
  readonly obliged: readonly string[];
  /** It is told that it is not whole. */
  readonly isMarked: boolean;
  /** What a Bundle says that holds it. */
  readonly mark: Mark;
  readonly #resource: Json;
  readonly #view: View;
  #form: Json;
  #searched: Json;

  constructor(resource: Json, view: View) {
    const { mask, obliged, isMarked, mark } = view;
    this.mask = mask;
    this.obliged = obliged;
    this.isMarked = isMarked;
    this.mark = mark;
    this.#resource = resource;
    this.#view = view;
  }

  /** Some of it may be shown otherwise than it is. */
  get isChanged(): boolean {
    return this.#view.changes.length > 0 || this.#view.project !== undefined;
  }

  /** All labels that travel with it. */
  get duties(): readonly string[] {
    return this.isMarked ? [...new Set([...this.obliged, REDACTED])] : this.obliged;
  }

  /** As it may leave. */
  get form(): Json {
    this.#form ??= withDuties(this.searched, this.duties);
    return this.#form;
  }

  /** As searches see it: what travels along is not searched. */
  get searched(): Json {
    this.#searched ??= this.#made();
    return this.#searched;
  }

  #made(): Json {
    const { changes, days, announced, project } = this.#view;
    const form = releasedForm(changed(this.#resource, changes, days), this.mask, announced, this.isMarked);
    return project === undefined ? form : pseudonymous(form, project);
  }
}
