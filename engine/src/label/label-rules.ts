/**
 * Label rules: data that say which security labels a resource carries by what it holds, as a labelling service gives them (requirements R-206, HCS). They
 * only ever add protection: a rule can raise a confidentiality and name a sensitivity, never take a label away.
 */
import type { TextTable } from '../json/text-table.ts';
import type { LabelCode } from './labels.ts';

/** One document, as parsed from YAML or JSON. */
export interface LabelRulesDocument {
  readonly labelRules: string;
  readonly version: number;
  /** The confidentiality of what nothing else raises. */
  readonly default?: 'L' | 'M' | 'N' | 'R' | 'V';
  /** Sensitivities that make data very restricted, with those below them; every other makes it restricted. */
  readonly veryRestricted?: readonly string[];
  /** R-188: labels of others, by `system|code`, each as the labels that it stands for here. What is not named and not HL7's counts as very restricted. */
  readonly meanings?: Readonly<Record<string, readonly string[]>>;
  readonly rules: readonly LabelRule[];
}

/**
 * It holds when one of `codes`, `valueSets`, `words` is met (where any is given), and each of the others that is given. What only says who somebody is
 * (Patient, Person, RelatedPerson) is labelled by its content only where `types` names it.
 */
export interface LabelRule {
  readonly id: string;
  readonly description: string;
  /** `system|code`; the system by its URL or short name (snomed, loinc, rxnorm, icd10, icd9, cpt); `F10*` is everything that begins so. */
  readonly codes?: readonly string[];
  /** Canonical URLs of value sets that are loaded. */
  readonly valueSets?: readonly string[];
  /** Words in the displays of codes and the texts of concepts, in any case: of five letters or more as beginnings, shorter ones whole. */
  readonly words?: readonly string[];
  readonly types?: readonly string[];
  readonly profiles?: readonly string[];
  /** `Practitioner/id`, `Organization/id`: who is named in the resource. */
  readonly mentions?: readonly string[];
  /** Ids of patients: their whole records. */
  readonly patients?: readonly string[];
  /** Codes of v3-ActCode or v3-Confidentiality, or `system|code`. */
  readonly labels: readonly string[];
}

/** Ready to be asked, frozen. */
export interface CompiledLabelRules {
  readonly documents: readonly { readonly name: string; readonly version: number }[];
  readonly rules: readonly CompiledLabelRule[];
  /** By system, in all its spellings: codes, and beginnings of codes, with positions of rules. */
  readonly bySystem: TextTable<SystemRules>;
  /** First three letters → the words that begin so, lower case, with positions of rules. */
  readonly byStart: ReadonlyMap<
    number,
    readonly { readonly word: string; readonly whole: boolean; readonly rules: readonly number[] }[]
  >;
  /** By `startBits` of those three letters: 1 where some word may begin so. */
  readonly mayStart: Uint8Array;
  /** Rules that ask for no content. */
  readonly unconditional: readonly number[];
  /** Ranks in U<L<M<N<R<V. */
  readonly defaultRank: number;
  /** What labels of others stand for, by `system|code`. */
  readonly meanings: LabelMeanings;
  readonly veryRestricted: readonly string[];
}

export interface SystemRules {
  readonly codes: ReadonlyMap<string, readonly number[]>;
  readonly beginnings: readonly (readonly [beginning: string, rule: number])[];
}

export interface CompiledLabelRule {
  readonly id: string;
  /** Asks for codes or words. */
  readonly readsContent: boolean;
  readonly types: ReadonlySet<string> | undefined;
  readonly profiles: ReadonlySet<string> | undefined;
  readonly mentions: ReadonlySet<string> | undefined;
  readonly patients: ReadonlySet<string> | undefined;
  readonly labels: readonly LabelCode[];
}

export type LabelMeanings = ReadonlyMap<string, readonly LabelCode[]>;
