/** A resource as the sweep looks at it: what it carries, what it belongs to, and what the rules say of it. */
import {
  type CompiledLabelRules,
  confidentialityCode,
  elementNodes,
  type FhirTables,
  type JsonDocument,
  type LabelCode,
  labelsOf,
  name,
  patientsOf,
  referenceKey,
  scan,
} from '@fireguard/engine';

export interface LabelledResource {
  /** `Type/id` */
  readonly key: string;
  readonly version: string | undefined;
  readonly document: JsonDocument;
  readonly patients: readonly string[];
  /** `Encounter/id` */
  readonly encounters: readonly string[];
  /** `Type/id` of what a report, a document or a list holds. */
  readonly parts: readonly string[];
}

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const [ID, META, VERSION, SECURITY, SYSTEM, CODE, REFERENCE, TYPE] = [
  'id',
  'meta',
  'versionId',
  'security',
  'system',
  'code',
  'reference',
  'resourceType',
].map(name) as [Name, Name, Name, Name, Name, Name, Name, Name];
type Name = ReturnType<typeof name>;

/** Undefined for what is no stored resource. */
export function labelledResource(text: Uint8Array, tables: FhirTables, base: string): LabelledResource | undefined {
  const document = scan(text);
  const { root } = document;
  const [type, id] = [document.string(document.member(root, TYPE)), document.string(document.member(root, ID))];
  if (type === undefined || id === undefined) return undefined;
  const at = (...paths: readonly string[]) =>
    paths
      .flatMap((path) => elementNodes(document, root, path))
      .map((node) => referenceKey(document.string(document.member(node, REFERENCE)) ?? '', [base]))
      .filter((key) => key !== undefined)
      .map((key) => `${key.type}/${key.id}`);
  return {
    key: `${type}/${id}`,
    version: document.string(document.at(root, META, VERSION)),
    document,
    patients: patientsOf(document, root, tables, [base]).patients,
    encounters: at('encounter', 'context', 'context.encounter').filter((key) => key.startsWith('Encounter/')),
    parts: at('result', 'section.entry', 'section.section.entry', 'entry.item', 'diagnosis.condition', 'reasonReference'),
  };
}

/** What the rules and its own labels make of it, as single labels; nothing for ordinary data. */
export function labelled({ key, document, patients }: LabelledResource, rules: CompiledLabelRules): readonly LabelCode[] {
  const labels = labelsOf(document, document.root, { rules, type: key.slice(0, key.indexOf('/')), patients });
  if (labels.confidentiality <= rules.defaultRank && labels.sensitivities.length === 0) return [];
  return joined(
    [{ system: CONFIDENTIALITY, code: confidentialityCode(labels.confidentiality) }],
    labels.all.filter(({ system }) => system !== CONFIDENTIALITY),
  );
}

/** Each once, and of confidentialities the highest. */
export function joined(one: readonly LabelCode[], other: readonly LabelCode[]): readonly LabelCode[] {
  const all = new Map([...one, ...other].map((label) => [`${label.system}|${label.code}`, label] as const));
  const levels = [...all.values()].filter(({ system }) => system === CONFIDENTIALITY);
  const highest = ['V', 'R', 'N', 'M', 'L', 'U'].find((code) => levels.some((label) => label.code === code));
  return [...all.values()].filter(({ system, code }) => system !== CONFIDENTIALITY || code === highest);
}

/** Those that it does not carry itself. A confidentiality is added beside a lower one: nothing is taken away, and the highest counts. */
export function missing({ document }: LabelledResource, labels: readonly LabelCode[]): readonly LabelCode[] {
  const carried = new Set(
    elementNodes(document, document.root, 'meta.security').map(
      (coding) => `${document.string(document.member(coding, SYSTEM))}|${document.string(document.member(coding, CODE))}`,
    ),
  );
  return labels.filter(({ system, code }) => !carried.has(`${system}|${code}`));
}

/** R-205, DS4P: whose word the labels are. */
export interface LabelOrigin {
  /** The policy by which they were put on. */
  readonly basis?: LabelCode | undefined;
  /** `Type/id` of who put them on. */
  readonly classifier?: string | undefined;
}

const DS4P = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition';

/** JSON Patch (RFC 6902) that adds the labels. */
export function labelPatch(
  { document }: LabelledResource,
  labels: readonly LabelCode[],
  { basis, classifier }: LabelOrigin = {},
): readonly object[] {
  const extension = [
    ...(basis === undefined
      ? []
      : [{ url: `${DS4P}/extension-sec-label-basis`, valueCoding: { system: basis.system, code: basis.code } }]),
    ...(classifier === undefined
      ? []
      : [{ url: `${DS4P}/extension-sec-label-classifier`, valueReference: { reference: classifier } }]),
  ];
  const codings = labels.map(({ system, code }) => ({ ...(extension.length === 0 ? {} : { extension }), system, code }));
  const meta = document.member(document.root, META);
  if (!document.isObject(meta)) return [{ op: 'add', path: '/meta', value: { security: codings } }];
  if (!document.isArray(document.member(meta, SECURITY))) return [{ op: 'add', path: '/meta/security', value: codings }];
  return codings.map((value) => ({ op: 'add', path: '/meta/security/-', value }));
}
