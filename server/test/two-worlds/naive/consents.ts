/** What a patient's consents say together, each as whoever wrote it said what it means (R-076, R-122, R-236; docs/how-to/respect-consents-and-labels.md). */
import type { Deciding, SceneConsent, SceneSite } from '../scenario.ts';
import { isOverriding } from './broken-glass.ts';
import { isNamed, type NamedMatter } from './named.ts';

type Matter = Omit<NamedMatter, 'pointers'>;

/** Against it stand neither patients' own record nor, as a rule, the one for whom the glass is broken. */
export function objects(patient: string, { facts, site, caller }: Deciding, matter: Matter): boolean {
  const standing = facts.relations[patient] ?? [];
  if (standing.includes('self')) return false;
  const concerning = {
    ...matter,
    pointers: facts.pointers,
    isGuardian: standing.includes('guardian'),
    purposes: caller.purposes,
  };
  const said = together(facts.consents[patient] ?? [], concerning, site?.consents);
  return said === 'final' || (said === 'denied' && !isOverriding(caller, patient));
}

/** For certain; what patients say of themselves is no agreement, nor is there any to breaking the glass (D15). */
export function agrees(patient: string, { facts, site, caller }: Deciding, matter: Matter): boolean {
  if ((facts.relations[patient] ?? []).includes('self') || caller.purposes.includes('BTG')) return false;
  const concerning = { ...matter, pointers: facts.pointers, isGuardian: false, purposes: caller.purposes };
  return together(facts.consents[patient] ?? [], concerning, site?.consents) === 'permitted';
}

interface Concerning extends NamedMatter {
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
  // Of somebody else, or of another time.
  const meant = consents.filter(({ denies, agrees }) => denies !== 'nobody' || agrees === true);
  const said = meant.map((one) => ({ given: one.given, says: saysOf(one, concerning, verified) }));
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

/** What may be denied is. */
function isDenied(denies: SceneConsent['denies'], concerning: Concerning): boolean {
  if (denies === 'everyone' || denies === 'nobody') return denies === 'everyone';
  return denies !== 'everyone-but-guardians' && isNamed(denies, concerning) !== 'no';
}

/** IHE PCF, where no consent says anything. */
function implicitly(implicit: Rules['implicit'], purposes: readonly string[]): 'final' | 'nothing' {
  const isAll = (...named: readonly string[]) => purposes.length > 0 && purposes.every((one) => named.includes(one));
  const denies = {
    policy: false,
    'all-normal': false,
    'basic-normal': !isAll('TREAT', 'BTG'),
    deny: true,
    'break-glass-only': !isAll('BTG'),
  };
  return denies[implicit] ? 'final' : 'nothing';
}
