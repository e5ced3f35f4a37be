/** `fireguard labels sweep URL`: writes down what the label rules find, through Fireguard's own FHIR API. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LabelOrigin } from '../labels/labelled-resource.ts';
import { CliError } from './cli-error.ts';
import type { Command, Given } from './command.ts';
import { fhirVersionOption, tablesNamed } from './fhir-version-option.ts';

export const labelsSweep: Command = {
  name: 'labels sweep',
  summary: 'Label what was there before the label rules, and mark the encounters and documents of what is sensitive',
  arguments: ['URL'],
  options: {
    'token-env': {
      type: 'string',
      required: true,
      value: 'NAME',
      what: 'environment variable with an access token of a service with the role labelling-service',
    },
    rules: { type: 'string', multiple: true, value: 'PATH', what: 'label rules (default: those that come with Fireguard)' },
    'value-sets': { type: 'string', multiple: true, value: 'PATH', what: 'ValueSets that they name, as JSON' },
    type: {
      type: 'string',
      multiple: true,
      value: 'TYPE',
      what: 'only these resource types (default: clinical data and claims)',
    },
    state: { type: 'string', value: 'FILE', what: 'where it stands, to go on from (default ./labels-sweep.json)' },
    basis: {
      type: 'string',
      value: 'SYSTEM|CODE',
      what: 'policy by which the labels are put on; stands on each of them (DS4P)',
    },
    classifier: { type: 'string', value: 'TYPE/ID', what: 'who puts them on; stands on each of them (DS4P)' },
    'dry-run': { type: 'boolean', what: 'write nothing, only count' },
    'fhir-version': fhirVersionOption,
  },
  async run(given, out) {
    const [{ loadLabelRules }, { fhirApi, FhirApiError }, { freshState, sweep }] = await Promise.all([
      import('../config/load-label-rules.ts'),
      import('../labels/fhir-api.ts'),
      import('../labels/sweep.ts'),
    ]);
    const token = process.env[given.needed('token-env')];
    if (token === undefined || token === '')
      throw new CliError(`The environment variable ${given.needed('token-env')} is not set.`);
    const tables = await tablesNamed(given);
    const absolute = (name: string) => given.all(name).map((one) => path.resolve(one));
    const places = absolute('rules');
    const protection = loadLabelRules(
      { ...(places.length === 0 ? {} : { rules: places }), inherit: false, elements: {}, onBundles: false, onResources: false },
      absolute('value-sets'),
    );
    if (protection === undefined) throw new CliError('There are no label rules.');
    const dryRun = given.flag('dry-run');
    const file = path.resolve(given.text('state') ?? 'labels-sweep.json');
    const from = !dryRun && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : freshState;
    const named = given.all('type');
    const all = usual.filter((name) => tables.types.has(name));
    const options = {
      api: fhirApi(given.rest[0]!.replace(/\/$/, ''), token, tables, originOf(given)),
      rules: protection.rules,
      types: named.length === 0 ? all : named,
      dryRun,
      save: (state: object) => {
        if (dryRun) return;
        writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
        renameSync(`${file}.new`, file);
      },
    };
    try {
      const { counts } = await sweep(options, from);
      rmSync(file, { force: true });
      out.print(`seen: ${counts.seen}, ${dryRun ? 'to label' : 'labelled'}: ${counts.labelled}, left: ${counts.left}`);
      for (const [label, count] of Object.entries(counts.labels).sort(([, one], [, other]) => other - one))
        out.print(`  ${label.padEnd(16)}${count}`);
      return counts.left === 0 ? 0 : 1;
    } catch (error) {
      if (!(error instanceof FhirApiError)) throw error;
      throw new CliError(`${error.message}. ${dryRun ? '' : `Run it again to go on from where it stands (${file}).`}`);
    }
  },
};

function originOf(given: Given): LabelOrigin {
  const [basis, classifier] = [given.text('basis'), given.text('classifier')];
  const coding = basis === undefined ? undefined : /^([^|\s]+)\|([^|\s]+)$/.exec(basis);
  if (coding === null) throw new CliError('Write --basis as SYSTEM|CODE.');
  if (classifier !== undefined && !/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(classifier))
    throw new CliError('Write --classifier as TYPE/ID.');
  return { basis: coding && { system: coding[1]!, code: coding[2]! }, classifier };
}

/** Clinical data and claims, as the default rules let a labelling service look at them. */
const usual = [
  'AllergyIntolerance',
  'CarePlan',
  'Claim',
  'Communication',
  'Composition',
  'Condition',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'EpisodeOfCare',
  'ExplanationOfBenefit',
  'FamilyMemberHistory',
  'Flag',
  'Goal',
  'Immunization',
  'List',
  'MedicationAdministration',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Procedure',
  'QuestionnaireResponse',
  'ServiceRequest',
  'Specimen',
];
