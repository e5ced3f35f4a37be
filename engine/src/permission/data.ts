/** Permission.rule.data: which resources. Several are alternatives; inside one, all must hold. */
import type { Clearance, ResourceCondition } from '../policy/document.ts';
import { confidentialityRank } from '../terminology/confidentiality.ts';
import { isSensitivity } from '../terminology/sensitivity.ts';
import { codedAt, listAt, type Members, onlyKnown, refuseImport, textAt } from './members.ts';

export interface Data {
  readonly resources: ResourceCondition;
  /** What a permit must clear in order to reach what it names by label. */
  readonly clears: Clearance | undefined;
}

const FHIR_TYPES: readonly string[] = ['http://hl7.org/fhir/fhir-types', 'http://hl7.org/fhir/resource-types'];

export function dataOf(data: Members, at: string): Data {
  onlyKnown(data, ['resource', 'resourceType', 'security'], at);
  const types = listAt(data, 'resourceType', at).map((type, index) => typeOf(type, `${at}.resourceType[${index}]`));
  const [security, ...more] = listAt(data, 'security', at);
  if (more.length > 0)
    refuseImport(`${at}.security`, 'several labels of one entry mean all of them at once; rules ask for one');
  const label = security && codedAt(security, `${at}.security`);
  const named = listAt(data, 'resource', at);
  if (named.length > 1) refuseImport(`${at}.resource`, 'several resources of one entry mean one that is all of them');
  return {
    resources: {
      ...(types.length === 0 ? {} : { types }),
      ...(label === undefined ? {} : { labels: { any: [`${label.system}|${label.code}`] } }),
      ...(named[0] === undefined ? {} : instanceOf(named[0], types, `${at}.resource`)),
    },
    clears: label && clearanceFor(label.system, label.code),
  };
}

function typeOf(value: Members, at: string): string {
  const { system, code } = codedAt(value, at);
  return FHIR_TYPES.includes(system) ? code : refuseImport(at, `${code} is no resource type of FHIR`);
}

/** Only the instance itself: what is related to it, depends on it or was written by somebody is more than the reference says. */
function instanceOf(resource: Members, types: readonly string[], at: string): ResourceCondition {
  onlyKnown(resource, ['meaning', 'reference'], at);
  const meaning = textAt(resource, 'meaning');
  if (meaning === 'authoredby')
    refuseImport(
      at,
      'which elements name the author depends on the type; write a rule with resources.where: [{ elements: [Type.author], equals: Practitioner/id }]',
    );
  if (meaning !== 'instance') refuseImport(at, `what is ${meaning ?? 'meant'} cannot be told from one resource alone`);
  const reference = textAt((resource['reference'] ?? {}) as Members, 'reference');
  const [, type, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(reference ?? '') ?? [];
  if (type === undefined || id === undefined) refuseImport(at, `${reference ?? 'it'} is no resource of this server`);
  if (types.length > 0 && !types.includes(type)) refuseImport(at, `a ${type} is none of the types beside it`);
  return { types: [type], where: [{ elements: [`${type}.id`], equals: id }] };
}

function clearanceFor(system: string, code: string): Clearance | undefined {
  const rank = confidentialityRank(system, code);
  if (rank !== undefined) return code === 'R' || code === 'V' ? { confidentiality: code } : undefined;
  return isSensitivity(code) ? { sensitivities: [code] } : undefined;
}
