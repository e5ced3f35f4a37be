/** Label rules, checked and made ready: what is not known is refused (I5), since a rule that is half understood protects too little. */
import { TextTable } from '../json/text-table.ts';
import { Problem } from '../problem.ts';
import { clinicalSystem, systemSpellings } from '../terminology/clinical-systems.ts';
import { v3System, v3SystemUrl } from '../terminology/codes.ts';
import { type Confidentiality, confidentialityRank, confidentialityRanks } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { isSensitivity } from '../terminology/sensitivity.ts';
import type { CodeSet } from '../terminology/value-set.ts';
import type { CompiledLabelRule, CompiledLabelRules, LabelRule, LabelRulesDocument } from './label-rules.ts';
import type { LabelCode } from './labels.ts';
import { START_BITS, startBits, startKey } from './word-start.ts';

const documentKeys = ['labelRules', 'version', 'default', 'veryRestricted', 'meanings', 'rules'];
const evidenceKeys = ['codes', 'valueSets', 'words'] as const;
const ruleKeys = ['id', 'description', ...evidenceKeys, 'types', 'profiles', 'mentions', 'patients', 'labels'];

/** `documents`: as parsed. `sets`: value sets by canonical URL. Throws Problem `policy-invalid`, its detail naming the place. */
export function compileLabelRules(
  documents: readonly unknown[],
  sets: ReadonlyMap<string, CodeSet> = new Map(),
): CompiledLabelRules {
  const checked = documents.map((one, at) => checkedDocument(one, `documents[${at}]`));
  const compiling = new Compiling(sets);
  for (const [at, { meanings }] of checked.entries())
    for (const [label, labels] of Object.entries(meanings ?? {})) compiling.mean(label, labels, `documents[${at}].meanings`);
  for (const [at, { rules }] of checked.entries())
    for (const [index, rule] of rules.entries()) compiling.add(rule, `documents[${at}].rules[${index}]`);
  const levels = checked.map((one) => confidentialityRanks[one.default ?? 'N']);
  return compiling.compiled(
    checked.map(({ labelRules, version }) => ({ name: labelRules, version })),
    Math.max(...levels, confidentialityRanks.L),
    checked.flatMap(({ veryRestricted }) => veryRestricted ?? []),
  );
}

class Compiling {
  readonly #sets: ReadonlyMap<string, CodeSet>;
  readonly #ids = new Set<string>();
  readonly #rules: CompiledLabelRule[] = [];
  readonly #bySystem = new Map<
    string,
    { readonly codes: Map<string, number[]>; readonly beginnings: (readonly [string, number])[] }
  >();
  readonly #byWord = new Map<string, number[]>();
  readonly #unconditional: number[] = [];
  readonly #meanings = new Map<string, readonly LabelCode[]>();

  constructor(sets: ReadonlyMap<string, CodeSet>) {
    this.#sets = sets;
  }

  /** HL7's own labels mean what they mean. */
  mean(label: string, labels: readonly string[], at: string): void {
    const bar = label.lastIndexOf('|');
    if (bar <= 0 || bar === label.length - 1 || v3System(label.slice(0, bar)) !== undefined)
      refuse(at, `write ${label} as system|code, of a system that is not HL7's`);
    if (this.#meanings.has(label)) refuse(at, `${label} is given two meanings`);
    this.#meanings.set(
      label,
      labels.map((one) => labelOf(one, at)),
    );
    // Less than normal would have to be said by whoever made the data.
    if (
      !this.#meanings
        .get(label)!
        .every(({ system, code }) => (confidentialityRank(system, code) ?? 9) >= confidentialityRanks.N)
    )
      refuse(at, `${label} stands for normal confidentiality at least`);
  }

  add(rule: LabelRule, at: string): void {
    if (this.#ids.has(rule.id)) refuse(`${at}.id`, `two rules are called ${rule.id}`);
    this.#ids.add(rule.id);
    const position = this.#rules.length;
    this.#rules.push(
      Object.freeze({
        id: rule.id,
        readsContent: evidenceKeys.some((key) => rule[key] !== undefined),
        types: setOf(rule.types),
        profiles: setOf(rule.profiles),
        mentions: setOf(rule.mentions),
        patients: setOf(rule.patients),
        labels: Object.freeze(rule.labels.map((label, index) => labelOf(label, `${at}.labels[${index}]`))),
      }),
    );
    for (const code of rule.codes ?? []) this.#code(code, position, `${at}.codes`);
    for (const [index, url] of (rule.valueSets ?? []).entries()) {
      const set = this.#sets.get(url) ?? refuse(`${at}.valueSets[${index}]`, `there is no value set ${url} among those loaded`);
      for (const code of set) this.#code(code, position, url);
    }
    for (const word of rule.words ?? []) put(this.#byWord, word.toLowerCase(), position);
    if (evidenceKeys.every((key) => rule[key] === undefined)) {
      if ([rule.types, rule.profiles, rule.mentions, rule.patients].every((one) => one === undefined))
        refuse(at, 'the rule asks for nothing, so that it would label everything');
      this.#unconditional.push(position);
    }
  }

  #code(text: string, position: number, at: string): void {
    const bar = text.indexOf('|');
    if (bar <= 0 || bar === text.length - 1) refuse(at, `write ${text} as system|code`);
    const system = clinicalSystem(text.slice(0, bar));
    const code = text.slice(bar + 1);
    const rules = this.#bySystem.get(system) ?? { codes: new Map<string, number[]>(), beginnings: [] };
    this.#bySystem.set(system, rules);
    if (!code.endsWith('*')) put(rules.codes, code, position);
    else if (code.length < 3) refuse(at, `${text} is too short a beginning`);
    else rules.beginnings.push([code.slice(0, -1), position]);
  }

  /** HIV is not hives, so a short word stands alone; a longer one may go on. */
  #byStart(): CompiledLabelRules['byStart'] {
    const found = new Map<number, { word: string; whole: boolean; rules: readonly number[] }[]>();
    for (const [word, rules] of this.#byWord)
      put(found, startKey(word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2)), { word, whole: word.length < 5, rules });
    return found;
  }

  #mayStart(): Uint8Array {
    const may = new Uint8Array(1 << START_BITS);
    for (const word of this.#byWord.keys()) may[startBits(word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2))] = 1;
    return may;
  }

  compiled(
    documents: CompiledLabelRules['documents'],
    defaultRank: number,
    veryRestricted: readonly string[],
  ): CompiledLabelRules {
    return Object.freeze({
      documents: Object.freeze(documents),
      rules: Object.freeze(this.#rules),
      bySystem: new TextTable(
        new Map([...this.#bySystem].flatMap(([system, rules]) => systemSpellings(system).map((one) => [one, rules] as const))),
      ),
      byStart: this.#byStart(),
      mayStart: this.#mayStart(),
      unconditional: Object.freeze(this.#unconditional),
      defaultRank,
      meanings: this.#meanings,
      veryRestricted: Object.freeze(veryRestricted),
    });
  }
}

function put<Key, Item>(into: Map<Key, Item[]>, key: Key, item: Item): void {
  const before = into.get(key);
  if (before === undefined) into.set(key, [item]);
  else before.push(item);
}

function setOf(list: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return list === undefined ? undefined : new Set(list);
}

/** A bare code is a confidentiality or one of v3-ActCode's sensitivities, laws and compartments. */
function labelOf(text: string, at: string): LabelCode {
  const bar = text.indexOf('|');
  const short = /^[ULMNRV]$/.test(text) ? 'v3-Confidentiality' : 'v3-ActCode';
  const [system, code] = bar === -1 ? [v3SystemUrl(short), text] : [text.slice(0, bar), text.slice(bar + 1)];
  const name = v3System(system);
  const label = Object.freeze({ system: name === undefined ? system : v3SystemUrl(name), code });
  const kind = labelKind(label.system, code);
  const known =
    kind === 'confidentiality'
      ? confidentialityRank(label.system, code) !== undefined
      : kind !== 'sensitivity' || isSensitivity(code);
  if (name === undefined || kind === 'other' || !known) refuse(at, `HL7's code systems have no label ${text}`);
  return label;
}

function checkedDocument(value: unknown, at: string): LabelRulesDocument {
  const document = checkedObject(value, documentKeys, ['labelRules', 'version', 'rules'], at);
  if (typeof document['labelRules'] !== 'string') refuse(`${at}.labelRules`, 'write the name of the set');
  if (!Number.isInteger(document['version'])) refuse(`${at}.version`, 'write an integer');
  const { default: level, veryRestricted, meanings, rules } = document;
  if (
    level !== undefined &&
    !(typeof level === 'string' && level !== 'U' && Object.hasOwn(confidentialityRanks, level as Confidentiality))
  )
    refuse(`${at}.default`, 'write one of: L, M, N, R, V');
  for (const code of checkedWords(veryRestricted, `${at}.veryRestricted`) ?? [])
    if (!isSensitivity(code)) refuse(`${at}.veryRestricted`, `v3-ActCode has no sensitivity ${code}`);
  if (meanings !== undefined) {
    if (typeof meanings !== 'object' || meanings === null || Array.isArray(meanings))
      refuse(`${at}.meanings`, 'write an object of system|code and lists of labels');
    for (const [label, labels] of Object.entries(meanings)) checkedWords(labels, `${at}.meanings.${label}`);
  }
  if (!Array.isArray(rules)) refuse(`${at}.rules`, 'write a list of rules');
  for (const [index, rule] of rules.entries()) checkRule(rule, `${at}.rules[${index}]`);
  return document as unknown as LabelRulesDocument;
}

function checkRule(value: unknown, at: string): void {
  const rule = checkedObject(value, ruleKeys, ['id', 'description', 'labels'], at);
  if (typeof rule['id'] !== 'string' || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(rule['id']))
    refuse(`${at}.id`, 'write small letters, digits and hyphens');
  if (typeof rule['description'] !== 'string' || rule['description'].length < 10)
    refuse(`${at}.description`, 'write a sentence');
  for (const key of ruleKeys.slice(2)) {
    const words = checkedWords(rule[key], `${at}.${key}`);
    if (key === 'words' && words?.some((word) => word.trim().length < 3))
      refuse(`${at}.words`, 'a word has three letters or more');
  }
}

function checkedObject(
  value: unknown,
  known: readonly string[],
  required: readonly string[],
  at: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(at, 'write an object');
  const object = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(object))
    if (!known.includes(key)) refuse(`${at}.${key}`, `unknown key; known here: ${known.join(', ')}`);
  for (const key of required) if (object[key] === undefined) refuse(`${at}.${key}`, 'is missing');
  return object;
}

function checkedWords(value: unknown, at: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0 || !value.every((one) => typeof one === 'string' && one !== ''))
    refuse(at, 'write a list of texts that is not empty');
  return value as readonly string[];
}

function refuse(at: string, what: string): never {
  throw new Problem('policy-invalid', 'A label rule cannot be used.', { detail: `${at}: ${what}` });
}
