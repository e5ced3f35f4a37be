/** How Consents are put together: provisions in provisions, as R4 writes them and as R5 and R6 do, and what stands beside them; each with what it means. */
import { beyondUs, both, never, ofActor, ofAsking, ofData, ofPurposes, type Phrase } from './consent-phrases.ts';
import type { Json } from './json.ts';
import { ACT_CODE } from './naive/labels.ts';
import type { Random } from './random.ts';
import type { Named, SceneCaller, SceneConsent } from './scenario.ts';

export interface ConsentPlace {
  readonly patient: string;
  readonly caller: SceneCaller;
  /** What the caller belongs to; undefined: nobody can say. */
  readonly memberships: readonly string[] | undefined;
}

/** What a consent says, whatever its version: its base, and the exceptions in their order. */
interface Said {
  readonly base: 'permit' | 'deny';
  readonly exceptions: readonly Exception[];
  readonly denies: SceneConsent['denies'];
}

interface Exception {
  readonly phrase: Phrase;
  readonly but?: Phrase;
}

const not = (named: Named): Named => ({ not: named });
const isBreakingGlass = ({ r4 }: Phrase) => JSON.stringify(r4).includes('"BTG"');

/** Their decision is the base, and each level turns the one above it around. */
function withExceptions(random: Random, { caller, memberships }: ConsentPlace): Said {
  const phrase = (): Phrase => {
    const data = ofData(random);
    const asking = ofAsking(random, caller, memberships);
    return random.weighted([
      [5, data],
      [random.about('glass in consents', 0) ? 12 : 3, asking],
      [2, both(data, random.chance(0.5) ? asking : ofData(random)) ?? data],
    ]);
  };
  const [one, other] = [phrase(), phrase()];
  return random.weighted<Said>([
    [9, { base: 'permit', exceptions: [{ phrase: one }], denies: one.denied }],
    [random.about('sensitivities', 0) ? 9 : 1, { base: 'deny', exceptions: [{ phrase: one }], denies: not(one.permitted) }],
    [
      2,
      {
        base: 'permit',
        exceptions: [{ phrase: one, but: other }],
        denies: { all: [one.denied, not(other.permitted)] },
      },
    ],
    [
      1,
      {
        base: 'deny',
        exceptions: [{ phrase: one, but: other }],
        denies: not({ all: [one.permitted, not(other.denied)] }),
      },
    ],
    [1, { base: 'permit', exceptions: [{ phrase: one }, { phrase: other }], denies: { any: [one.denied, other.denied] } }],
    [
      1,
      {
        base: 'deny',
        exceptions: [{ phrase: one }, { phrase: other }],
        denies: not({ any: [one.permitted, other.permitted] }),
      },
    ],
  ]);
}

/** Does a denial of it speak of breaking the glass? */
function forbids({ base, exceptions }: Said): boolean {
  return exceptions.some(({ phrase, but }) =>
    base === 'permit' ? isBreakingGlass(phrase) : but !== undefined && isBreakingGlass(but),
  );
}

function consent(resource: Json, denies: SceneConsent['denies'], agrees: boolean, forbidsOverride: boolean): SceneConsent {
  return {
    resource,
    denies,
    ...(agrees ? { agrees } : {}),
    ...(forbidsOverride ? { forbidsOverride } : {}),
  };
}

const flipped = { permit: 'deny', deny: 'permit' } as const;

export function asR5(random: Random, place: ConsentPlace): SceneConsent {
  const base = { resourceType: 'Consent', status: 'active', subject: { reference: `Patient/${place.patient}` } };
  if (random.isAbout('several consents') && random.chance(0.5))
    return { resource: { ...base, decision: 'deny' }, denies: 'everyone-but-guardians' };
  if (random.about('odd consents', 0.25, 0.5)) return plainR5(random, base, place);
  const said = withExceptions(random, place);
  const provision = said.exceptions.map(({ phrase, but }) => ({
    ...phrase.r5,
    ...(but === undefined ? {} : { provision: [but.r5] }),
  }));
  return consent({ ...base, decision: said.base, provision }, said.denies, true, forbids(said));
}

function plainR5(random: Random, base: Json, { caller }: ConsentPlace): SceneConsent {
  const acd = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentcategorycodes', code: 'acd' }] };
  const closed = (more: Json): SceneConsent => ({
    resource: { ...base, decision: 'permit', ...more },
    denies: 'everyone',
    unreadable: true,
  });
  return random.pick<() => SceneConsent>([
    () => ({ resource: { ...base, decision: 'deny' }, denies: 'everyone-but-guardians' }),
    () => ({ resource: { ...base, decision: 'permit' }, denies: 'nobody', agrees: true }),
    () => ({ resource: { ...base, decision: 'deny', period: { end: '2020-01-01' } }, denies: 'nobody' }),
    () => ({ resource: { ...base, decision: 'permit', period: { start: '2020-01-01' } }, denies: 'nobody', agrees: true }),
    () => ({ resource: { ...base, decision: 'deny', category: [acd] }, denies: 'nobody' }),
    () => ({ resource: { ...base, status: 'not-done', decision: 'deny' }, denies: 'nobody' }),
    () => byPolicy(random, caller, (uri) => ({ ...base, policyBasis: random.pick([{ uri }, { url: uri }]) })),
    () => ({ resource: { ...base, decision: 'permit' }, denies: 'nobody', agrees: true }),
    // Provisions that are exceptions to nothing, and what may change what all the rest means.
    () =>
      random.pick([
        closed({ decision: undefined, provision: [ofData(random).r5] }),
        closed({ status: 'unknown' }),
        closed({ modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }] }),
        closed({ implicitRules: 'http://example.org/rules' }),
        closed({ provision: [{ type: 'deny', provision: 'misshapen' }] }),
        closed({ period: { start: 'soon' } }),
      ]),
  ])();
}

export function asR4(random: Random, place: ConsentPlace): SceneConsent {
  const base = {
    resourceType: 'Consent',
    status: 'active',
    scope: scope('patient-privacy'),
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${place.patient}` },
  };
  if (random.isAbout('several consents') && random.chance(0.5))
    return { resource: { ...base, provision: { type: 'deny' } }, denies: 'everyone-but-guardians' };
  if (random.about('odd consents', 0.25, 0.45)) return plainR4(random, base, place);
  if (random.about('odd consents', 0.25, 0.8)) return rooted(random, base, place);
  const said = withExceptions(random, place);
  // Nested types may be left out: each level turns the one above it around.
  const type = (effect: 'permit' | 'deny') => (random.chance(0.7) ? { type: effect } : {});
  const provision = {
    type: said.base,
    provision: said.exceptions.map(({ phrase, but }) => ({
      ...type(flipped[said.base]),
      ...phrase.r4,
      ...(but === undefined ? {} : { provision: [{ ...type(said.base), ...but.r4 }] }),
    })),
  };
  return consent({ ...base, provision }, said.denies, true, forbids(said));
}

const scope = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code }] });

/** The root itself names something: whom it does not address, it says nothing about; a permission for some data denies the rest of it. */
function rooted(random: Random, base: Json, { caller, memberships }: ConsentPlace): SceneConsent {
  const data = ofData(random);
  const asking = random.chance(0.5) ? ofActor(random, caller, memberships) : ofPurposes(random, caller);
  const root = (type: string, ...phrases: readonly Phrase[]) => ({
    ...base,
    provision: Object.assign({ type }, ...phrases.map(({ r4 }) => r4)),
  });
  const speaks = JSON.stringify(asking.permitted) !== JSON.stringify(never);
  const isMeant = JSON.stringify(asking.permitted) === '{"all":[]}';
  return random.pick<() => SceneConsent>([
    () => consent(root('deny', data), data.denied, false, false),
    () => consent(root('permit', data), not(data.permitted), true, false),
    () => consent(root('deny', asking), asking.denied, false, isBreakingGlass(asking)),
    () => consent(root('deny', asking, data), { all: [asking.denied, data.denied] }, false, isBreakingGlass(asking)),
    () => consent(root('permit', asking), isMeant ? 'nobody' : speaks ? never : 'nobody', isMeant, false),
    () => consent(root('permit', asking, data), speaks ? not(data.permitted) : 'nobody', isMeant, false),
    // Written to focus it.
    () =>
      consent(
        { ...base, provision: { type: 'permit', provision: [{ type: 'permit', ...data.r4 }] } },
        not(data.permitted),
        true,
        false,
      ),
    // A root without a type may be meant in two ways: what it permits, or an exception to what the rule permits.
    () => {
      const policyRule = { coding: [{ system: ACT_CODE, code: 'OPTIN' }] };
      return consent({ ...base, policyRule, provision: data.r4 }, { any: [not(data.permitted), data.denied] }, true, false);
    },
  ])();
}

function plainR4(random: Random, base: Json, { caller }: ConsentPlace): SceneConsent {
  const rule = (code: string) => ({ ...base, policyRule: { coding: [{ system: ACT_CODE, code }] } });
  const closed = (more: Json): SceneConsent => ({
    resource: { ...base, provision: { type: 'permit' }, ...more },
    denies: 'everyone',
    unreadable: true,
  });
  const past = { end: '2020-01-01' };
  const unreadable = () =>
    random.pick([
      closed({ status: 'unknown' }),
      closed({ modifierExtension: [{ url: 'http://example.org/not', valueBoolean: true }] }),
      closed({ implicitRules: 'http://example.org/rules' }),
      closed({ provision: { type: 'permit', ...beyondUs(random).r4, period: { start: 'soon' } } }),
      closed({ decision: 'permit' }),
      closed({ scope: scope('elsewhere') }),
      closed({ patient: { reference: 'Patient/somebody-else' } }),
      closed({ provision: undefined }),
    ]);
  if (random.about('odd consents', 0, 0.4)) return unreadable();
  return random.pick<() => SceneConsent>([
    () => ({ resource: { ...base, provision: { type: 'deny' } }, denies: 'everyone-but-guardians' }),
    () => ({ resource: { ...rule('OPTOUT') }, denies: 'everyone-but-guardians' }),
    () => ({ resource: { ...rule('OPTIN') }, denies: 'nobody', agrees: true }),
    () => ({ resource: { ...base, provision: { type: 'permit' } }, denies: 'nobody', agrees: true }),
    () => ({
      resource: { ...base, provision: { type: 'deny' }, status: random.pick(['inactive', 'draft', 'rejected', 'proposed']) },
      denies: 'nobody',
    }),
    () => ({ resource: { ...base, provision: { type: 'deny', period: past } }, denies: 'nobody' }),
    () => ({ resource: { ...rule('OPTOUT'), provision: { period: past } }, denies: 'nobody' }),
    () => ({
      resource: { ...base, scope: scope(random.pick(['research', 'treatment', 'adr'])), provision: { type: 'deny' } },
      denies: 'nobody',
    }),
    () => byPolicy(random, caller, (uri) => ({ ...base, policy: [{ uri }] })),
    unreadable,
  ])();
}

/** IHE PCF's own policies, named as the base. */
function byPolicy(random: Random, { purposes }: SceneCaller, make: (uri: string) => Json): SceneConsent {
  const uri = (name: string) => `https://profiles.ihe.net/ITI/PCF/Policy-${name}`;
  const isAll = (...named: readonly string[]) => purposes.length > 0 && purposes.every((one) => named.includes(one));
  const but = (is: boolean) => (is ? { denies: 'nobody' as const, agrees: true } : { denies: 'everyone' as const });
  return random.pick<SceneConsent>([
    { resource: make(uri('deny')), denies: 'everyone-but-guardians' },
    { resource: make(uri('all-normal')), denies: 'nobody', agrees: true },
    { resource: make(uri('basic-normal')), ...but(isAll('TREAT', 'BTG')) },
    { resource: make(uri('break-glass-only')), ...but(isAll('BTG')) },
    { resource: make('http://example.org/elsewhere'), denies: 'everyone', unreadable: true },
  ]);
}
