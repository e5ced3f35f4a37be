/** Permission.rule.activity: who does what, for which purpose. Several activities are alternatives; inside one, all must hold. */
import type { CallerCondition, PolicyRule } from '../policy/document.ts';
import { decidedInteractions } from '../policy/interactions.ts';
import { codedAt, listAt, type Members, onlyKnown, refuseImport, textAt } from './members.ts';

export interface Activity {
  readonly caller: CallerCondition | undefined;
  readonly interactions: PolicyRule['interactions'];
}

/** What an actor's reference means here, where it is no person: `PractitionerRole/DrRole` → a role. */
export type Actors = ReadonlyMap<string, CallerCondition>;

const restful = 'http://hl7.org/fhir/restful-interaction';
const consentAction = 'http://terminology.hl7.org/CodeSystem/consentaction';
const everything: PolicyRule['interactions'] = { group: ['C', 'R', 'U', 'D', 'E'] };

export function activityOf(activity: Members, actors: Actors, at: string): Activity {
  onlyKnown(activity, ['actor', 'action', 'purpose'], at);
  const caller = { ...actorOf(activity, actors, at), ...purposesOf(activity, at) };
  const actions = listAt(activity, 'action', at).flatMap((action, index) => interactionsOf(action, `${at}.action[${index}]`));
  return {
    caller: Object.keys(caller).length === 0 ? undefined : caller,
    interactions: actions.length === 0 ? everything : [...new Set(actions)],
  };
}

function actorOf(activity: Members, actors: Actors, at: string): CallerCondition {
  const [actor, ...more] = listAt(activity, 'actor', at);
  if (actor === undefined) return {};
  if (more.length > 0)
    refuseImport(`${at}.actor`, 'several actors of one activity mean one who is all of them; write an activity for each');
  onlyKnown(actor, ['reference'], `${at}.actor`);
  // R6: { role, reference: Reference }; R5: a Reference itself.
  const inner = actor['reference'];
  const reference = typeof inner === 'string' ? inner : textAt((inner ?? {}) as Members, 'reference');
  if (reference === undefined) refuseImport(`${at}.actor`, 'names nobody by a reference');
  const known = actors.get(reference);
  if (known !== undefined) return known;
  if (/^(Practitioner|Patient|RelatedPerson|Person)\/[A-Za-z0-9.-]{1,64}$/.test(reference)) return { identities: [reference] };
  if (/^(Organization|CareTeam|Group)\/[A-Za-z0-9.-]{1,64}$/.test(reference)) return { memberships: [reference] };
  return refuseImport(
    `${at}.actor`,
    `${reference} is no person and no group; say which role it is (--actor ${reference}=ROLE)`,
  );
}

/** D6: several purposes inside one activity mean all of them together. */
function purposesOf(activity: Members, at: string): CallerCondition {
  const purposes = listAt(activity, 'purpose', at).map((purpose, index) => {
    const { system, code } = codedAt(purpose, `${at}.purpose[${index}]`);
    return system === 'http://terminology.hl7.org/CodeSystem/v3-ActReason' ? code : `${system}|${code}`;
  });
  if (purposes.length === 0) return {};
  return purposes.length === 1 ? { purposes } : { everyPurpose: purposes };
}

function interactionsOf(action: Members, at: string): Extract<PolicyRule['interactions'], readonly unknown[]> {
  const { system, code } = codedAt(action, at);
  if (system === restful) {
    const named = code === 'search-type' ? 'search' : code;
    const known = decidedInteractions.find((one) => one === named);
    return known === undefined ? refuseImport(at, `rules cannot be about ${code}`) : [known];
  }
  if (system === consentAction) {
    switch (code) {
      case 'access':
        return ['read', 'vread', 'search', 'history-instance', 'history-type', 'history-system'];
      case 'collect':
        return ['create'];
      case 'correct':
        return ['update', 'patch'];
    }
  }
  return refuseImport(at, `what ${code} of ${system} means for a FHIR request cannot be told`);
}
