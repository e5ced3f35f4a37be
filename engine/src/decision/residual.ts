/**
 * What is left to decide when a resource arrives: a predicate and a mask, specialised to caller, purpose, policies and moment. It must not
 * ask for anything; and whatever it is not told, it takes as a reason to deny (I6). Over 400 lines: one judgement, whose steps share what they were told and stand in the order in which they speak.
 */
import type { FhirTables } from '../fhir/tables.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import { carriesLabel } from '../label/carries-label.ts';
import { exceeds } from '../label/exceeds.ts';
import { type HighWater, highWaterOf } from '../label/high-water.ts';
import { isCleared } from '../label/is-cleared.ts';
import { type ElementLabels, type Labels, noLabels } from '../label/labels.ts';
import type { Applicable, CompiledSet } from '../policy/compiled.ts';
import { relationBits } from '../policy/relations.ts';
import { confidentialityRanks } from '../terminology/confidentiality.ts';
import { changesOf } from './changes.ts';
import { contentHolds, type Reader } from './content-holds.ts';
import type { InnerMasks } from './inner-masks.ts';
import type { Inside } from './inside.ts';
import { type LabelsFor, labelling } from './labelling.ts';
import { combineMasks, withSignature } from './masks.ts';
import { hasModifier, obligationsOf, together } from './obligations.ts';
import type { Candidate, KnownFacts, Verdict } from './permit.ts';
import type { LabelProtection } from './protection.ts';
import {
  consentDenial,
  denial,
  insideDenial,
  labelDenial,
  noRuleDenial,
  permitDecision,
  ruleDenial,
  setDenial,
} from './reasons.ts';
import { type ScopeBound, withinScope } from './scope-bound.ts';
import { isOverriding, type StandingContext, type StandingOf, standings } from './standing.ts';
import { toldLabels } from './told-labels.ts';
import type { Trace } from './trace.ts';
import { withinPatient } from './within-patient.ts';

export interface ResidualParts {
  readonly type: string;
  readonly category: SecurityCategory;
  readonly tables: FhirTables;
  /** Undefined = an anonymous caller, who has no scopes and is held by the rule alone. */
  readonly scope: ScopeBound | undefined;
  /** Never empty. */
  readonly permits: readonly Applicable[];
  readonly denies: readonly Applicable[];
  readonly sets: readonly CompiledSet[];
  /** `Type/id` of who asks. */
  readonly me: string | undefined;
  /** Everything visible must lie in this patient's compartment. */
  readonly confinedTo: string | undefined;
  readonly consents: StandingContext;
  readonly labels: LabelProtection | undefined;
  /** Rules let this caller break the glass. */
  readonly mayOverride: boolean;
  /** By how many days the dates of a patient are moved; undefined = they are not. */
  readonly daysOf?: ((patient: string) => number) | undefined;
  /** The caller says no purpose of use, and patient data wants one. */
  readonly purposeless: boolean;
  /** Of what holds other resources: judges them. */
  readonly inside?: Inside | undefined;
  /** What is withheld of what a resource contains. */
  readonly innerMasks?: InnerMasks | undefined;
}

const OVERRIDE = relationBits(['break-the-glass']);

const otherType = denial('builtin:type', 'problem', 'The resource is not of the type that was decided on.');
const outOfScope = denial('builtin:scope', 'scope', 'The scopes of the token do not reach this resource.');
const withheld = denial('builtin:withheld', 'consent', 'The person did not let this app see data of this sensitivity.');
const aboveCeiling = denial('builtin:ceiling', 'label', 'It is more confidential than the request asked for.');
const notConfined = denial('builtin:compartment', 'policy', 'The resource is not in the compartment of the patient who asks.');
const undetermined = denial(
  'builtin:undetermined',
  'consent',
  'Whose record it belongs to cannot be told, so no consent can be asked.',
);

const purposeless = denial('builtin:purpose', 'policy', 'It is about a patient, and the caller says no purpose of use.');

/** One resource in the middle of being judged. */
interface Matter {
  readonly candidate: Candidate;
  readonly facts: KnownFacts;
  readonly labels: Labels;
  readonly trace: Trace | undefined;
  /** consents that lifted a deny. */
  lifting: Set<string> | undefined;
}

export class Residual {
  readonly #parts: ResidualParts;
  readonly #standing: StandingOf;
  readonly #labels: LabelsFor;
  readonly #reader: Reader;
  readonly #denies: readonly Applicable[];
  /** Of sets in which a permit beats them. */
  readonly #weakDenies: readonly Applicable[];
  /** Of all that may let the caller in: those that do may depend on what is masked. */
  readonly #reach: number;
  /** Positions of sets that deny unless they permit. */
  readonly #demanding: readonly number[];
  readonly #elementDenies: readonly Applicable[];
  /** Verdicts by the rules that applied, as their positions: the same few come again and again. */
  readonly #permitted = new Map<string, Verdict>();
  /** The one given last, which is mostly the next one too. */
  #lastLabels: Labels | undefined;
  #lastRules = '';
  #lastVerdict: Verdict | undefined;
  /** The same for a patient for whom the glass is broken. */
  readonly #opened = new Map<string, Residual>();

  constructor(parts: ResidualParts) {
    this.#parts = parts;
    this.#standing = standings(parts.consents);
    this.#labels = labelling(parts.labels, parts.type, parts.category === 'patient', parts.consents);
    this.#reader = Object.freeze({ me: parts.me, bases: parts.consents.bases, now: parts.consents.now });
    const [denies, weakDenies, elementDenies]: [Applicable[], Applicable[], Applicable[]] = [[], [], []];
    for (const deny of parts.denies) {
      if (deny.rule.elementsOnly) elementDenies.push(deny);
      else if (parts.sets[deny.rule.set]!.permitFirst) weakDenies.push(deny);
      else denies.push(deny);
    }
    this.#denies = denies;
    this.#weakDenies = weakDenies;
    this.#elementDenies = elementDenies;
    this.#reach = Math.max(...parts.permits.map(({ rule }) => confidentialityRanks[rule.clears.confidentiality]));
    this.#demanding = parts.sets.flatMap(({ combining }, at) => (combining === 'deny-unless-permit' ? [at] : []));
  }

  /** The order of checks: type, scope, denies, permits with their clearances, consents; then what is withheld. */
  judge(candidate: Candidate, facts: KnownFacts, trace?: Trace): Verdict {
    const verdict = this.#judged(candidate, facts, trace);
    return verdict.effect === 'deny' && this.#wouldOpen(candidate, facts) ? openable(verdict) : verdict;
  }

  /** of what is withheld the record says the labels, too. Asked apart, since little is recorded by its name that was withheld. */
  marksOf(candidate: Candidate, facts: KnownFacts): HighWater | undefined {
    const labels = this.#labels(candidate, facts);
    return this.#parts.labels === undefined && labels === noLabels ? undefined : highWaterOf(labels);
  }

  #judged(candidate: Candidate, facts: KnownFacts, trace?: Trace): Verdict {
    if (candidate.type !== this.#parts.type) return otherType;
    if (!this.#inScope(candidate, trace)) return outOfScope;
    if (!this.#confined(candidate)) return notConfined;
    if (this.#parts.purposeless && (candidate.patients.length > 0 || candidate.undetermined)) return purposeless;
    const matter: Matter = { candidate, facts, labels: this.#labels(candidate, facts), trace, lifting: undefined };
    if (this.#isWithheld(matter.labels)) return withheld;
    const { ceiling } = this.#parts.consents.caller;
    if (ceiling !== undefined && exceeds(matter.labels, ceiling)) return aboveCeiling;
    for (const deny of this.#denies) if (this.#closes(deny, matter)) return ruleDenial(deny.rule);
    const applying = this.#applying(matter);
    if (typeof applying !== 'string') return this.#unbeaten('', matter) ?? applying;
    const objection = this.#objection(matter);
    const left = objection === undefined ? applying : this.#exempt(applying);
    if (left === '') return objection!;
    return (
      this.#unbeaten(left, matter) ??
      this.#whole(
        byConsents(this.#labelled(this.#contained(this.#permit(left, matter), matter), matter), matter.lifting),
        matter,
      )
    );
  }

  #contained(verdict: Verdict, { candidate, labels }: Matter): Verdict {
    return this.#parts.innerMasks?.(verdict, candidate.document, candidate.node, labels) ?? verdict;
  }

  #labelled(verdict: Verdict, { candidate, labels }: Matter): Verdict {
    const isAboutPatient = this.#parts.category === 'patient' || candidate.patients.length > 0;
    const canCarry = this.#parts.labels?.onResources === true && candidate.type !== 'Binary';
    if (!canCarry || verdict.effect === 'deny' || !isAboutPatient) return verdict;
    const told = toldLabels(labels, verdict.mask.length > 0 ? verdict.reach : undefined);
    return Object.freeze({ ...verdict, obligations: together(verdict.obligations, told) });
  }

  /** what is in it is seen with it. */
  #whole(verdict: Verdict, { candidate, facts, trace }: Matter): Verdict {
    const { inside } = this.#parts;
    if (inside === undefined || verdict.effect === 'deny') return verdict;
    const said = inside(candidate, facts);
    const closed = 'effect' in said;
    trace?.step('builtin:inside', 'inside', !closed);
    if (closed) return insideDenial(said);
    return said.length === 0 ? verdict : Object.freeze({ ...verdict, obligations: together(verdict.obligations, said) });
  }

  /** What the person kept back from the app, wherever it stands: a labelled element is not told apart from its resource. */
  #isWithheld(labels: Labels): boolean {
    const { withheld: codes } = this.#parts.consents.caller;
    if (codes === undefined || codes.length === 0) return false;
    if (carriesLabel(labels, codes, 'deny')) return true;
    return labels.elements?.some((element) => carriesLabel(element.labels, codes, 'deny')) === true;
  }

  /** would breaking the glass help? Asked for those alone who may break it, by judging as if they had. */
  #wouldOpen(candidate: Candidate, facts: KnownFacts): boolean {
    const { mayOverride, consents } = this.#parts;
    const [patient, ...others] = candidate.patients;
    if (!mayOverride || patient === undefined || others.length > 0 || candidate.undetermined) return false;
    if (isOverriding(consents.caller, patient, consents.now)) return false;
    let opened = this.#opened.get(patient);
    if (opened === undefined) {
      const override = { id: '', patient, expiresAt: Number.POSITIVE_INFINITY };
      const caller = Object.freeze({ ...consents.caller, override });
      opened = new Residual({ ...this.#parts, mayOverride: false, consents: Object.freeze({ ...consents, caller }) });
      this.#opened.set(patient, opened);
    }
    return opened.judge(candidate, facts).effect === 'permit';
  }

  #inScope(candidate: Candidate, trace: Trace | undefined): boolean {
    const { scope, tables, consents } = this.#parts;
    if (scope === undefined) return true;
    const within = withinScope(scope, candidate, tables, consents.bases);
    trace?.step('builtin:scope', 'scope', within);
    return within;
  }

  #confined(candidate: Candidate): boolean {
    const { confinedTo, tables, consents } = this.#parts;
    return confinedTo === undefined || withinPatient(candidate, tables, consents.bases, confinedTo);
  }

  /** The permits that apply and clear all labels, as a string of their positions; a deny when there is none. */
  #applying(matter: Matter): string | Verdict {
    const { permits, sets } = this.#parts;
    let applying = '';
    let uncleared: Verdict | undefined;
    let settled = -1;
    for (let at = 0; at < permits.length; at++) {
      const permit = permits[at]!;
      if (permit.rule.set === settled) continue;
      if (!this.#holds(permit, matter)) continue;
      const cleared = isCleared(matter.labels, permit.rule.clears);
      matter.trace?.step(permit.rule.id, 'clears', cleared);
      if (cleared) {
        applying += String.fromCharCode(at);
        // The rules of a set stand side by side.
        if (sets[permit.rule.set]!.ordered) settled = permit.rule.set;
      } else uncleared ??= labelDenial(permit.rule);
    }
    return applying === '' ? (uncleared ?? noRuleDenial(permits[0]!.rule)) : applying;
  }

  /** What sets in which permits come first still deny: none of their permits applies. `applying`: positions, as above. */
  #unbeaten(applying: string, matter: Matter): Verdict | undefined {
    if (this.#weakDenies.length === 0 && this.#demanding.length === 0) return undefined;
    const permitting = new Set(pick(this.#parts.permits, applying).map(({ rule }) => rule.set));
    for (const deny of this.#weakDenies)
      if (!permitting.has(deny.rule.set) && this.#closes(deny, matter)) return ruleDenial(deny.rule);
    const demanding = this.#demanding.find((set) => !permitting.has(set));
    return demanding === undefined ? undefined : setDenial(this.#parts.sets[demanding]!);
  }

  /** Those of the permits that apply against which no consent stands. */
  #exempt(applying: string): string {
    return [...applying].filter((at) => this.#parts.permits[at.charCodeAt(0)]!.rule.consentExempt).join('');
  }

  /** All conditions of a rule that depend on the resource. */
  #holds({ rule, patients, plain }: Applicable, matter: Matter): boolean {
    const { candidate, labels, trace } = matter;
    const covered = candidate.patients.length > 0 || candidate.undetermined ? patients : plain;
    trace?.step(rule.id, 'category', covered);
    if (!covered) return false;
    if (rule.memberships !== undefined) {
      const belongs = this.#belongs(rule.memberships, rule.effect, matter.facts);
      trace?.step(rule.id, 'memberships', belongs);
      if (!belongs) return false;
    }
    if (rule.relations !== 0) {
      const stands =
        rule.effect === 'permit' ? this.#standsToAll(rule.relations, matter) : this.#standsToAny(rule.relations, matter);
      trace?.step(rule.id, 'relations', stands);
      if (!stands) return false;
    }
    if (rule.labels !== undefined) {
      const carried = carriesLabel(labels, rule.labels, rule.effect);
      trace?.step(rule.id, 'labels', carried);
      if (!carried) return false;
    }
    if (rule.deIdentify && hasModifier(candidate)) return false;
    if (rule.content === undefined) return true;
    const content = contentHolds(rule.content, candidate, this.#reader, rule.effect, matter.facts.memberships);
    trace?.step(rule.id, 'content', content);
    return content;
  }

  /** What somebody belongs to and nobody could say, may be anything: reason enough for a deny. Strangers, and services that nobody linked, belong to nothing. */
  #belongs(wanted: ReadonlySet<string>, effect: 'permit' | 'deny', { memberships }: KnownFacts): boolean {
    if (memberships === undefined)
      return effect === 'deny' && (this.#parts.consents.caller.kind === 'user' || this.#parts.me !== undefined);
    for (const group of wanted) if (memberships.has(group)) return true;
    return false;
  }

  /** A deny that holds, and that neither a consent nor a broken glass lifts. */
  #closes(deny: Applicable, matter: Matter): boolean {
    return this.#holds(deny, matter) && !this.#lifted(deny, matter) && !this.#overridden(deny, matter);
  }

  /** a deny that says so does not hold for whoever broke the glass for every patient whom the resource is about. */
  #overridden({ rule }: Applicable, matter: Matter): boolean {
    return rule.overridable && this.#standsToAll(OVERRIDE, matter);
  }

  /** For a permit. A resource about no patient, or about one who cannot be told, never satisfies it. */
  #standsToAll(relations: number, { candidate, facts }: Matter): boolean {
    if (candidate.undetermined || candidate.patients.length === 0) return false;
    const { patients } = candidate;
    for (let at = 0; at < patients.length; at++)
      if ((this.#standing(patients[at]!, facts).relations & relations) === 0) return false;
    return true;
  }

  /** For a deny. A patient who cannot be told may be the one. */
  #standsToAny(relations: number, { candidate, facts }: Matter): boolean {
    if (candidate.undetermined) return true;
    const { patients } = candidate;
    for (let at = 0; at < patients.length; at++)
      if ((this.#standing(patients[at]!, facts).relations & relations) !== 0) return true;
    return false;
  }

  /** only a rule that says so, and only when every patient whom the resource is about agrees for certain. */
  #lifted({ rule }: Applicable, matter: Matter): boolean {
    const { candidate, facts, labels, trace } = matter;
    if (!rule.consentable || candidate.undetermined || candidate.patients.length === 0) return false;
    const agreed = candidate.patients.map((patient) => this.#standing(patient, facts).agreement(candidate, labels));
    const lifted = agreed.every((one) => one !== undefined);
    if (lifted)
      for (const one of agreed) if (one?.consent !== undefined) matter.lifting = (matter.lifting ?? new Set()).add(one.consent);
    trace?.step(rule.id, 'consent', !lifted);
    return lifted;
  }

  #objection({ candidate, facts, labels, trace }: Matter): Verdict | undefined {
    // What has no category of its own (an audit event) is judged by its content: there, a rule that needs no patient may stand.
    // content of which nobody can tell whose it is, is nobody's to see; new content is nobody's yet.
    const isContent = candidate.type === 'Binary' && candidate.id !== undefined;
    const hasCategory = this.#parts.category !== 'not-classified' && candidate.isPart !== true;
    if (candidate.undetermined && (hasCategory || isContent)) return undetermined;
    for (const patient of candidate.patients) {
      const objection = this.#standing(patient, facts).objection(candidate, labels);
      trace?.step('builtin:consent', 'consent', objection === undefined);
      if (objection !== undefined) return consentDenial(objection);
    }
    return undefined;
  }

  #permit(applying: string, matter: Matter): Verdict {
    let withholding = '';
    for (let at = 0; at < this.#elementDenies.length; at++) {
      const deny = this.#elementDenies[at]!;
      if (this.#closes(deny, matter)) withholding += String.fromCharCode(at);
    }
    // Positions are letters of any kind, digits and colons too: with its length first no string can be taken for two others.
    const rules = `${applying.length}:${applying}${withholding}`;
    const { labels } = matter;
    const days = this.#days(matter.candidate);
    // INVARIANT: whatever a verdict depends on is compared here, as it is in the key below.
    const asBefore = days === undefined && labels === this.#lastLabels && rules === this.#lastRules;
    if (asBefore && this.#lastVerdict !== undefined) return this.#lastVerdict;
    const view = { now: this.#parts.consents.now, days, reach: this.#reach };
    if (labels.elements !== undefined)
      return this.#permitParts(applying, withholding, labels.elements, this.#marks(labels), view);
    const key = `${days ?? ''} ${labels.confidentiality} ${rules.length}:${rules}${allOf(labels)}`;
    let verdict = this.#permitted.get(key);
    if (verdict === undefined) {
      verdict = permitted(
        this.#parts.type,
        pick(this.#parts.permits, applying),
        pick(this.#elementDenies, withholding),
        this.#marks(labels),
        view,
      );
      this.#permitted.set(key, verdict);
    }
    if (days === undefined) {
      this.#lastLabels = labels;
      this.#lastRules = rules;
      this.#lastVerdict = verdict;
    }
    return verdict;
  }

  /** of a resource that is about one patient, and about nobody else who cannot be told. */
  #days({ patients, undetermined }: Candidate): number | undefined {
    return patients.length !== 1 || undetermined ? undefined : this.#parts.daysOf?.(patients[0]!);
  }

  #marks(labels: Labels): HighWater | undefined {
    return this.#parts.labels === undefined && labels === noLabels ? undefined : highWaterOf(labels);
  }

  /** each permit withholds, beside what it masks, the labelled elements that it does not clear. */
  #permitParts(
    applying: string,
    withholding: string,
    elements: readonly ElementLabels[],
    marks: HighWater | undefined,
    view: ViewMoment,
  ): Verdict {
    const permits = pick(this.#parts.permits, applying).map((permit) => {
      const uncleared = elements.filter(({ labels }) => !isCleared(labels, permit.rule.clears)).map(({ path }) => path);
      return uncleared.length === 0 ? permit : { ...permit, paths: [...permit.paths, ...uncleared] };
    });
    return permitted(this.#parts.type, permits, pick(this.#elementDenies, withholding), marks, view);
  }
}

/** With their lengths, so that no code can look like another's end and beginning. */
function allOf({ all }: Labels): string {
  let text = '';
  for (let at = 0; at < all.length; at++) {
    const { system, code } = all[at]!;
    text += `${system.length}:${system}|${code.length}:${code},`;
  }
  return text;
}

const opening = new WeakMap<Verdict, Verdict>();

/** The same deny, saying that breaking the glass would help. */
function openable(verdict: Extract<Verdict, { effect: 'deny' }>): Verdict {
  let same = opening.get(verdict);
  if (same === undefined) {
    same = Object.freeze({ ...verdict, wouldOpen: true });
    opening.set(verdict, same);
  }
  return same;
}

/** The same verdict, naming the consents without which it would be a deny. */
function byConsents(verdict: Verdict, consents: ReadonlySet<string> | undefined): Verdict {
  if (consents === undefined) return verdict;
  return Object.freeze({
    ...verdict,
    decision: Object.freeze({ ...verdict.decision, consents: Object.freeze([...consents]) }),
  });
}

function pick(rules: readonly Applicable[], positions: string): readonly Applicable[] {
  const picked: Applicable[] = [];
  for (let at = 0; at < positions.length; at++) picked.push(rules[positions.charCodeAt(at)]!);
  return picked;
}

/** What changes of a de-identified view depend on. */
interface ViewMoment {
  /** See Verdict. */
  readonly reach: number;
  readonly now: number;
  readonly days: number | undefined;
}

function permitted(
  type: string,
  permits: readonly Applicable[],
  withholding: readonly Applicable[],
  marks: HighWater | undefined,
  view: ViewMoment,
): Verdict {
  const combined = combineMasks(
    permits.map(({ paths }) => paths),
    withholding.map(({ paths }) => paths),
  );
  const withheld = withSignature(type, combined);
  const changes = changesOf(permits, withheld, view.days, view.now);
  // What is beside a value that is shown otherwise (`_birthDate`) could say it; and whatever is changed is masked, to headers and tags.
  const mask =
    changes.length === 0
      ? withheld
      : Object.freeze([...new Set([...withheld, ...changes.map(({ path }) => path.replace(/[^.]+$/, '_$&'))])]);
  return Object.freeze({
    effect: 'permit',
    decision: permitDecision(
      permits.map(({ rule }) => rule),
      withholding.map(({ rule }) => rule),
    ),
    mayLabel: permits.some(({ rule }) => rule.mayLabel),
    mask,
    ...(marks === undefined ? {} : { marks }),
    reach: view.reach,
    obligations: obligationsOf(permits, withholding, mask, changes),
  });
}
