/**
 * May this caller do this with resources of this type? A refusal, or a Permit whose residual judges each resource (architecture §4 and §6).
 * This folder joins scopes, policies, consents and labels; it is the only maker of a Permit (I2). It must not fetch, must not read a clock,
 * and must deny whatever no rule permits.
 */
import { identityOf } from '../caller.ts';
import { clearsAll } from '../label/is-cleared.ts';
import type { Applicable } from '../policy/compiled.ts';
import { relationBits } from '../policy/relations.ts';
import { checks } from './checks.ts';
import { innerMasksOf, masksInside } from './inner-masks.ts';
import { insideOf } from './inside.ts';
import { withSignature } from './masks.ts';
import { mintPermit, type Permit, type Refusal } from './permit.ts';
import { plainProtection } from './protection.ts';
import { type DecideInput, type Question, question } from './question.ts';
import { permitDecision } from './reasons.ts';
import { Residual } from './residual.ts';
import { sightOf } from './sight.ts';

export function decide(input: DecideInput): Permit | Refusal {
  const asked = question(input);
  for (const check of checks) {
    const refusal = check(asked);
    if (refusal !== undefined) return refusal;
  }
  const residual = residualOf(asked);
  // Of what types is inside, is not known before it is seen.
  const holdsOthers = asked.type === 'Bundle';
  const isSpared = asked.permits.every(({ rule }) => rule.consentExempt);
  const readsOwn = !onlySelf(asked) && (!isSpared || asked.denies.some(({ rule }) => rule.consentable));
  const readsConsents = holdsOthers || readsOwn;
  const rules = [...asked.permits, ...asked.denies];
  return mintPermit({
    type: asked.type,
    decision: permitDecision(asked.permits.map(({ rule }) => rule)),
    sight: sightOf(asked),
    maskable: maskable(asked),
    changeable: changeable(asked),
    masksInside: () => masksInside(asked),
    // A consent spares patients themselves and their guardians, so who reads consents needs relations too.
    needs: Object.freeze({
      relations: holdsOthers || readsConsents || rules.some(({ rule }) => rule.relations !== 0),
      consents: readsConsents,
      organizations: holdsOthers || rules.some(({ rule }) => (rule.relations & MANAGING) !== 0),
      memberships: holdsOthers || rules.some(({ rule }) => rule.wantsMemberships),
    }),
    onlyPatient: asked.scope?.onlyPatient ?? selfPatient(asked),
    judge: (candidate, facts) => residual.judge(candidate, facts),
    marksOf: (candidate, facts) => residual.marksOf(candidate, facts),
  });
}

/** The residual of a question that passed the checks. */
export function residualOf(asked: Question): Residual {
  const { caller, interaction, type, category, tables, scope, permits, denies, policies, bases, now, protection } = asked;
  return new Residual({
    type,
    category,
    tables,
    scope,
    permits,
    denies,
    sets: policies.sets,
    me: identityOf(caller),
    confinedTo: selfPatient(asked),
    mayOverride: mayOverride(asked),
    daysOf: daysOf(asked),
    purposeless: caller.purposes.length === 0 && protection?.purposesRequired.has('patient') === true,
    labels: protection?.labels,
    inside: insideOf(asked, decide),
    innerMasks: innerMasksOf(asked),
    consents: Object.freeze({
      caller,
      interaction,
      now,
      bases: Object.freeze([bases.ours, bases.upstream]),
      rules: (protection ?? plainProtection).consents,
    }),
  });
}

/** By how many days the dates of a patient are moved for this caller; there is one project at most. */
function daysOf({ permits, pseudonyms }: Question): ((patient: string) => number) | undefined {
  const project = permits.find(({ changes }) => changes.some(({ to }) => to === 'shift'))?.rule.pseudonyms;
  return project === undefined || pseudonyms === undefined ? undefined : (patient) => pseudonyms.days(project, patient);
}

/** Every path that any rule could mask here, whatever its other conditions. */
function maskable({ permits, denies, protection, type }: Question): readonly string[] {
  const labelled = permits.every(({ rule }) => clearsAll(rule.clears))
    ? none
    : (protection?.labels?.elements?.get(type) ?? none);
  const isMasking = (one: Applicable): boolean => one.paths.length > 0 || one.changes.length > 0;
  if (labelled.length === 0 && !permits.some(isMasking) && !denies.some(isMasking)) return none;
  const paths = [...permits, ...denies].flatMap((one) => one.paths);
  return Object.freeze([...withSignature(type, [...new Set([...paths, ...changeable({ permits }), ...labelled])])]);
}

function changeable({ permits }: Pick<Question, 'permits'>): readonly string[] {
  if (!permits.some(({ changes }) => changes.length > 0)) return none;
  return Object.freeze([...new Set(permits.flatMap(({ changes }) => changes.map(({ path }) => path)))]);
}

const none: readonly string[] = Object.freeze([]);

/** Who may break the glass is for rules to say: those whom one permits by that relation. */
function mayOverride({ caller, permits }: Question): boolean {
  return caller.kind === 'user' && permits.some(({ rule }) => (rule.relations & OVERRIDE) !== 0);
}

const SELF = relationBits(['self']);
const MANAGING = relationBits(['managing-organization']);
const OVERRIDE = relationBits(['break-the-glass']);

/** Is the caller permitted only what is about nobody but themselves? Consents never stand between patients and their own record. */
function onlySelf({ permits }: Question): boolean {
  return permits.every(({ rule }) => rule.relations === SELF);
}

/**
 * The patient to whose compartment a patient's own sight is confined, where that can be asked of the upstream: on patient data that has a
 * compartment, by callers whom only rules with the relation `self` permit.
 */
function selfPatient(asked: Question): string | undefined {
  if (!onlySelf(asked)) return undefined;
  const [type, id] = asked.caller.user?.fhirUser?.split('/') ?? [];
  const inCompartments =
    asked.category === 'patient' && (asked.tables.types.get(asked.type)?.patientCompartment.length ?? 0) > 0;
  return inCompartments && type === 'Patient' ? id : undefined;
}
