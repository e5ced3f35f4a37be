/**
 * The harness's own judgement: may this caller do this with this resource, and what is masked? Written from the policy language and the
 * requirements, resource by resource on plain JSON, as slowly and simply as can be. INVARIANT: it imports nothing from the engine, since the
 * harness must not share its mistakes. Over 400 lines: one judgement in its order, to be read beside the policy language.
 */
import type { Json } from '../json.ts';
import { valuesAt } from '../json.ts';
import type { Scene } from '../scenario.ts';
import { denied } from './consents.ts';
import { contentHolds } from './content.ts';
import { deIdentified } from './de-identified.ts';
import { innerMask } from './inner-mask.ts';
import { ACT_CODE, carries, cleared, labelsIn } from './labels.ts';
import { isTouched } from './mask.ts';
import { announcements, maskOf, pathsOf, signed } from './masked-paths.ts';
import { type About, about, inCompartmentOf, owners, saysWhose } from './patients.ts';
import { Seen } from './seen.ts';
import { isTypeOpen } from './type-open.ts';
import { naiveTypes } from './types.ts';

export const interactions = [
  'read',
  'vread',
  'search',
  'history-instance',
  'history-type',
  'history-system',
  'update',
  'patch',
  'delete',
  'create',
] as const;
export type NaiveInteraction = (typeof interactions)[number];

const letters: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'r', vread: 'r', 'history-instance': 'r', 'history-type': 's', 'history-system': 's', search: 's' },
  ...{ create: 'c', update: 'u', patch: 'u', delete: 'd' },
};
const groups: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'R', vread: 'R', 'history-instance': 'R', 'history-type': 'R', 'history-system': 'R', search: 'R' },
  ...{ create: 'C', update: 'U', patch: 'U', delete: 'D' },
};

/** Written by whoever holds a right of its own over these types, never by the way (hardening B4-65). */
const authorizationData = ['CareTeam', 'Consent', 'Group', 'PractitionerRole', 'RelatedPerson'];

export class NaiveDecider {
  readonly #scene: Pick<Scene, 'policies' | 'caller' | 'facts'>;
  readonly #rules: readonly Json[];
  /** By the name of the set. */
  readonly #combining: ReadonlyMap<string, string>;
  readonly #may = new Map<string, readonly Json[]>();
  /** What was said of a resource stays said: resources are never changed in place. */
  readonly #said = new WeakMap<object, Map<NaiveInteraction, Seen | 'announced' | undefined>>();

  constructor(scene: Pick<Scene, 'policies' | 'caller' | 'facts'>) {
    this.#scene = scene;
    this.#combining = new Map(scene.policies.map(({ policySet, combining }) => [policySet, combining]));
    this.#rules = scene.policies.flatMap(({ policySet, combining, rules }) =>
      [...rules, ...(combining === 'permit-unless-deny' ? [unlessDenied] : [])].map((rule: Json) => ({
        ...rule,
        ...viewOf(rule),
        set: policySet,
      })),
    );
  }

  /** Undefined: hidden. `announced`: hidden, and the rule says that the caller may know it. */
  sees(resource: Json, interaction: NaiveInteraction): Seen | 'announced' | undefined {
    let said = this.#said.get(resource);
    if (said === undefined) {
      said = new Map();
      this.#said.set(resource, said);
    }
    if (!said.has(interaction)) said.set(interaction, this.#judge(resource, interaction));
    return said.get(interaction);
  }

  /** `whole`: whom the Bundle is about in which it lies. */
  #judge(resource: Json, interaction: NaiveInteraction, whole?: About): Seen | 'announced' | undefined {
    const type = naiveTypes[resource.resourceType];
    if (type === undefined) return undefined;
    const { caller } = this.#scene;
    const rules = this.#rulesFor(resource.resourceType, interaction);
    const permits = rules.filter(({ effect }) => effect === 'permit');
    if (permits.length === 0) return undefined;
    if (caller.kind !== 'anonymous' && !this.#inScope(resource, interaction)) return undefined;
    const self = /^Patient\/(.+)$/.exec(caller.fhirUser ?? '')?.[1];
    const onlySelf = permits.every((rule) => rule.caller?.relations?.every((relation: string) => relation === 'self') ?? false);
    if (self !== undefined && onlySelf && type.category === 'patient' && !inCompartmentOf(resource, self)) return undefined;

    if (this.#isKeptBack(resource) || this.#isAbove(resource)) return undefined;
    const whom = whole === undefined || saysWhose(resource) ? about(resource, this.#scene.facts) : whole;
    const denies = rules.filter((rule) => rule.effect === 'deny' && rule.elements === undefined);
    const says = (rule: Json) => (rule.announces === true ? 'announced' : undefined);
    const denying = denies.find((rule) => !this.#permitsFirst(rule) && this.#closes(rule, resource, whom));
    if (denying !== undefined) return says(denying);
    const applying = this.#firstOfOrdered(
      permits.filter((rule) => this.#holds(rule, resource, whom) && cleared(labelsIn(resource), rule.clears)),
    );
    const stopped =
      (whom.undetermined && type.category !== 'not-classified' && whole === undefined) ||
      whom.patients.some((patient) => this.#objects(patient, resource));
    const left = stopped ? applying.filter(({ consentExempt }) => consentExempt !== undefined) : applying;
    if (applying.length > 0 && left.length === 0) return undefined;
    // What is permitted by none of a set's own rules is what its denies, or the set itself, still close.
    const beaten = (set: string) => left.some((rule) => rule.set === set);
    const weak = denies.find((rule) => this.#permitsFirst(rule) && !beaten(rule.set) && this.#closes(rule, resource, whom));
    if (weak !== undefined) return says(weak);
    if ([...this.#combining].some(([set, combining]) => combining === 'deny-unless-permit' && !beaten(set))) return undefined;
    if (left.length === 0) return undefined;

    const withheld = rules.filter(
      (rule) => rule.effect === 'deny' && rule.elements !== undefined && this.#closes(rule, resource, whom),
    );
    const gone = maskOf(
      resource.resourceType,
      left.map((rule) => rule.mask ?? []),
      withheld.flatMap((rule) => rule.elements),
    );
    const years = yearsOf(resource.resourceType, left, gone);
    const own = [...gone, ...years.map((path) => `_${path}`)];
    const inner = this.#insideMask(resource);
    const mask = [...own, ...inner.paths];
    const announced = [...left, ...withheld]
      .filter(({ maskAs }) => maskAs === 'absent-reason')
      .flatMap((rule) => rule.mask ?? rule.elements);
    const duties = new Set<string>(left.flatMap((rule) => rule.obligations?.labels ?? []));
    const isLoud = (rule: Json) =>
      pathsOf(resource.resourceType, rule.years ?? []).length > 0 ||
      (rule.maskAs !== 'silence' &&
        pathsOf(resource.resourceType, rule.mask ?? rule.elements ?? []).some((path) =>
          own.some((one) => one === path || one.startsWith(`${path}.`)),
        ));
    const isMarked = own.length > 0 ? [...left, ...withheld].some(isLoud) : inner.isLoud;
    if (!this.#isOpenInside(resource, interaction, whom, duties)) return undefined;
    return new Seen(resource, mask, announcements(resource.resourceType, announced, own), [...duties], isMarked, years);
  }

  /** Of what it contains and is of another type, by the rules for reading that type. */
  #insideMask(resource: Json): { readonly paths: readonly string[]; readonly isLoud: boolean } {
    const types = (resource.contained ?? []).map((inner: Json) => inner.resourceType);
    const masks = [...new Set<string>(types)]
      .filter((type) => type !== resource.resourceType)
      .map((type) => ({
        type,
        ...innerMask(type, {
          rules: this.#rulesFor(type, 'read'),
          covers: (rule) => this.#covers(rule, type),
          isOrdered: ({ set }) => this.#combining.get(set)?.startsWith('ordered') === true,
          clears: (rule) => cleared(labelsIn(resource), rule.clears),
        }),
      }))
      .filter(({ paths }) => paths.length > 0);
    return {
      paths: masks.flatMap(({ type, paths }) => paths.map((path) => `contained:${type}.${path}`)),
      isLoud: masks.some(({ isLoud }) => isLoud),
    };
  }

  /** a Bundle is seen by whoever sees everything in it, and all of it. Adds to `duties` those of what is inside. */
  #isOpenInside(bundle: Json, interaction: NaiveInteraction, whom: About, duties: Set<string>): boolean {
    if (bundle.resourceType !== 'Bundle' || 'CUD'.includes(groups[interaction])) return true;
    return (bundle.entry ?? []).every(({ resource }: Json) => {
      const seen = this.#judge(resource, interaction, whom);
      if (typeof seen !== 'object' || seen.isChanged || isTouched(resource, seen.mask)) return false;
      for (const duty of seen.obliged) duties.add(duty);
      return true;
    });
  }

  /** Of what was asked for at most. Unlabelled is normal; what is sensitive or bound is restricted. */
  #isAbove(resource: Json): boolean {
    const { ceiling } = this.#scene.caller;
    if (ceiling === undefined) return false;
    const { rank, sensitivities, duties } = labelsIn(resource);
    const least = sensitivities.length + duties.length > 0 ? 'R' : rank < 0 ? 'N' : 'U';
    return Math.max(rank, 'ULMNRV'.indexOf(least)) > 'ULMNRV'.indexOf(ceiling);
  }

  /** From the app, by the person who let it in, whatever they may see themselves. */
  #isKeptBack(resource: Json): boolean {
    const { withheld = [] } = this.#scene.caller;
    return carries(
      labelsIn(resource),
      withheld.map((code) => `${ACT_CODE}|${code}`),
      'deny',
    );
  }

  #permitsFirst({ set }: Json): boolean {
    return ['permit-overrides', 'ordered-permit-overrides', 'deny-unless-permit'].includes(this.#combining.get(set) ?? '');
  }

  /** In ordered sets the first that applies is the one that speaks. */
  #firstOfOrdered(applying: readonly Json[]): readonly Json[] {
    return applying.filter(
      (rule, at) =>
        this.#combining.get(rule.set)?.startsWith('ordered') !== true ||
        applying.findIndex(({ set }) => set === rule.set) === at,
    );
  }

  /** A deny that holds, and that neither consents nor a broken glass lift. */
  #closes(rule: Json, resource: Json, whom: About): boolean {
    if (!this.#holds(rule, resource, whom)) return false;
    const all = (test: (patient: string) => boolean) =>
      !whom.undetermined && whom.patients.length > 0 && whom.patients.every(test);
    if (rule.consentable === true && all((patient) => this.#agrees(patient, resource))) return false;
    return !(rule.overridable !== undefined && all((patient) => patient === this.#scene.caller.override));
  }

  /** May labels be written on this, by some permit that applies? */
  mayLabel(resource: Json, interaction: NaiveInteraction): boolean {
    const whom = about(resource, this.#scene.facts);
    return this.#rulesFor(resource.resourceType, interaction).some(
      (rule) =>
        rule.effect === 'permit' &&
        rule.mayLabel === true &&
        this.#holds(rule, resource, whom) &&
        cleared(labelsIn(resource), rule.clears),
    );
  }

  /** Nothing of the type could be hidden from this caller: a rule permits all of it, whatever it carries and whoever objects. */
  seesAll(type: string, interaction: NaiveInteraction): boolean {
    const { caller } = this.#scene;
    const rules = this.#rulesFor(type, interaction);
    if ((caller.withheld ?? []).length > 0 || caller.ceiling !== undefined) return false;
    if (type === 'Bundle') return false;
    if ([...this.#combining.values()].includes('deny-unless-permit')) return false;
    if (rules.some(({ effect, elements }) => effect === 'deny' && elements === undefined)) return false;
    const unbound = caller.scopes.some((text) => {
      const [, context, named, actions = ''] = /^(user|system)\/([A-Za-z*]+)\.([cruds]+)$/.exec(text) ?? [];
      return context === caller.kind && (named === '*' || named === type) && actions.includes(letters[interaction]);
    });
    return (
      unbound &&
      rules.some(
        ({ effect, consentExempt, caller: who, resources, clears, set, ...rule }) =>
          effect === 'permit' &&
          consentExempt !== undefined &&
          who?.relations === undefined &&
          ['labels', 'where', 'codes', 'patients'].every((key) => resources[key] === undefined) &&
          clears?.confidentiality === 'V' &&
          clears.sensitivities === '*' &&
          clears.other === '*' &&
          this.#covers({ effect, caller: who, resources, ...rule }, type).plain &&
          this.#covers({ effect, caller: who, resources, ...rule }, type).patients &&
          this.#combining.get(set)?.startsWith('ordered') !== true,
      )
    );
  }

  /** Could anything of the type be this caller's to do so with, by its rules alone? */
  isOpen(type: string, interaction: NaiveInteraction): boolean {
    return isTypeOpen({
      rules: this.#rulesFor(type, interaction),
      caller: this.#scene.caller,
      covers: (rule) => this.#covers(rule, type),
      combining: this.#combining,
      permitsFirst: (rule) => this.#permitsFirst(rule),
    });
  }

  /**
   * Who judges a new state: what it newly points to and the writer does not see leads to nobody, as if it were not there.
   * `stored`: what it takes the place of.
   */
  ofWriting(fresh: Json, stored: Json | undefined, current: ReadonlyMap<string, Json>): NaiveDecider {
    const { caller, facts } = this.#scene;
    const told = stored === undefined ? [] : owners(stored);
    const known = [caller.fhirUser, `Patient/${caller.patient}`, ...told];
    const sees = (key: string) => current.has(key) && typeof this.sees(current.get(key), 'read') === 'object';
    const unseen = owners(fresh).filter((key) => !known.includes(key) && !sees(key));
    if (unseen.length === 0) return this;
    const subjects = Object.fromEntries(Object.entries(facts.subjects).filter(([key]) => !unseen.includes(key)));
    return new NaiveDecider({ ...this.#scene, facts: { ...facts, subjects } });
  }

  /** Whom it is about, sorted; `?` for somebody who cannot be told. */
  patients(resource: Json): readonly string[] {
    const { patients, undetermined } = about(resource, this.#scene.facts);
    return [...patients, ...(undetermined ? ['?'] : [])].sort();
  }

  /** Could any rule mask something of this type for this caller? */
  maskable(type: string, interaction: NaiveInteraction): readonly string[] {
    const rules = this.#rulesFor(type, interaction);
    return signed(type, [
      ...new Set(
        rules.flatMap((rule) => pathsOf(type, [...(rule.mask ?? []), ...(rule.years ?? []), ...(rule.elements ?? [])])),
      ),
    ]);
  }

  /** Those that may apply to instances of the type. */
  #rulesFor(type: string, interaction: NaiveInteraction): readonly Json[] {
    const key = `${type} ${interaction}`;
    let rules = this.#may.get(key);
    if (rules === undefined) {
      rules = this.#rules.filter((rule) => this.#mayApply(rule, type, interaction));
      this.#may.set(key, rules);
    }
    return rules;
  }

  /** What a rule asks of caller, type and interaction. */
  #mayApply(rule: Json, type: string, interaction: NaiveInteraction): boolean {
    const { caller } = this.#scene;
    const condition = rule.caller ?? {};
    const kinds = condition.kinds ?? (rule.effect === 'permit' ? ['user', 'system'] : ['anonymous', 'user', 'system']);
    const named =
      rule.interactions.group === undefined
        ? rule.interactions.includes(interaction)
        : rule.interactions.group.includes(groups[interaction]);
    const covers = this.#covers(rule, type);
    const byTheWay =
      rule.effect === 'permit' &&
      'CUD'.includes(groups[interaction]) &&
      authorizationData.includes(type) &&
      rule.resources?.types?.includes(type) !== true;
    return (
      named &&
      !byTheWay &&
      (covers.plain || covers.patients) &&
      kinds.includes(caller.kind) &&
      (condition.roles === undefined || condition.roles.some((role: string) => caller.roles.includes(role))) &&
      (condition.clients === undefined || condition.clients.includes(caller.client)) &&
      (condition.purposes === undefined || this.#purposes(rule)) &&
      (condition.purposesOtherThan === undefined || !this.#saysOnly(condition.purposesOtherThan)) &&
      (rule.effect === 'deny' || rule.obligations?.rationale !== true || caller.rationale !== undefined) &&
      environmentHolds(rule.environment) &&
      !(rule.unless !== undefined && environmentHolds(rule.unless))
    );
  }

  #purposes({ effect, caller: { purposes } }: Json): boolean {
    const asked = this.#scene.caller.purposes;
    if (effect === 'deny') return asked.some((one) => purposes.includes(one));
    return asked.length > 0 && asked.every((one) => purposes.includes(one));
  }

  /** Of the purposes that are drawn none is a kind of another. */
  #saysOnly(purposes: readonly string[]): boolean {
    const asked = this.#scene.caller.purposes;
    return asked.length > 0 && asked.filter((one) => !purposes.includes(one)).length === 0;
  }

  /** whether a rule is for instances about nobody, and for those about a patient. */
  #covers(rule: Json, type: string): { plain: boolean; patients: boolean } {
    const { category } = naiveTypes[type]!;
    const { types, categories } = rule.resources ?? {};
    if (types !== undefined && !types.includes(type)) return { plain: false, patients: false };
    const withPatient = category === 'not-classified' ? category : 'patient';
    const plain = categories?.includes(category) ?? true;
    if (rule.effect === 'deny') return { plain, patients: plain || (categories?.includes(withPatient) ?? false) };
    const bound = rule.caller?.relations !== undefined;
    return { plain, patients: categories?.includes(withPatient) ?? (category === withPatient || bound) };
  }

  /** What a rule asks of the resource. */
  #holds(rule: Json, resource: Json, { patients, undetermined }: About): boolean {
    const covers = this.#covers(rule, resource.resourceType);
    if (!(patients.length > 0 || undetermined ? covers.patients : covers.plain)) return false;
    if (!contentHolds(rule, resource, { patients, undetermined }, this.#scene.caller.fhirUser)) return false;
    const relations: readonly string[] | undefined = rule.caller?.relations;
    if (relations !== undefined) {
      const stands = (patient: string) => (this.#scene.facts.relations[patient] ?? []).some((one) => relations.includes(one));
      if (rule.effect === 'permit' && (undetermined || patients.length === 0 || !patients.every(stands))) return false;
      if (rule.effect === 'deny' && !undetermined && !patients.some(stands)) return false;
    }
    const labels = rule.resources?.labels?.any;
    return labels === undefined || carries(labelsIn(resource), labels, rule.effect);
  }

  #objects(patient: string, resource: Json): boolean {
    const { relations, consents } = this.#scene.facts;
    const standing = relations[patient] ?? [];
    if (standing.includes('self')) return false;
    if (patient === this.#scene.caller.override) return false;
    return (consents[patient] ?? []).some(({ denies }) => denied(denies, resource, standing.includes('guardian')));
  }

  /** For certain; what patients say of themselves is no agreement. */
  #agrees(patient: string, resource: Json): boolean {
    const { relations, consents } = this.#scene.facts;
    const all = consents[patient] ?? [];
    if ((relations[patient] ?? []).includes('self')) return false;
    return all.some(({ agrees }) => agrees === true) && all.every(({ denies }) => !denied(denies, resource, false));
  }

  /** SMART: what the token's scopes reach. */
  #inScope(resource: Json, interaction: NaiveInteraction): boolean {
    const { caller } = this.#scene;
    const type = resource.resourceType;
    return caller.scopes.some((text) => {
      if (text === 'openid' || text === 'fhirUser') {
        return interaction === 'read' && caller.kind === 'user' && caller.fhirUser === `${type}/${resource.id}`;
      }
      const [, context, named, actions = '', query] =
        /^(patient|user|system)\/([A-Za-z*]+)\.([cruds]+)(?:\?(.*))?$/.exec(text) ?? [];
      if (context === undefined || (named !== '*' && named !== type) || !actions.includes(letters[interaction])) return false;
      if (context === 'patient') {
        if (
          caller.patient === undefined ||
          naiveTypes[type]!.compartment.length === 0 ||
          !inCompartmentOf(resource, caller.patient)
        )
          return false;
      } else if (context !== caller.kind) return false;
      return query === undefined || granularHolds(resource, query);
    });
  }
}

/** A de-identified view is a mask of what would tell who it is. */
function viewOf({ deIdentify, mask = [], resources }: Json): Json {
  if (deIdentify === undefined) return {};
  const gone = resources.types.flatMap((type: string) => deIdentified[type]!.map((path) => `${type}.${path}`));
  const years = deIdentify === true ? [] : gone.filter((path: string) => path.endsWith('DateTime'));
  return { mask: [...mask, ...gone.filter((path: string) => !years.includes(path))], years };
}

/** Dates of which the year is shown: of no permit that applies the whole date. */
function yearsOf(type: string, permits: readonly Json[], mask: readonly string[]): readonly string[] {
  const shown = permits.map((rule) => ({ mask: pathsOf(type, rule.mask ?? []), years: pathsOf(type, rule.years ?? []) }));
  const all = new Set(shown.flatMap(({ years }) => years));
  return [...all].filter(
    (path) => !mask.includes(path) && shown.every((rule) => rule.mask.includes(path) || rule.years.includes(path)),
  );
}

/** What permit-unless-deny stands for. */
const unlessDenied = {
  effect: 'permit',
  interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
  resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
};

/** The harness asks from 192.0.2.1 or from this machine, on a Monday. */
function environmentHolds(environment: Json): boolean {
  const { networks, time } = environment ?? {};
  return (
    (networks === undefined ||
      networks.some((network: string) => network.startsWith('192.0.2') || network.startsWith('127'))) &&
    (time?.days === undefined || time.days.includes('monday'))
  );
}

/** The granular constraints that the harness writes: `status=final`, `category=system|code`. */
function granularHolds(resource: Json, query: string): boolean {
  const [name = '', value = ''] = query.split('=');
  const [system, code] = value.includes('|') ? value.split('|') : [undefined, value];
  return valuesAt(resource, name).some((one) =>
    typeof one === 'string'
      ? system === undefined && one === code
      : (one.coding ?? [one]).some(
          (coding: Json) => coding.code === code && (system === undefined || coding.system === system),
        ),
  );
}
