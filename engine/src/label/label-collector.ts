/** Sorts Codings into what decides. INVARIANT: a label that cannot be read, or is of an unknown kind, counts as very restricted (I5). */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { confidentialityRank, confidentialityRanks, veryRestricted } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { isSensitivity, sensitivitySubsumes } from '../terminology/sensitivity.ts';
import { canonicalSystemAt } from './canonical-system.ts';
import { bindsDisclosure } from './duties.ts';
import type { LabelMeanings } from './label-rules.ts';
import { type LabelCode, type Labels, noLabels } from './labels.ts';

const SYSTEM = name('system');
const CODE = name('code');

export class LabelCollector {
  readonly #document: JsonDocument;
  #confidentiality = -1;
  // Few, each once: lists are quicker than sets.
  readonly #sensitivities: string[] = [];
  readonly #other: string[] = [];
  readonly #all: LabelCode[] = [];

  readonly #meanings: LabelMeanings | undefined;

  /** `meanings`: of the labels of others. */
  constructor(document: JsonDocument, meanings?: LabelMeanings) {
    this.#document = document;
    this.#meanings = meanings;
  }

  /** `node` holds Codings, at any depth: a list of them, a CodeableConcept, an extension. One without any holds a label that we cannot read. */
  add(node: JsonNode): void {
    if (this.#document.isArray(node)) {
      for (let item = this.#document.first(node); item !== NONE; item = this.#document.next(item)) this.#addItem(item);
    } else this.#addItem(node);
  }

  /** A label that a rule gives. */
  addCode(system: string, code: string): void {
    this.#note(system, code);
  }

  /**
   * What labelling settles beyond single labels: sensitive data is restricted at least, some of it very; and where no label says how confidential
   * something is, the site's default does.
   */
  settle(defaultRank: number, veryRestrictedCodes: readonly string[]): void {
    for (const code of this.#sensitivities) {
      const very = veryRestrictedCodes.some((one) => sensitivitySubsumes(one, code));
      this.#raise(very ? veryRestricted : confidentialityRanks.R);
    }
    if (this.#confidentiality < 0) this.#confidentiality = defaultRank;
  }

  labels(): Labels {
    return Object.freeze({
      confidentiality: this.#confidentiality,
      sensitivities: this.#sensitivities.length === 0 ? noLabels.sensitivities : Object.freeze([...this.#sensitivities]),
      other: this.#other.length === 0 ? noLabels.other : Object.freeze([...this.#other]),
      all: Object.freeze([...this.#all]),
    });
  }

  #addItem(item: JsonNode): void {
    if (!this.#addCodings(item)) this.#raise(veryRestricted);
  }

  /** True when there was at least one Coding at or below `node`. */
  #addCodings(node: JsonNode): boolean {
    const document = this.#document;
    const [system, code] = [document.member(node, SYSTEM), document.member(node, CODE)];
    if (system !== NONE || code !== NONE) {
      this.#addCoding(canonicalSystemAt(document, system), document.string(code));
      return true;
    }
    let found = false;
    for (let child = document.first(node); child !== NONE; child = document.next(child))
      found = this.#addCodings(child) || found;
    return found;
  }

  #addCoding(system: string | undefined, code: string | undefined): void {
    if (system === undefined || code === undefined) this.#raise(veryRestricted);
    else this.#note(system, code);
  }

  #note(system: string, code: string): void {
    if (this.#all.some((one) => one.code === code && one.system === system)) return;
    this.#all.push(Object.freeze({ system, code }));
    switch (labelKind(system, code)) {
      case 'confidentiality':
        this.#raise(confidentialityRank(system, code) ?? veryRestricted);
        break;
      case 'sensitivity':
        if (!this.#sensitivities.includes(code)) this.#sensitivities.push(code);
        if (!isSensitivity(code)) this.#raise(veryRestricted);
        break;
      case 'compartment':
      case 'policy':
        this.#other.push(`${system}|${code}`);
        break;
      case 'obligation':
      case 'refrain':
        if (bindsDisclosure(code)) this.#other.push(`${system}|${code}`);
        break;
      case 'integrity':
      case 'purpose':
      case 'mark':
      case 'test':
        break;
      case 'other':
        this.#translate(`${system}|${code}`);
        break;
    }
  }

  /** what was agreed with whoever uses it; unknown, it closes. */
  #translate(label: string): void {
    const meant = this.#meanings?.get(label);
    if (meant === undefined) this.#raise(veryRestricted);
    else for (const { system, code } of meant) this.#note(system, code);
  }

  #raise(rank: number): void {
    if (rank > this.#confidentiality) this.#confidentiality = rank;
  }
}
