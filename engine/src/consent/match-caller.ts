/** FHIR consent.html: the conditions of a provision on who asks, for what and when. What cannot be told is `maybe`. */
import { type Coding, identityOf } from '../caller.ts';
import { referenceKey } from '../fhir/reference.ts';
import { isBreakGlass, isPurpose, normalisePurpose, purposeReaches, purposeSystem } from '../terminology/purpose.ts';
import type { ConsentContext } from './consent-effect.ts';
import type { Condition, Effect } from './directive.ts';
import { codesOf, isMembers } from './members.ts';
import { periodHolds } from './period.ts';
import { any, type Truth } from './truth.ts';

/** Undefined for a condition on the data. */
export function matchCaller({ element, values }: Condition, effect: Effect, context: ConsentContext): Truth | undefined {
  switch (element) {
    case 'period':
      return duration[periodHolds(values[0], context.now)];
    case 'actor':
      return any(values.map((actor) => matchActor(actor, context)));
    case 'purpose':
      return matchPurposes(values, effect, context.caller.purposes);
    case 'action':
      return any(values.map((action) => matchAction(action, context)));
    case 'unknown':
    case 'securityLabel':
    case 'class':
    case 'code':
    case 'dataPeriod':
    case 'data':
      return undefined;
  }
}

const duration = { during: 'yes', outside: 'no', unreadable: 'maybe' } as const;

const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
/** Who receives, by any of the words for it. Other roles (custodian, author) are about where the data are from, which is not told apart. */
const recipients: ReadonlySet<string> = new Set(['IRCP', 'PRCP', 'REFT', 'NOT', 'TRC']);

function matchActor(actor: unknown, context: ConsentContext): Truth {
  if (!isMembers(actor)) return 'maybe';
  const roles = codesOf(actor['role'], PARTICIPATION);
  if (roles.some((role) => !recipients.has(role))) return 'maybe';
  const text = isMembers(actor['reference']) ? actor['reference']['reference'] : undefined;
  const key = typeof text === 'string' ? referenceKey(text, context.bases) : undefined;
  return key === undefined ? 'maybe' : isCaller(key, context);
}

const individuals: ReadonlySet<string> = new Set(['Practitioner', 'Patient', 'RelatedPerson', 'Device']);
const people: ReadonlySet<string> = new Set(['Practitioner', 'Patient', 'RelatedPerson']);
const groups: ReadonlySet<string> = new Set(['PractitionerRole', 'Organization', 'CareTeam', 'Group']);

/** The caller, or what the caller is a member or part of. */
function isCaller(
  { type, id }: { readonly type: string; readonly id: string },
  { caller, memberships }: ConsentContext,
): Truth {
  const named = `${type}/${id}`;
  const user = identityOf(caller);
  if (user === named || memberships?.has(named) === true) return 'yes';
  // Who is no known person may be whoever is named, and so may an app, and whoever speaks for an organization or a place.
  if (user === undefined || !individuals.has(user.slice(0, user.indexOf('/')))) return 'maybe';
  if (people.has(type)) return 'no';
  return groups.has(type) && memberships !== undefined ? 'no' : 'maybe';
}

/**
 * D6: one of several will do. A permit must cover every purpose of the caller, a deny any of them; both along the hierarchy, so that TREAT reaches
 * break-the-glass (D15: what that lifts is another matter). Who says no purpose could have any.
 */
function matchPurposes(named: readonly unknown[], effect: Effect, asked: readonly Coding[]): Truth {
  if (asked.length === 0) return 'maybe';
  const each = asked.map((purpose) => any(named.map((one) => matchPurpose(one, effect, purpose))));
  if (effect === 'deny') return any(each);
  return each.includes('no') ? 'no' : each.includes('maybe') ? 'maybe' : 'yes';
}

function matchPurpose(named: unknown, effect: Effect, asked: Coding): Truth {
  const purpose = isCoding(named) ? normalisePurpose(named) : undefined;
  if (purpose === undefined) return 'maybe';
  if (purposeReaches(purpose, asked)) return 'yes';
  // Codes of one private list are what they are; of two lists, or of HL7's without being in it, one may mean the other.
  if (!isPurpose(purpose) || !isPurpose(asked))
    return purpose.system === asked.system && purpose.system !== purposeSystem ? 'no' : 'maybe';
  // The caller's purpose is the broader one: part of it is what is named, which is too little to permit it. The glass is broken aloud, or not.
  return effect === 'deny' && !isBreakGlass(purpose) && purposeReaches(asked, purpose) ? 'maybe' : 'no';
}

const ACTIONS = 'http://terminology.hl7.org/CodeSystem/consentaction';

/** Reading is access, and what becomes of it afterwards (use, disclosure) cannot be told. */
const actions: Readonly<Record<'reads' | 'creates' | 'changes' | 'deletes', Readonly<Record<string, Truth>>>> = {
  reads: { access: 'yes', use: 'maybe', disclose: 'maybe', collect: 'no', correct: 'no' },
  creates: { collect: 'yes', correct: 'no', access: 'no', use: 'no', disclose: 'no' },
  changes: { correct: 'yes', collect: 'maybe', access: 'no', use: 'no', disclose: 'no' },
  deletes: { correct: 'yes', collect: 'no', access: 'no', use: 'no', disclose: 'no' },
};

function matchAction(action: unknown, { interaction }: ConsentContext): Truth {
  const codes = codesOf(action, ACTIONS);
  const kind =
    interaction === 'create'
      ? 'creates'
      : interaction === 'delete'
        ? 'deletes'
        : changes.has(interaction)
          ? 'changes'
          : 'reads';
  return codes.length === 0 ? 'maybe' : any(codes.map((code) => actions[kind][code] ?? 'maybe'));
}

const changes: ReadonlySet<string> = new Set(['update', 'patch', 'conditional-update', 'conditional-patch']);

function isCoding(value: unknown): value is { readonly system: string; readonly code: string } {
  return isMembers(value) && typeof value['system'] === 'string' && typeof value['code'] === 'string';
}
