/** What a rule asks of caller, moment, type and interaction: all that is known before a resource is. */
import type { Json } from '../json.ts';
import { now, type SceneCaller } from '../scenario.ts';
import { groups, isWriting, type NaiveInteraction } from './interactions.ts';
import { naiveTypes } from './types.ts';

/** Written by whoever holds a right of its own over these types, never by the way (hardening B4-65). */
const authorizationData = ['CareTeam', 'Consent', 'Group', 'PractitionerRole', 'RelatedPerson'];

export function mayApply(rule: Json, caller: SceneCaller, type: string, interaction: NaiveInteraction): boolean {
  const named =
    rule.interactions.group === undefined
      ? rule.interactions.includes(interaction)
      : rule.interactions.group.includes(groups[interaction]);
  const reach = covers(rule, type);
  const byTheWay =
    rule.effect === 'permit' &&
    isWriting(interaction) &&
    authorizationData.includes(type) &&
    rule.resources?.types?.includes(type) !== true;
  return (
    named &&
    !byTheWay &&
    (reach.plain || reach.patients) &&
    holdsForCaller(rule, caller) &&
    (rule.effect === 'deny' || rule.obligations?.rationale !== true || caller.rationale !== undefined)
  );
}

/** What a rule asks of caller and moment alone. */
export function holdsForCaller(rule: Json, caller: SceneCaller): boolean {
  const condition = rule.caller ?? {};
  const kinds = condition.kinds ?? (rule.effect === 'permit' ? ['user', 'system'] : ['anonymous', 'user', 'system']);
  return (
    kinds.includes(caller.kind) &&
    (condition.roles === undefined || condition.roles.some((role: string) => caller.roles.includes(role))) &&
    (condition.clients === undefined || condition.clients.includes(caller.client)) &&
    (condition.identities === undefined || isOneOf(condition.identities, rule.effect, caller)) &&
    (condition.everyPurpose ?? []).every((purpose: string) => caller.purposes.includes(purpose)) &&
    (condition.purposes === undefined || saysPurposes(rule, caller.purposes)) &&
    (condition.purposesOtherThan === undefined || !saysOnly(condition.purposesOtherThan, caller.purposes)) &&
    environmentHolds(rule.environment) &&
    !(rule.unless !== undefined && environmentHolds(rule.unless))
  );
}

/** whether a rule is for instances about nobody, and for those about a patient. */
export function covers(rule: Json, type: string): { plain: boolean; patients: boolean } {
  const { category } = naiveTypes[type]!;
  const { types, categories } = rule.resources ?? {};
  if (types !== undefined && !types.includes(type)) return { plain: false, patients: false };
  const withPatient = category === 'not-classified' ? category : 'patient';
  const plain = categories?.includes(category) ?? true;
  if (rule.effect === 'deny') return { plain, patients: plain || (categories?.includes(withPatient) ?? false) };
  const bound = rule.caller?.relations !== undefined;
  return { plain, patients: categories?.includes(withPatient) ?? (category === withPatient || bound) };
}

/** A person of whom no resource is known may be anybody. */
function isOneOf(identities: readonly string[], effect: 'permit' | 'deny', { fhirUser, kind }: SceneCaller): boolean {
  return fhirUser === undefined ? effect === 'deny' && kind === 'user' : identities.includes(fhirUser);
}

function saysPurposes({ effect, caller: { purposes } }: Json, asked: readonly string[]): boolean {
  if (effect === 'deny') return asked.some((one) => purposes.some((named: string) => reaches(named, one)));
  return asked.length > 0 && asked.every((one) => purposes.some((named: string) => isOf(named, one)));
}

function saysOnly(purposes: readonly string[], asked: readonly string[]): boolean {
  return asked.length > 0 && asked.every((one) => purposes.some((named) => reaches(named, one)));
}

/** Of the purposes that are drawn breaking the glass alone is a kind of another; a permit must name it all the same (D15). */
const reaches = (named: string, purpose: string) => isOf(named, purpose) || (isOf(named, 'TREAT') && purpose === 'BTG');
/** A code alone is one of HL7's. */
const isOf = (named: string, purpose: string) =>
  named === purpose || named === `http://terminology.hl7.org/CodeSystem/v3-ActReason|${purpose}`;

/** The harness asks from 192.0.2.1 or from this machine, at noon (UTC) of a Monday, without a certificate, and nobody knows how surely anybody signed in. */
function environmentHolds({ networks, time, period, certificate, issuers, assurance }: Json = {}): boolean {
  return (
    (networks === undefined ||
      networks.some((network: string) => network.startsWith('192.0.2') || network.startsWith('127'))) &&
    (time === undefined || isNow(time)) &&
    (period === undefined || (Date.parse(period.start ?? '0001') <= now && now < Date.parse(period.end ?? '9999'))) &&
    certificate === undefined &&
    issuers === undefined &&
    assurance === undefined
  );
}

function isNow({ days, from = '00:00', to = '24:00' }: Json): boolean {
  // Over midnight: the part before it, or the part after that belongs to the day before.
  if (from > to)
    return (days?.includes('monday') !== false && from <= '12:00') || (days?.includes('sunday') !== false && '12:00' < to);
  return days?.includes('monday') !== false && from <= '12:00' && '12:00' < to;
}

export const isOfR4 = ({ fhirVersions }: Json): boolean => fhirVersions?.includes('R4') !== false;

/** What permit-unless-deny stands for. */
export const unlessDenied = {
  effect: 'permit',
  interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
  resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
};
