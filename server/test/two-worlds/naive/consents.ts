/** What a patient's consents say together, each as whoever wrote it said what it means (R-076, R-122, R-236; docs/how-to/respect-consents-and-labels.md). */
import type { Json } from '../json.ts';
import type { Deciding, SceneConsent, SceneSite } from '../scenario.ts';
import { groups, type NaiveInteraction } from './interactions.ts';
import type { NaiveLabels } from './labels.ts';

type Matter = Pick<Concerning, 'resource' | 'labels' | 'interaction'>;

/** Against it stand neither patients' own record nor, as a rule, the one for whom the glass is broken. */
export function objects(patient: string, { facts, site, caller }: Deciding, matter: Matter): boolean {
  const standing = facts.relations[patient] ?? [];
  if (standing.includes('self')) return false;
  const concerning = { ...matter, isGuardian: standing.includes('guardian'), purposes: caller.purposes };
  const said = together(facts.consents[patient] ?? [], concerning, site?.consents);
  return said === 'final' || (said === 'denied' && patient !== caller.override);
}

/** For certain; what patients say of themselves is no agreement. */
export function agrees(patient: string, { facts, site, caller }: Deciding, matter: Matter): boolean {
  if ((facts.relations[patient] ?? []).includes('self')) return false;
  const concerning = { ...matter, isGuardian: false, purposes: caller.purposes };
  return together(facts.consents[patient] ?? [], concerning, site?.consents) === 'permitted';
}

interface Concerning {
  readonly resource: Json;
  readonly labels: NaiveLabels;
  readonly interaction: NaiveInteraction;
  /** A denial of everything to everyone leaves them alone. */
  readonly isGuardian: boolean;
  readonly purposes: readonly string[];
}

type Rules = NonNullable<SceneSite['consents']>;
const usual: Rules = { conflict: 'deny-overrides', implicit: 'policy', verified: false };

/** `final`: denied, and no broken glass lifts it. */
function together(
  consents: readonly SceneConsent[],
  concerning: Concerning,
  { conflict, implicit, verified }: Rules = usual,
): 'permitted' | 'denied' | 'final' | 'nothing' {
  if (consents.some((one) => one.unreadable === true)) return 'final';
  const denied = consents.some(({ forbidsOverride }) => forbidsOverride === true) ? 'final' : 'denied';
  const said = consents.map((one) => ({ given: one.given, says: saysOf(one, concerning, verified) }));
  const says = (what: Said) => said.some((one) => one.says === what);
  // To a guardian a denial that spares guardians says nothing, but it is no agreement of the others either.
  const none = says('spares') ? 'nothing' : implicitly(implicit, concerning.purposes);
  switch (conflict) {
    case 'deny-overrides':
      return says('denies') ? denied : says('spares') ? 'nothing' : says('permits') ? 'permitted' : none;
    case 'permit-overrides':
      return says('permits') ? 'permitted' : says('denies') ? denied : none;
    case 'most-recent': {
      const when = ({ given }: { readonly given: string | undefined }) => given ?? '9999';
      const speaking = said.toSorted((one, other) => (when(one) > when(other) ? -1 : when(one) < when(other) ? 1 : 0));
      for (const one of speaking) {
        if (one.says === 'denies') return denied;
        // Of two that were given at once the other may still deny.
        const isAlone = one.given !== undefined && said.every((each) => each === one || each.given !== one.given);
        if (one.says === 'permits' && isAlone) return 'permitted';
      }
      return says('spares') ? 'nothing' : says('permits') ? 'permitted' : none;
    }
  }
}

type Said = 'denies' | 'spares' | 'permits' | 'nothing';

function saysOf(consent: SceneConsent, concerning: Concerning, onlyVerified: boolean): Said {
  const { denies, agrees, verified } = consent;
  if (denies === 'everyone-but-guardians') return concerning.isGuardian ? 'spares' : 'denies';
  if (isDenied(denies, concerning)) return 'denies';
  return agrees === true && (verified === true || !onlyVerified) ? 'permits' : 'nothing';
}

function isDenied(denies: SceneConsent['denies'], { resource, labels, interaction }: Concerning): boolean {
  if (typeof denies === 'string') return denies === 'everyone';
  if ('types' in denies) return denies.types.includes(resource.resourceType);
  if ('butTypes' in denies) return !denies.butTypes.includes(resource.resourceType);
  if ('instance' in denies) return `${resource.resourceType}/${resource.id}` === denies.instance;
  // Who creates neither reads nor corrects.
  if ('action' in denies) return (denies.action === 'access' ? 'R' : 'UD').includes(groups[interaction]);
  return labels.sensitivities.includes(denies.sensitivity) || labels.rank < 0;
}

/** IHE PCF, where no consent says anything. */
function implicitly(implicit: Rules['implicit'], purposes: readonly string[]): 'final' | 'nothing' {
  const isTreatment = purposes.length > 0 && purposes.every((one) => one === 'TREAT');
  const denies = { policy: false, 'all-normal': false, 'basic-normal': !isTreatment, deny: true, 'break-glass-only': true };
  return denies[implicit] ? 'final' : 'nothing';
}
