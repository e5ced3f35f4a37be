/**
 * How far the shipped label rules agree with public lists of sensitive codes (`../shared/data/labels`), and where not, why. Two passes: the rules as
 * they are, and with the SHIFT value sets loaded beside them. Run: node --conditions=fireguard-source tools/labels-report.ts [--all]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { type CompiledLabelRules, compileLabelRules, labelsOf, scan } from '../engine/src/index.ts';
import { valueSets } from '../engine/src/terminology/value-set.ts';

export const labelData: string = path.resolve(import.meta.dirname, '../../shared/data/labels');
export const haveLabelData: boolean = existsSync(labelData);

export interface ListedCode {
  readonly list: string;
  /** Any of these labels will do. */
  readonly wanted: readonly string[];
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

export interface Agreement {
  readonly list: string;
  readonly codes: number;
  readonly agreed: number;
  readonly missed: readonly ListedCode[];
}

/** The rules as shipped, or with value sets beside them. */
export function shippedRules(withValueSets: boolean): CompiledLabelRules {
  const shipped = parse(readFileSync(path.resolve(import.meta.dirname, '../server/policies/labels.yaml'), 'utf8')) as unknown;
  return withValueSets ? compileLabelRules([shipped, shiftRules()], shiftSets()) : compileLabelRules([shipped]);
}

/** What a resource with nothing but this code is labelled. */
export function labelsOfCode(
  rules: CompiledLabelRules,
  { system, code, display }: Omit<ListedCode, 'list' | 'wanted'>,
): readonly string[] {
  const coding = { system, code, ...(display === '' ? {} : { display }) };
  const type = system === 'http://loinc.org' ? 'Observation' : 'Condition';
  const document = scan(new TextEncoder().encode(JSON.stringify({ resourceType: type, code: { coding: [coding] } })));
  return labelsOf(document, document.root, { rules, type, patients: ['p'] }).sensitivities;
}

export function agreements(rules: CompiledLabelRules, listed: readonly ListedCode[]): readonly Agreement[] {
  return [...Map.groupBy(listed, ({ list }) => list)].map(([list, codes]) => {
    const missed = codes.filter((one) => !labelsOfCode(rules, one).some((label) => one.wanted.includes(label)));
    return { list, codes: codes.length, agreed: codes.length - missed.length, missed };
  });
}

const systems: Readonly<Record<string, string>> = {
  'ICD-9': 'http://hl7.org/fhir/sid/icd-9-cm',
  'ICD-10': 'http://hl7.org/fhir/sid/icd-10-cm',
  LOINC: 'http://loinc.org',
  RxCUI: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  'SNOMED-CT': 'http://snomed.info/sct',
};
const substances = ['ETH', 'ETHUD', 'SUD', 'OPIOIDUD'];
const categories: Readonly<Record<string, readonly string[]>> = {
  'Alcohol Abuse': ['ETH', 'ETHUD'],
  // The list has antipsychotics and antidepressants among drugs of abuse: medication for the mind is what they are.
  'Drug Abuse': [...substances, 'MH', 'PSY'],
  HIV: ['HIV'],
  'Psychiatric Information': ['MH', 'PSY', 'BH', 'SEX', 'COGN', ...substances],
};

/** The 4,213 codes of Consent2Share. */
export function consent2Share(): readonly ListedCode[] {
  const text = gunzipSync(readFileSync(path.join(labelData, 'c2s/MockValueSetData.csv.gz'))).toString('utf8');
  return text
    .split('\n')
    .map((line) =>
      /^ConceptCode:(.*?),ConceptCodeName:(.*),CodeSystemName:(.*?),ValueSet:.*?,ValueSetCategory:(.*?),CodeSystem:/.exec(line),
    )
    .filter((match) => match !== null)
    .map(([, code = '', display = '', system = '', category = '']) => ({
      list: `Consent2Share: ${category}, ${system}`,
      wanted: categories[category] ?? [],
      system: systems[system] ?? system,
      code,
      display,
    }));
}

/** A focus that v3-ActCode has not, or has under another name. */
const focuses: Readonly<Record<string, readonly string[]>> = {
  ABORTION: ['SEX', 'PREGNANT'],
  BH: ['BH', 'MH', 'PSY', 'COGN'],
  PSY: ['PSY', 'MH'],
  COGN: ['COGN', 'GDIS', 'BH'],
  DIS: ['GDIS', 'COGN'],
  SEX: ['SEX', 'STD', 'PREGNANT'],
  PREGNANT: ['PREGNANT', 'SEX'],
  SUD: substances,
  OPIOIDUD: substances,
  ETH: substances,
  ETHUD: substances,
  PSYTHPN: ['PSYTHPN'],
  // SHIFT keeps self-harm with violence; the rules keep it with mental health.
  SDV: ['SDV', 'VIO', 'MH', 'PSY'],
};

interface ValueSet {
  readonly url: string;
  readonly useContext?: readonly {
    readonly valueCodeableConcept?: { readonly coding?: readonly { readonly code?: string }[] };
  }[];
  readonly compose?: { readonly include?: readonly Include[] };
}
interface Include {
  readonly system?: string;
  readonly concept?: readonly { readonly code: string; readonly display?: string }[];
  readonly valueSet?: readonly string[];
}

function shiftFiles(): readonly ValueSet[] {
  const folder = path.join(labelData, 'shift-valuesets');
  return readdirSync(folder)
    .filter((name) => name.startsWith('ValueSet-'))
    .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as ValueSet);
}

function focusOf({ useContext }: ValueSet): string | undefined {
  return useContext?.[0]?.valueCodeableConcept?.coding?.[0]?.code;
}

/** Those that name their codes; the others import from the value sets of a licensed server. */
function enumerated(): readonly ValueSet[] {
  return shiftFiles().filter(
    (one) => focusOf(one) !== undefined && one.compose?.include?.every(({ valueSet }) => valueSet === undefined),
  );
}

export function shift(): readonly ListedCode[] {
  return enumerated().flatMap((one) =>
    (one.compose?.include ?? []).flatMap(({ system = '', concept = [] }) =>
      concept.map(({ code, display = '' }) => ({
        list: `SHIFT: ${one.url.split('/').at(-1)}`,
        wanted: focuses[focusOf(one)!] ?? [focusOf(one)!],
        system,
        code,
        display,
      })),
    ),
  );
}

function shiftSets() {
  return valueSets(enumerated());
}

/** A rule for each value set, as a site would write them. */
function shiftRules(): unknown {
  return {
    labelRules: 'shift',
    version: 1,
    rules: enumerated().map((one) => ({
      id: one.url.split('/').at(-1)!.toLowerCase(),
      description: 'The codes of one SHIFT value set.',
      valueSets: [one.url],
      labels: [(focuses[focusOf(one)!] ?? [focusOf(one)!])[0]!],
    })),
  };
}

/** Why a code of a list is not labelled by the shipped rules. */
export function reason({ system, code, display }: ListedCode): string {
  if (/^LP/.test(code)) return 'a part of LOINC, which no resource carries';
  if (display === '' || display === code) return 'a code without words, which only a value set or a subsumption can tell';
  if (system.includes('rxnorm')) return 'a product whose name has none of the ingredients that the rules know';
  if (system.includes('icd')) return 'a diagnosis that the rules do not count as sensitive';
  return 'its words are none of the rules’; load the value set';
}

function print(title: string, found: readonly Agreement[], all: boolean): void {
  const [codes, agreed] = [found.reduce((sum, one) => sum + one.codes, 0), found.reduce((sum, one) => sum + one.agreed, 0)];
  console.log(`\n${title}: ${agreed} of ${codes} codes agree (${((100 * agreed) / codes).toFixed(1)} %)`);
  for (const one of found) {
    console.log(`  ${String(one.agreed).padStart(5)} of ${String(one.codes).padStart(5)}  ${one.list}`);
    for (const [why, missed] of Map.groupBy(one.missed, reason)) {
      const shown = (all ? missed : missed.slice(0, 3)).map(({ code, display }) => `${code} ${display}`.slice(0, 60));
      console.log(`        ${missed.length} × ${why}: ${shown.join('; ')}${shown.length < missed.length ? '; …' : ''}`);
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!haveLabelData) throw new Error(`There is no ${labelData}.`);
  const all = process.argv.includes('--all');
  const listed = [...consent2Share(), ...shift()];
  print('The shipped rules alone', agreements(shippedRules(false), listed), all);
  print('With the SHIFT value sets loaded', agreements(shippedRules(true), listed), all);
}
