/**
 * The harness's own judgement: may this caller do this with this resource, and what is masked? Written from the policy language and the
 * requirements, resource by resource on plain JSON, as slowly and simply as can be. INVARIANT: it imports nothing from the engine, since the
 * harness must not share its mistakes.
 */
import type { Json } from '../json.ts';
import type { Deciding } from '../scenario.ts';
import { denied } from './consents.ts';
import { contentHolds } from './content.ts';
import { viewOf, yearsOf } from './de-identified.ts';
import { inScope, reachesAll } from './in-scope.ts';
import { innerMask } from './inner-mask.ts';
import { isWriting, type NaiveInteraction } from './interactions.ts';
import { encountersNamed, judgedLabels } from './label-rules.ts';
import { ACT_CODE, carries, cleared, clearsAll, isAbove, type NaiveLabels, rankOf } from './labels.ts';
import { isTouched } from './mask.ts';
import { announcements, maskOf, pathsOf, signed } from './masked-paths.ts';
import { covers, mayApply } from './may-apply.ts';
import { type About, about, inCompartmentOf, owners, saysWhose } from './patients.ts';
import { Seen } from './seen.ts';
import { bundleLabels, markOf, toldLabels } from './told-labels.ts';
import { isTypeOpen } from './type-open.ts';
import { naiveTypes } from './types.ts';

/** One resource in the middle of being judged. */
interface Matter {
  readonly resource: Json;
  readonly whom: About;
  readonly labels: NaiveLabels;
}

export class NaiveDecider {
  readonly #scene: Deciding;
  readonly #rules: readonly Json[];
  /** By the name of the set. */
  readonly #combining: ReadonlyMap<string, string>;
  readonly #may = new Map<string, readonly Json[]>();
  /** What was said of a resource stays said: resources are never changed in place. */
  readonly #said = new WeakMap<object, Map<NaiveInteraction, Seen | 'announced' | undefined>>();

  constructor(scene: Deciding) {
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

  /** What a searchset says that holds these, as `system|code`, sorted. */
  bundleLabels(resources: readonly Json[], by: (resource: Json) => NaiveInteraction): readonly string[] {
    const { site, caller } = this.#scene;
    if (site?.labels?.onBundles !== true) return [];
    const seen = resources.map((one) => this.sees(one, by(one)));
    return bundleLabels(
      seen.flatMap((one) => (typeof one === 'object' ? [one.mark] : [])),
      caller.purposes,
    );
  }

  /** `whole`: whom the Bundle is about in which it lies. */
  #judge(resource: Json, interaction: NaiveInteraction, whole?: About): Seen | 'announced' | undefined {
    const type = naiveTypes[resource.resourceType];
    if (type === undefined) return undefined;
    const { caller } = this.#scene;
    const rules = this.#rulesFor(resource.resourceType, interaction, whole !== undefined);
    const permits = rules.filter(({ effect }) => effect === 'permit');
    if (permits.length === 0) return undefined;
    if (caller.kind !== 'anonymous' && !inScope(caller, resource, interaction)) return undefined;
    const self = /^Patient\/(.+)$/.exec(caller.fhirUser ?? '')?.[1];
    const onlySelf = permits.every((rule) => rule.caller?.relations?.every((relation: string) => relation === 'self') ?? false);
    if (self !== undefined && onlySelf && type.category === 'patient' && !inCompartmentOf(resource, self)) return undefined;

    const whom = whole === undefined || saysWhose(resource) ? about(resource, this.#scene.facts) : whole;
    const matter = this.#matter(resource, whom, interaction);
    const { labels } = matter;
    if (this.#isKeptBack(labels) || (caller.ceiling !== undefined && isAbove(labels, caller.ceiling))) return undefined;
    const denies = rules.filter((rule) => rule.effect === 'deny' && rule.elements === undefined);
    const says = (rule: Json) => (rule.announces === true ? 'announced' : undefined);
    const denying = denies.find((rule) => !this.#permitsFirst(rule) && this.#closes(rule, matter));
    if (denying !== undefined) return says(denying);
    const applying = this.#firstOfOrdered(permits.filter((rule) => this.#holds(rule, matter) && cleared(labels, rule.clears)));
    const stopped =
      (whom.undetermined && type.category !== 'not-classified' && whole === undefined) ||
      whom.patients.some((patient) => this.#objects(patient, matter));
    const left = stopped ? applying.filter(({ consentExempt }) => consentExempt !== undefined) : applying;
    if (applying.length > 0 && left.length === 0) return undefined;
    // What is permitted by none of a set's own rules is what its denies, or the set itself, still close.
    const beaten = (set: string) => left.some((rule) => rule.set === set);
    const weak = denies.find((rule) => this.#permitsFirst(rule) && !beaten(rule.set) && this.#closes(rule, matter));
    if (weak !== undefined) return says(weak);
    if ([...this.#combining].some(([set, combining]) => combining === 'deny-unless-permit' && !beaten(set))) return undefined;
    if (left.length === 0) return undefined;

    const withheld = rules.filter(
      (rule) => rule.effect === 'deny' && rule.elements !== undefined && this.#closes(rule, matter),
    );
    // a labelled element is withheld by each permit that does not clear it.
    const uncleared = ({ clears }: Json) =>
      (labels.elements ?? [])
        .filter((one) => !cleared(one.labels, clears))
        .map(({ path }) => `${resource.resourceType}.${path}`);
    const masks = new Map(left.map((rule) => [rule, [...(rule.mask ?? []), ...uncleared(rule)]]));
    const gone = maskOf(
      resource.resourceType,
      [...masks.values()],
      withheld.flatMap((rule) => rule.elements),
    );
    const years = yearsOf(resource.resourceType, left, gone);
    const own = [...gone, ...years.map((path) => `_${path}`)];
    const inner = this.#insideMask(matter, whole !== undefined);
    const mask = [...own, ...inner.paths];
    const announced = [...left, ...withheld]
      .filter(({ maskAs }) => maskAs === 'absent-reason')
      .flatMap((rule) => rule.mask ?? rule.elements);
    const duties = new Set<string>(left.flatMap((rule) => rule.obligations?.labels ?? []));
    const isLoud = (rule: Json) =>
      pathsOf(resource.resourceType, rule.years ?? []).length > 0 ||
      (rule.maskAs !== 'silence' &&
        pathsOf(resource.resourceType, masks.get(rule) ?? rule.elements).some((path) =>
          own.some((one) => one === path || one.startsWith(`${path}.`)),
        ));
    const isMarked = own.length > 0 ? [...left, ...withheld].some(isLoud) : inner.isLoud;
    const reach = mask.length > 0 ? Math.min(...left.map(({ clears }) => rankOf(clears?.confidentiality ?? 'N'))) : undefined;
    if (this.#scene.site?.labels?.onResources === true && (type.category === 'patient' || whom.patients.length > 0))
      for (const label of toldLabels(labels, reach)) duties.add(label);
    if (!this.#isOpenInside(resource, interaction, whom, duties)) return undefined;
    return new Seen(resource, {
      mask,
      announced: announcements(resource.resourceType, announced, own),
      obliged: [...duties],
      isMarked,
      years,
      mark: markOf(resource, labels, reach),
    });
  }

  /** Of what it contains and is of another type, by the rules for reading that type. */
  #insideMask(
    { resource, labels }: Matter,
    inBundle: boolean,
  ): { readonly paths: readonly string[]; readonly isLoud: boolean } {
    const masks = (resource.contained ?? [])
      .filter(({ resourceType }: Json) => resourceType !== resource.resourceType)
      .map((inner: Json) => {
        const type = inner.resourceType;
        const holds = (rule: Json) =>
          rule.effect === 'permit' ||
          contentHolds(rule, inner, { patients: [], undetermined: true }, this.#scene.caller.fhirUser);
        const { paths, isLoud } = innerMask(type, {
          rules: this.#rulesFor(type, 'read', inBundle).filter(holds),
          covers: (rule) => covers(rule, type),
          isOrdered: ({ set }) => this.#combining.get(set)?.startsWith('ordered') === true,
          labelled: this.#scene.site?.labels?.elements[type] ?? [],
          clears: (rule) => cleared(labels, rule.clears),
        });
        return { isLoud, paths: paths.map((path) => `contained:${type}.${path}`) };
      })
      .filter(({ paths }: Json) => paths.length > 0);
    return {
      paths: [...new Set<string>(masks.flatMap(({ paths }: Json) => paths))],
      isLoud: masks.some(({ isLoud }: Json) => isLoud),
    };
  }

  /** a Bundle is seen by whoever sees everything in it, and all of it. Adds to `duties` those of what is inside. */
  #isOpenInside(bundle: Json, interaction: NaiveInteraction, whom: About, duties: Set<string>): boolean {
    if (bundle.resourceType !== 'Bundle' || isWriting(interaction)) return true;
    return (bundle.entry ?? []).every(({ resource }: Json) => {
      const seen = this.#judge(resource, interaction, whom);
      if (typeof seen !== 'object' || seen.isChanged || isTouched(resource, seen.mask)) return false;
      for (const duty of seen.obliged) duties.add(duty);
      return true;
    });
  }

  /** From the app, by the person who let it in, whatever they may see themselves. */
  #isKeptBack(labels: NaiveLabels): boolean {
    const codes = (this.#scene.caller.withheld ?? []).map((code) => `${ACT_CODE}|${code}`);
    return [labels, ...(labels.elements ?? []).map((one) => one.labels)].some((each) => carries(each, codes, 'deny'));
  }

  #matter(resource: Json, whom: About, interaction: NaiveInteraction): Matter {
    const { site, facts } = this.#scene;
    return { resource, whom, labels: judgedLabels(resource, whom, interaction, { labels: site?.labels, facts }) };
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
  #closes(rule: Json, matter: Matter): boolean {
    if (!this.#holds(rule, matter)) return false;
    const { whom } = matter;
    const all = (test: (patient: string) => boolean) =>
      !whom.undetermined && whom.patients.length > 0 && whom.patients.every(test);
    if (rule.consentable === true && all((patient) => this.#agrees(patient, matter))) return false;
    return !(rule.overridable !== undefined && all((patient) => patient === this.#scene.caller.override));
  }

  /** May labels be written on this, by some permit that applies? */
  mayLabel(resource: Json, interaction: NaiveInteraction): boolean {
    const matter = this.#matter(resource, about(resource, this.#scene.facts), interaction);
    return this.#rulesFor(resource.resourceType, interaction).some(
      (rule) =>
        rule.effect === 'permit' && rule.mayLabel === true && this.#holds(rule, matter) && cleared(matter.labels, rule.clears),
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
    return (
      reachesAll(caller, type, interaction) &&
      rules.some(
        ({ effect, consentExempt, caller: who, resources, clears, set, ...rule }) =>
          effect === 'permit' &&
          consentExempt !== undefined &&
          who?.relations === undefined &&
          ['labels', 'where', 'codes', 'patients'].every((key) => resources[key] === undefined) &&
          clearsAll(clears) &&
          covers({ effect, caller: who, resources, ...rule }, type).plain &&
          covers({ effect, caller: who, resources, ...rule }, type).patients &&
          this.#combining.get(set)?.startsWith('ordered') !== true,
      )
    );
  }

  /** Could anything of the type be this caller's to do so with, by its rules alone? */
  isOpen(type: string, interaction: NaiveInteraction): boolean {
    return isTypeOpen({
      rules: this.#rulesFor(type, interaction),
      caller: this.#scene.caller,
      covers: (rule) => covers(rule, type),
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

  /** Does it newly name an encounter that the writer does not see, where labels come from encounters? They could be found by trying (ADR 23). */
  pointsUnseen(fresh: Json, stored: Json | undefined, current: ReadonlyMap<string, Json>): boolean {
    if (this.#scene.site?.labels?.inherit !== true) return false;
    const known = stored === undefined ? [] : encountersNamed(stored);
    const sees = (key: string) => current.has(key) && typeof this.sees(current.get(key), 'read') === 'object';
    return encountersNamed(fresh).some((key) => !known.includes(key) && !sees(key));
  }

  /** Whom it is about, sorted; `?` for somebody who cannot be told. */
  patients(resource: Json): readonly string[] {
    const { patients, undetermined } = about(resource, this.#scene.facts);
    return [...patients, ...(undetermined ? ['?'] : [])].sort();
  }

  /** Could any rule mask something of this type for this caller? */
  maskable(type: string, interaction: NaiveInteraction): readonly string[] {
    const rules = this.#rulesFor(type, interaction);
    const isLabelled = rules.some(({ effect, clears }) => effect === 'permit' && !clearsAll(clears));
    return signed(type, [
      ...new Set([
        ...rules.flatMap((rule) => pathsOf(type, [...(rule.mask ?? []), ...(rule.years ?? []), ...(rule.elements ?? [])])),
        ...(isLabelled ? (this.#scene.site?.labels?.elements[type] ?? []) : []),
      ]),
    ]);
  }

  /** Those that may apply to instances of the type. */
  #rulesFor(type: string, interaction: NaiveInteraction, inBundle = false): readonly Json[] {
    const key = `${type} ${interaction} ${inBundle}`;
    let rules = this.#may.get(key);
    if (rules === undefined) {
      rules = this.#rules.filter(
        (rule) => (rule.resources?.inside ?? inBundle) === inBundle && mayApply(rule, this.#scene.caller, type, interaction),
      );
      this.#may.set(key, rules);
    }
    return rules;
  }

  /** What a rule asks of the resource. */
  #holds(rule: Json, { resource, whom: { patients, undetermined }, labels: carried }: Matter): boolean {
    const reach = covers(rule, resource.resourceType);
    if (!(patients.length > 0 || undetermined ? reach.patients : reach.plain)) return false;
    if (!contentHolds(rule, resource, { patients, undetermined }, this.#scene.caller.fhirUser)) return false;
    const relations: readonly string[] | undefined = rule.caller?.relations;
    if (relations !== undefined) {
      const stands = (patient: string) => (this.#scene.facts.relations[patient] ?? []).some((one) => relations.includes(one));
      if (rule.effect === 'permit' && (undetermined || patients.length === 0 || !patients.every(stands))) return false;
      if (rule.effect === 'deny' && !undetermined && !patients.some(stands)) return false;
    }
    const labels = rule.resources?.labels?.any;
    return labels === undefined || carries(carried, labels, rule.effect);
  }

  #objects(patient: string, { resource, labels }: Matter): boolean {
    const { relations, consents } = this.#scene.facts;
    const standing = relations[patient] ?? [];
    if (standing.includes('self')) return false;
    if (patient === this.#scene.caller.override) return false;
    return (consents[patient] ?? []).some(({ denies }) => denied(denies, resource, labels, standing.includes('guardian')));
  }

  /** For certain; what patients say of themselves is no agreement. */
  #agrees(patient: string, { resource, labels }: Matter): boolean {
    const { relations, consents } = this.#scene.facts;
    const all = consents[patient] ?? [];
    if ((relations[patient] ?? []).includes('self')) return false;
    return all.some(({ agrees }) => agrees === true) && all.every(({ denies }) => !denied(denies, resource, labels, false));
  }
}

/** What permit-unless-deny stands for. */
const unlessDenied = {
  effect: 'permit',
  interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
  resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
};
