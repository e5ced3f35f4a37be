/**
 * The harness's own judgement: may this caller do this with this resource, and what is masked? Written from the policy language and the
 * requirements, resource by resource on plain JSON, as slowly and simply as can be. INVARIANT: it imports nothing from the engine, since the
 * harness must not share its mistakes. Over 400 lines: one judgement in its order, to be read beside the policy language.
 */
import type { Json } from '../json.ts';
import { daysMoved, idBehind, pseudonymOf } from '../pseudonyms.ts';
import { type Deciding, upstreamBase } from '../scenario.ts';
import { isOverriding, mayBreak, relationsTo } from './broken-glass.ts';
import { agrees, objects } from './consents.ts';
import { type Asking, contentHolds } from './content.ts';
import { beside, changesIn, changesOf, viewOf } from './de-identified.ts';
import { seesAllOf } from './full-sight.ts';
import { inScope } from './in-scope.ts';
import { masksInside } from './inner-mask.ts';
import { isWriting, type NaiveInteraction } from './interactions.ts';
import { encountersNamed, judgedLabels } from './label-rules.ts';
import { ACT_CODE, carries, cleared, clearsAll, isAbove, type NaiveLabels, rankOf } from './labels.ts';
import { isTouched } from './mask.ts';
import { announcements, maskOf, pathsOf, signed } from './masked-paths.ts';
import { covers, holdsForCaller, isOfR4, mayApply, unlessDenied } from './may-apply.ts';
import { type About, about, inCompartmentOf, owners, saysWhose } from './patients.ts';
import { pseudonymous } from './pseudonymous.ts';
import { Seen } from './seen.ts';
import { bundleLabels, markOf, toldLabels } from './told-labels.ts';
import { isTypeOpen } from './type-open.ts';
import { naiveTypes } from './types.ts';

/** One resource in the middle of being judged. */
interface Matter {
  readonly resource: Json;
  readonly whom: About;
  readonly labels: NaiveLabels;
  readonly interaction: NaiveInteraction;
}

/** Undefined: hidden. `announced`: hidden, and the rule says that the caller may know it. `openable`: hidden from somebody who may break the glass for it. */
export type Sight = Seen | 'announced' | 'openable' | undefined;

export class NaiveDecider {
  readonly #scene: Deciding;
  readonly #rules: readonly Json[];
  /** By the name of the set. */
  readonly #combining: ReadonlyMap<string, string>;
  /** Under whose pseudonyms the caller sees everything; of two at once nobody lets them in. */
  readonly #project: string | undefined;
  readonly #may = new Map<string, readonly Json[]>();
  /** What was said of a resource stays said: resources are never changed in place. */
  readonly #said = new WeakMap<object, Map<NaiveInteraction, Sight>>();
  /** Who would judge if the glass were broken, by the patient for whom. */
  readonly #broken = new Map<string, NaiveDecider>();

  constructor(scene: Deciding) {
    this.#scene = scene;
    const policies = scene.policies.filter(({ upstreams }) => upstreams === undefined || upstreams.includes(upstreamBase));
    this.#combining = new Map(policies.map(({ policySet, combining }) => [policySet, combining]));
    this.#rules = policies.flatMap(({ policySet, combining, rules }) =>
      [...rules.filter(isOfR4), ...(combining === 'permit-unless-deny' ? [unlessDenied] : [])].map((rule: Json) => ({
        ...rule,
        ...viewOf(rule),
        set: policySet,
      })),
    );
    const projects = this.#rules
      .filter((rule) => rule.deIdentify?.pseudonyms !== undefined && holdsForCaller(rule, scene.caller))
      .map(({ deIdentify }) => deIdentify.pseudonyms);
    this.#project = new Set(projects).size > 1 ? '' : projects[0];
  }

  sees(resource: Json, interaction: NaiveInteraction): Sight {
    let said = this.#said.get(resource);
    if (said === undefined) {
      said = new Map();
      this.#said.set(resource, said);
    }
    if (!said.has(interaction))
      said.set(interaction, this.#judge(resource, interaction) ?? this.#wouldOpen(resource, interaction));
    return said.get(interaction);
  }

  mayBreakGlass(type: string, interaction: NaiveInteraction): boolean {
    return mayBreak(this.#scene.caller, this.#rulesFor(type, interaction));
  }

  /** of one patient alone, by judging once more as if the glass were broken. */
  #wouldOpen(resource: Json, interaction: NaiveInteraction): 'openable' | undefined {
    const { caller, facts } = this.#scene;
    if (naiveTypes[resource.resourceType] === undefined || !this.mayBreakGlass(resource.resourceType, interaction))
      return undefined;
    const { patients, undetermined } = about(resource, facts);
    const [patient, ...others] = patients;
    if (patient === undefined || others.length > 0 || undetermined || isOverriding(caller, patient)) return undefined;
    const { overrideEnded: _, ...asking } = caller;
    const broken = this.#broken.get(patient) ?? new NaiveDecider({ ...this.#scene, caller: { ...asking, override: patient } });
    this.#broken.set(patient, broken);
    return typeof broken.sees(resource, interaction) === 'object' ? 'openable' : undefined;
  }

  /** The key of what is stored, behind one that the caller was told; undefined: behind it is nothing. */
  behind(key: string): string | undefined {
    const [type = '', told = ''] = key.split('/');
    if (this.#project === undefined) return key;
    const id = idBehind(this.#project, type, told);
    return id === undefined ? undefined : `${type}/${id}`;
  }

  /** As the caller calls it. */
  told(type: string, id: string): string {
    return this.#project === undefined ? id : pseudonymOf(this.#project, type, id);
  }

  /** As the caller would be told it, were nothing withheld. */
  asTold(resource: Json): Json {
    return this.#project === undefined ? resource : pseudonymous(resource, this.#project);
  }

  get seesPseudonyms(): boolean {
    return this.#project !== undefined;
  }

  /** Of what is about one patient alone. */
  #days({ patients: [patient, ...others], undetermined }: About): number | undefined {
    if (this.#project === undefined || patient === undefined || others.length > 0 || undetermined) return undefined;
    return daysMoved(this.#project, patient);
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
    if (this.#wantsPurpose(type.category)) return undefined;
    if (this.#wantsPurpose('patient') && (whom.patients.length > 0 || whom.undetermined)) return undefined;
    if (this.#isKeptBack(labels) || (caller.ceiling !== undefined && isAbove(labels, caller.ceiling))) return undefined;
    const denies = rules.filter((rule) => rule.effect === 'deny' && rule.elements === undefined);
    const says = (rule: Json) => (rule.announces === true ? 'announced' : undefined);
    const denying = denies.find((rule) => !this.#permitsFirst(rule) && this.#closes(rule, matter));
    if (denying !== undefined) return says(denying);
    const applying = this.#firstOfOrdered(permits.filter((rule) => this.#holds(rule, matter) && cleared(labels, rule.clears)));
    const stopped =
      (whom.undetermined && type.category !== 'not-classified' && whole === undefined) ||
      whom.patients.some((patient) => objects(patient, this.#scene, matter));
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
    const changes = changesOf(
      resource.resourceType,
      left.map((rule) => ({ ...rule, mask: masks.get(rule) })),
      gone,
    );
    const own = [...gone, ...changes.map(beside)];
    const inner = this.#insideMask(matter, whole !== undefined);
    const mask = [...own, ...inner.paths];
    const announced = [...left, ...withheld]
      .filter(({ maskAs }) => maskAs === 'absent-reason')
      .flatMap((rule) => rule.mask ?? rule.elements);
    const duties = new Set<string>(left.flatMap((rule) => rule.obligations?.labels ?? []));
    const isLoud = (rule: Json) =>
      changesIn(resource.resourceType, rule).length > 0 ||
      rule.deIdentify?.pseudonyms !== undefined ||
      (rule.maskAs !== 'silence' &&
        pathsOf(resource.resourceType, masks.get(rule) ?? rule.elements).some((path) =>
          own.some((one) => one === path || one.startsWith(`${path}.`)),
        ));
    const isMarked = own.length > 0 ? [...left, ...withheld].some(isLoud) : inner.isLoud;
    const reach =
      mask.length > 0 ? Math.max(...permits.map(({ clears }) => rankOf(clears?.confidentiality ?? 'N'))) : undefined;
    if (this.#scene.site?.labels?.onResources === true && (type.category === 'patient' || whom.patients.length > 0))
      for (const label of toldLabels(labels, reach)) duties.add(label);
    if (!this.#isOpenInside(resource, interaction, whom, duties)) return undefined;
    return new Seen(resource, {
      mask,
      announced: announcements(resource.resourceType, announced, own),
      obliged: [...duties],
      isMarked,
      changes,
      days: this.#days(whom),
      project: this.#project,
      mark: markOf(resource, labels, reach),
    });
  }

  /** Of what it contains and is of another type, by the rules for reading that type. */
  #insideMask({ resource, labels }: Matter, inBundle: boolean) {
    const isMet = (rule: Json, inner: Json) =>
      rule.effect === 'permit' || contentHolds(rule, inner, { patients: [], undetermined: true }, this.#asking);
    return masksInside(resource, (inner) => ({
      rules: this.#rulesFor(inner.resourceType, 'read', inBundle).filter((rule) => isMet(rule, inner)),
      covers: (rule) => covers(rule, inner.resourceType),
      isOrdered: ({ set }) => this.#combining.get(set)?.startsWith('ordered') === true,
      labelled: this.#scene.site?.labels?.elements[inner.resourceType] ?? [],
      clears: (rule) => cleared(labels, rule.clears),
    }));
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
    return { resource, whom, interaction, labels: judgedLabels(resource, whom, interaction, { labels: site?.labels, facts }) };
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
    if (rule.consentable === true && all((patient) => agrees(patient, this.#scene, matter))) return false;
    return !(rule.overridable !== undefined && all((patient) => isOverriding(this.#scene.caller, patient)));
  }

  /** May labels be written on this, by some permit that applies? */
  mayLabel(resource: Json, interaction: NaiveInteraction): boolean {
    const matter = this.#matter(resource, about(resource, this.#scene.facts), interaction);
    const isStopped = matter.whom.patients.some((patient) => objects(patient, this.#scene, matter));
    return this.#rulesFor(resource.resourceType, interaction).some(
      (rule) =>
        rule.effect === 'permit' &&
        rule.mayLabel === true &&
        (!isStopped || rule.consentExempt !== undefined) &&
        this.#holds(rule, matter) &&
        cleared(matter.labels, rule.clears),
    );
  }

  seesAll(type: string, interaction: NaiveInteraction): boolean {
    return seesAllOf(type, interaction, {
      rules: this.#rulesFor(type, interaction),
      caller: this.#scene.caller,
      site: this.#scene.site ?? {},
      combining: this.#combining,
    });
  }

  /** Could anything of the type be this caller's to do so with, by its rules alone? */
  isOpen(type: string, interaction: NaiveInteraction): boolean {
    if (this.#wantsPurpose(naiveTypes[type]!.category)) return false;
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
        ...rules.flatMap((rule) => pathsOf(type, [...(rule.mask ?? []), ...(rule.elements ?? [])])),
        ...rules.flatMap((rule) => changesIn(type, rule).map(({ path }) => path)),
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
        (rule) =>
          (rule.resources?.inside ?? inBundle) === inBundle &&
          mayApply(rule, this.#scene.caller, type, interaction) &&
          (rule.effect === 'deny' || rule.deIdentify?.pseudonyms === this.#project),
      );
      this.#may.set(key, rules);
    }
    return rules;
  }

  /** What a rule asks of the resource. */
  #holds(rule: Json, { resource, whom: { patients, undetermined }, labels: carried }: Matter): boolean {
    const reach = covers(rule, resource.resourceType);
    if (!(patients.length > 0 || undetermined ? reach.patients : reach.plain)) return false;
    // an extension may turn what is shown into something else.
    if (rule.deIdentify !== undefined && resource.modifierExtension !== undefined) return false;
    if (!contentHolds(rule, resource, { patients, undetermined }, this.#asking)) return false;
    const relations: readonly string[] | undefined = rule.caller?.relations;
    if (relations !== undefined) {
      const { caller, facts } = this.#scene;
      const stands = (patient: string) => relationsTo(patient, caller, facts).some((one) => relations.includes(one));
      if (rule.effect === 'permit' && (undetermined || patients.length === 0 || !patients.every(stands))) return false;
      if (rule.effect === 'deny' && !undetermined && !patients.some(stands)) return false;
    }
    if (rule.caller?.memberships !== undefined && !this.#belongs(rule)) return false;
    const labels = rule.resources?.labels?.any;
    return labels === undefined || carries(carried, labels, rule.effect);
  }

  /** Nobody asks what strangers and services belong to. */
  get #asking(): Asking {
    const { caller, facts } = this.#scene;
    return { me: caller.fhirUser, groups: caller.kind === 'user' ? facts.memberships : undefined };
  }

  /** What somebody belongs to and nobody could say, may be anything: reason enough for a deny. */
  #belongs({ effect, caller: { memberships } }: Json): boolean {
    const { groups } = this.#asking;
    if (groups === undefined) return effect === 'deny' && this.#scene.caller.kind === 'user';
    return memberships.some((one: string) => groups.includes(one));
  }

  /** patient data of every type, and whatever else the place says, to whoever says what for. */
  #wantsPurpose(category: string): boolean {
    const { site, caller } = this.#scene;
    return caller.purposes.length === 0 && site?.purposesRequired?.some((one) => one === category) === true;
  }
}
