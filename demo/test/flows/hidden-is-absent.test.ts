// I11, R-091, R-137, R-140: what a caller may not see, the caller cannot tell from what does not exist; nor when it changes behind their back (the law of two worlds, on a running system).
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, allPages, type FhirCaller, fhirCaller, nextOf } from '../caller.ts';
import { questions } from '../questions-about.ts';
import type { RawEntry } from '../raw-json.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';
import { comparable } from '../same-answer.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const people = ['family-physician', 'nurse', 'billing-clerk'] as const;
const types = [
  'Patient',
  'Encounter',
  'Observation',
  'Condition',
  'Coverage',
  'Claim',
  'DocumentReference',
  'CareTeam',
] as const;

let demo: RunningDemo;
let upstream: FhirCaller;
const callers = new Map<string, FhirCaller>();
const behind = new Map<string, readonly RawEntry[]>();
/** By person and type, `Type/id` of what a search gives them. */
const shown = new Map<string, ReadonlySet<string>>();

beforeAll(async () => {
  demo = await startDemo();
  upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
  for (const person of people)
    callers.set(person, fhirCaller(demo.state.fhir, `Bearer ${await demo.token(person, 'user/*.cruds')}`));
  await look();
});
afterAll(() => demo?.dispose());

/** What is there at the moment, and to whom. */
async function look(): Promise<void> {
  for (const type of types) {
    behind.set(type, (await allPages(upstream, `${type}?_count=1000`)).entries);
    for (const person of people) {
      const { entries } = await allPages(callers.get(person)!, `${type}?_count=200`);
      shown.set(`${person} ${type}`, new Set(entries.map(({ id }) => id)));
    }
  }
}

const isShown = (person: string, { type, id }: RawEntry): boolean => shown.get(`${person} ${type}`)!.has(id);
const hiddenFrom = (person: string, type: string): readonly RawEntry[] =>
  behind.get(type)!.filter((one) => !isShown(person, one));
const shownTo = (person: string, type: string): readonly RawEntry[] => behind.get(type)!.filter((one) => isShown(person, one));

test('each of them sees something, and not everything', () => {
  for (const person of people) {
    const counts = types.map((type) => [hiddenFrom(person, type).length, shownTo(person, type).length] as const);
    expect(counts.some(([hidden, visible]) => hidden > 0 && visible > 0)).toBe(true);
  }
});

describe.each(people)('%s', (person) => {
  test.each(types)('R-137 R-140 R-091 a hidden %s is as one that nobody has, whatever is asked', async (type) => {
    const caller = callers.get(person)!;
    const visiblePatient = shownTo(person, 'Patient')[0]!.id;
    const hidden = hiddenFrom(person, type);
    const chosen = [hidden.at(0), hidden.find(({ raw }) => raw.includes('"security"')), hidden.at(-1)].filter(
      (one) => one !== undefined,
    );
    for (const { id, raw } of new Set(chosen)) {
      const free = randomUUID();
      const absent = questions(type, free, raw, visiblePatient);
      for (const [at, [method, target, ask = {}]] of questions(type, id, raw, visiblePatient).entries()) {
        const about = await caller(method, target, ask);
        const [, otherTarget, otherAsk = {}] = absent[at]!;
        const reference = await caller(method, otherTarget, otherAsk);
        expect({ method, target, ...withoutChance(about, id) }).toEqual({ method, target, ...withoutChance(reference, free) });
      }
      expect(isUnchanged(raw, (await upstream('GET', `${type}/${id}`)).text)).toBe(true);
    }
  });
});

describe.each(people)('%s', (person) => {
  test('R-091 nothing that happens to what is hidden shows in any of forty answers', async () => {
    await look();
    const caller = callers.get(person)!;
    const asked = forty(person);
    const before: (readonly Answer[])[] = [];
    for (const target of asked) before.push(await answersTo(caller, target));
    expect(before.filter(([first]) => first?.status === 200).length).toBeGreaterThan(asked.length / 2);
    const changed = await disturb(person);
    expect(changed).toBeGreaterThan(8);
    for (const [at, target] of asked.entries()) {
      const after = await answersTo(caller, target);
      expect([target, ...after.map(outline)]).toEqual([target, ...before[at]!.map(outline)]);
      expect(isUnchanged(after.map(still).join(), before[at]!.map(still).join())).toBe(true);
    }
  });
});

/** Ids and times that a server gives to what was created are nobody's secret and never the same. */
function withoutChance(answer: Answer, asked: string): { readonly answer: unknown } {
  const made = /\/(Observation|Condition)\/([^/]+)\/_history/.exec(answer.headers['location'] ?? '')?.[2];
  const plain = answer.text
    .replace(/"lastUpdated":"[^"]*"/g, '"lastUpdated":"(time)"')
    .replace(/[?&]_cursor=[^"&]+/g, '(cursor)');
  const { 'last-modified': _time, location, ...headers } = answer.headers;
  const told = {
    ...answer,
    text: plain,
    headers: { ...headers, ...(location === undefined ? {} : { location: location.replaceAll(made!, '(made)') }) },
  };
  return { answer: comparable(told, asked, ...(made === undefined ? [] : [made])) };
}

function forty(person: string): readonly string[] {
  const [patient, other] = [shownTo(person, 'Patient')[0]!, shownTo(person, 'Patient')[1]!];
  const hidden = hiddenFrom(person, 'Patient')[0]!;
  const [encounter] = hiddenFrom(person, 'Encounter');
  const searches = types.flatMap((type) => [type, `${type}?_count=2`, `${type}?_count=50&_sort=_lastUpdated`]);
  return [
    ...searches,
    'Patient?gender=female&_sort=birthdate&_count=3',
    'Patient?birthdate=ge1960&_count=4',
    'Patient?name=a',
    'Patient?family:exact=Bevan',
    'Patient?active:not=false&_count=5',
    'Patient?_summary=count',
    'Patient?_total=accurate&_count=1',
    `Patient?_id=${patient.id},${hidden.id},${other.id}`,
    `Patient?general-practitioner:missing=true`,
    `Encounter?patient=${patient.id}&_count=2`,
    `Encounter?patient=${hidden.id}`,
    'Encounter?status=finished&_sort=-date&_count=3',
    'Encounter?class=AMB&_count=20',
    `Encounter?_security:not=${CONFIDENTIALITY}|V&_count=9`,
    `Encounter?_security=${CONFIDENTIALITY}|V`,
    `Observation?patient=${patient.id}&_sort=-date&_count=5`,
    'Observation?status=final&_count=5',
    'Observation?category=laboratory&_count=11',
    `Observation?encounter=${encounter?.id ?? 'x'}`,
    'Condition?clinical-status=active',
    `Patient/${patient.id}/Observation?_count=4`,
    `Patient/${patient.id}/Encounter`,
    `Patient/${hidden.id}`,
    `Patient/${hidden.id}/_history/1`,
    `Patient/${patient.id}`,
    `Patient/${patient.id}/_history/1`,
    `Patient/${patient.id}/_history`,
    `Encounter/${encounter?.id ?? 'x'}`,
    'Organization?_count=5',
    'metadata',
  ];
}

/** All pages of an answer. */
async function answersTo(caller: FhirCaller, target: string): Promise<readonly Answer[]> {
  const pages = [await caller('GET', target)];
  for (let next = nextOf(pages[0]!); next !== undefined && pages.length < 6; next = nextOf(pages.at(-1)!))
    pages.push(await caller('GET', next));
  return pages;
}

const isUnchanged = (before: string, after: string): boolean => before === after;

/** Little enough to be read when it differs. */
const outline = (page: Answer): unknown => {
  const { total, entry = [], link = [] } = JSON.parse(page.text || '{}') as Anything;
  return [
    page.status,
    total,
    link.length,
    page.headers['content-length'],
    entry.map((one: Anything) => `${one.resource.resourceType}/${one.resource.id}`).join(' '),
  ];
};

/** A cursor is encrypted anew each time: its length must stay, its letters cannot. */
const still = (page: Answer): unknown =>
  comparable({
    ...page,
    text: page.text.replace(/_cursor=([^"&]+)/g, (_, cursor: string) => `_cursor=(${cursor.length} letters)`),
  });

/** Changes, removes and adds what the person may not see; gives how much. Facts that decide (care teams, consents, who takes part) stay as they are. */
async function disturb(person: string): Promise<number> {
  let changed = 0;
  const done = async (answer: Promise<Answer>): Promise<void> => {
    expect((await answer).status).toBeLessThan(300);
    changed += 1;
  };
  for (const type of ['Patient', 'Encounter', 'Observation', 'Condition', 'Claim'] as const) {
    const hidden = hiddenFrom(person, type);
    for (const { id, raw } of hidden.slice(0, 3)) {
      const { meta, ...rest } = JSON.parse(raw) as Anything;
      const other = {
        ...rest,
        ...(meta.security === undefined ? {} : { meta: { security: meta.security } }),
        language: 'cy',
        ...(type === 'Patient' ? { gender: 'other', birthDate: '1961-02-03' } : {}),
      };
      await done(upstream('PUT', `${type}/${id}`, { body: JSON.stringify(other) }));
    }
    const gone = type === 'Observation' || type === 'Claim' ? hidden.at(-1) : undefined;
    if (gone !== undefined) await done(upstream('DELETE', `${type}/${gone.id}`));
  }
  // Strangers' records, and secrets in the record of a patient who is known.
  const stranger = hiddenFrom(person, 'Patient')[0]!.id;
  const known = await someoneKnown(person);
  const secret = {
    security: [
      { system: CONFIDENTIALITY, code: 'V' },
      { system: ACT_CODE, code: 'SDV' },
      { system: ACT_CODE, code: 'VIP' },
      { system: ACT_CODE, code: 'PSYTHPN' },
    ],
  };
  const restricted = !(await isInCareTeamOf(person, known));
  for (const id of [`0-${person}`, `zzz-${person}`, randomUUID()]) {
    const subject = { reference: `Patient/${stranger}` };
    await done(
      upstream('PUT', `Observation/${id}-s`, {
        body: JSON.stringify({
          resourceType: 'Observation',
          id: `${id}-s`,
          status: 'final',
          code: { text: 'x' },
          category: [{ coding: [{ code: 'laboratory' }] }],
          subject: person === 'billing-clerk' ? { reference: `Patient/${known}` } : subject,
        }),
      }),
    );
    if (person !== 'billing-clerk')
      await done(
        upstream('PUT', `Encounter/${id}-s`, {
          body: JSON.stringify({
            resourceType: 'Encounter',
            id: `${id}-s`,
            status: 'finished',
            class: { code: 'AMB' },
            subject,
          }),
        }),
      );
    if (!restricted) continue;
    const own = { reference: `Patient/${known}` };
    await done(
      upstream('PUT', `Encounter/${id}-v`, {
        body: JSON.stringify({
          resourceType: 'Encounter',
          id: `${id}-v`,
          meta: secret,
          status: 'finished',
          class: { code: 'AMB' },
          subject: own,
        }),
      }),
    );
    await done(
      upstream('PUT', `Observation/${id}-v`, {
        body: JSON.stringify({
          resourceType: 'Observation',
          id: `${id}-v`,
          meta: secret,
          status: 'final',
          code: { text: 'x' },
          subject: own,
        }),
      }),
    );
  }
  return changed;
}

/** Somebody whom the person may see without being in the care team, so that what is very restricted is hidden; else anybody. */
async function someoneKnown(person: string): Promise<string> {
  const seen = shownTo(person, 'Patient').map(({ id }) => id);
  for (const id of seen) if (!(await isInCareTeamOf(person, id))) return id;
  return seen[0]!;
}

/** Members of the care team may see even what is very restricted. */
async function isInCareTeamOf(person: string, patient: string): Promise<boolean> {
  const user = demo.state.personas.find(({ name }) => name === person)!.fhirUser!;
  const { entries } = await allPages(upstream, `CareTeam?patient=${patient}&_count=100`);
  return entries.some(({ raw }) => raw.includes(`"${user}"`));
}
