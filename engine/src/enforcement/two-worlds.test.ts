/**
 * The law of two worlds (architecture §5) in small: worlds that agree on what the caller may see and differ in the rest give the same answers,
 * and those are the answers of a plain server that holds only what the caller may see. The large harness is server/test/two-worlds.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies } from '../../test/permits.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

/** What may be seen is said twice: here for the engine, and in `released` below for the judge of the test, on parsed JSON. */
const policies: TestPolicies = {
  '*': {
    sees: ({ document, node, patients }) =>
      !document.raw(node).includes('"code":"R"') && patients.every((one) => one === 'p1' || one === 'p2'),
    mask: ({ document, node }) =>
      document.raw(node).includes('"code":"masking"') ? ['valueString', 'component.valueString'] : [],
    maskable: ['valueString', 'component.valueString'],
  },
};

interface Seed {
  readonly id: string;
  readonly patient: string;
  readonly code: string;
  readonly status: string;
  readonly date: string;
  readonly value: string | undefined;
  readonly component: string | undefined;
  readonly labelled: boolean;
}

const ids = Array.from({ length: 9 }, (_, n) => `o${n}`);
const seed = fc.record<Seed>({
  id: fc.constantFrom(...ids),
  patient: fc.constantFrom('p1', 'p2', 'p3', 'p4'),
  code: fc.constantFrom('masking', 'plain'),
  status: fc.constantFrom('final', 'amended'),
  date: fc.constantFrom('2024', '2025'),
  value: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  component: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  labelled: fc.boolean(),
});
const isVisible = ({ patient, labelled }: Seed) => !labelled && (patient === 'p1' || patient === 'p2');

function resource({ id, patient, code, status, date, value, component, labelled }: Seed): object {
  return {
    resourceType: 'Observation',
    id,
    meta: { versionId: '1', ...(labelled ? hidden : {}) },
    status,
    code: { coding: [{ code }] },
    subject: { reference: date === '2024' ? `${upstreamBase}/Patient/${patient}` : `Patient/${patient}` },
    effectiveDateTime: date,
    ...(value === undefined ? {} : { valueString: value, text: { status: 'generated', div: value } }),
    ...(component === undefined ? {} : { component: [{ valueString: component }] }),
  };
}

/** A second world: hidden ones are others, masked values are others, order of storage is another. */
function other(world: readonly Seed[], strangers: readonly Seed[], values: readonly (string | undefined)[]): readonly Seed[] {
  const visible = world
    .filter(isVisible)
    .map((one, at) => (one.code === 'masking' ? { ...one, value: values[at % 4], component: values[(at + 1) % 4] } : one));
  const taken = new Set(visible.map(({ id }) => id));
  return [...strangers.filter((one) => !isVisible(one) && !taken.has(one.id)), ...visible.toReversed()];
}

const distinct = (seeds: readonly Seed[]) => [...new Map(seeds.map((one) => [one.id, one])).values()];

const criterion = fc.constantFrom(
  'code=plain',
  'code=masking',
  'code:not=plain',
  'status=final',
  'status:not=final',
  'subject=Patient/p1',
  `subject=${ourBase}/Patient/p1`,
  'subject=Patient/p3',
  '_id=o1,o2,o3',
  '_id=o2,o3,o4',
  'date:missing=true',
  'value-string=1',
);
const search = fc
  .tuple(
    fc.array(criterion, { maxLength: 2 }),
    fc.constantFrom('', '_sort=date', '_sort=-date', '_sort=status', '_sort=-_id', '_sort=value-string'),
    fc.constantFrom('', '_count=1', '_count=2', '_count=3'),
  )
  .map(
    ([criteria, sort, count]): Asked => ({
      target: `/Observation?${[...criteria, sort, count].filter((one) => one !== '').join('&')}`,
    }),
  );
const id = fc.constantFrom(...ids, 'nowhere');
const write = (one: string, status: string, patient: string) => ({
  resourceType: 'Observation',
  id: one,
  status,
  code: { coding: [{ code: 'plain' }] },
  subject: { reference: `Patient/${patient}` },
});
const request = fc.oneof(
  { weight: 6, arbitrary: search },
  id.map((one): Asked => ({ target: `/Observation/${one}` })),
  id.map((one): Asked => ({ target: `/Observation/${one}`, headers: { 'if-none-match': 'W/"1"' } })),
  id.map((one): Asked => ({ target: `/Observation/${one}/_history/1` })),
  fc
    .tuple(id, fc.constantFrom('final', 'amended'), fc.constantFrom('p1', 'p3'))
    .map(
      ([one, status, patient]): Asked => ({ method: 'PUT', target: `/Observation/${one}`, body: write(one, status, patient) }),
    ),
  fc.tuple(id, fc.constantFrom('/status', '/valueString', '/subject/reference')).map(
    ([one, path]): Asked => ({
      method: 'PATCH',
      target: `/Observation/${one}`,
      body: [{ op: 'replace', path, value: 'amended' }],
    }),
  ),
  id.map((one): Asked => ({ method: 'DELETE', target: `/Observation/${one}`, headers: { 'if-match': 'W/"1"' } })),
  fc
    .constantFrom('p1', 'p3')
    .map((patient): Asked => ({ method: 'POST', target: '/Observation', body: write('x', 'final', patient) })),
);

/** All that can be told apart from outside; cursors are opaque. */
function answer(setting: Setting, asked: Asked): unknown {
  const { status, headers, text, problem } = ask(setting, asked);
  return { status, headers, text: text.replace(/_cursor=[\w-]+/g, '_cursor=…'), problem: problem?.code };
}

function nextOf(setting: Setting, asked: Asked): string | undefined {
  const { json } = ask(setting, asked);
  const url: string | undefined = json?.link?.find((one: { relation: string }) => one.relation === 'next')?.url;
  return url?.slice(ourBase.length);
}

/** What the caller may see, masked, as a server of its own: decided naively, from the parsed resources. */
function released(upstream: SmallUpstream, redacted = new Set<string>()): SmallUpstream {
  const world = new SmallUpstream();
  for (const key of upstream.stored.keys()) {
    // biome-ignore lint/suspicious/noExplicitAny: stored JSON
    const one = upstream.get(key) as any;
    if (one === undefined || one.meta?.security !== undefined || !/Patient\/p[12]$/.test(one.subject.reference)) continue;
    one.subject.reference = one.subject.reference.replace(upstreamBase, ourBase);
    if (one.code.coding[0].code === 'masking') {
      delete one.valueString;
      delete one.component;
      delete one.text;
      one.meta.tag = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];
      redacted.add(one.id);
    }
    world.put(one);
  }
  return world;
}

const worlds = fc
  .tuple(
    fc.array(seed, { maxLength: 9 }),
    fc.array(seed, { maxLength: 9 }),
    fc.array(fc.constantFrom('3', '4', undefined), { minLength: 4, maxLength: 4 }),
  )
  .map(([world, strangers, values]) => ({ a: distinct(world), b: other(distinct(world), distinct(strangers), values) }));

const setting = (seeds: readonly Seed[]): Setting => ({
  upstream: new SmallUpstream(seeds.map(resource)),
  policies,
  limits: { defaultCount: 3 },
});

test('R-091 answers and effects are the same in two worlds that look alike to the caller', () => {
  let shown = 0;
  fc.assert(
    fc.property(worlds, fc.array(request, { minLength: 1, maxLength: 4 }), ({ a, b }, requests) => {
      const [one, two] = [setting(a), setting(b)];
      for (const asked of requests) {
        const [inA, inB] = [answer(one, asked), answer(two, asked)] as [{ status: number }, unknown];
        expect(inB).toEqual(inA);
        if (inA.status < 300) shown++;
        // Hidden data may change between pages: a cursor made in A is continued in B.
        const target = nextOf(one, asked.method === undefined ? asked : { target: '/Observation?_count=1' });
        if (target !== undefined) expect(answer(two, { target })).toEqual(answer(one, { target }));
      }
      const [left, right] = [released(one.upstream), released(two.upstream)].map((world) =>
        [...world.stored.keys()].sort().map((key) => world.get(key)),
      );
      expect(right).toEqual(left);
    }),
    { numRuns: 400, seed: 20260101 },
  );
  expect(shown).toBeGreaterThan(200);
});

test('R-092 a search answers what a plain server would that holds only what the caller may see', () => {
  let compared = 0;
  fc.assert(
    fc.property(worlds, search, ({ a }, asked) => {
      const one = setting(a);
      const first = ask(one, asked);
      if (first.problem !== undefined) {
        expect(['element-closed', 'parameter-unknown']).toContain(first.problem.code);
        return;
      }
      const shown: unknown[] = [];
      for (let target: string | undefined = asked.target; target !== undefined; target = nextOf(one, { target })) {
        shown.push(...(ask(one, { target }).json.entry ?? []).map((entry: { resource: unknown }) => entry.resource));
      }
      const query = asked.target.slice(asked.target.indexOf('?') + 1).replace(`${ourBase}/`, '');
      const sort = [/_sort=([^&]*)/.exec(query)?.[1] ?? [], '_id'].flat().join(',');
      const redacted = new Set<string>();
      const plain = released(one.upstream, redacted);
      const parameters = query.split('&').filter((part) => !/^(_sort|_count)/.test(part) && part !== '');
      const answerOfPlain = plain.answer({
        method: 'GET',
        path: `Observation?${[...parameters, `_sort=${sort}`, '_count=1000'].join('&')}`,
        headers: new Map(),
        body: undefined,
      } as never);
      const mark = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }];
      const wanted = JSON.parse(new TextDecoder().decode(answerOfPlain.body)).entry.map(
        // Put on what leaves, and not searched.
        ({ resource }: { resource: { id: string; meta: object } }) =>
          redacted.has(resource.id) ? { ...resource, meta: { ...resource.meta, security: mark } } : resource,
      );
      expect(shown).toEqual(wanted);
      compared++;
    }),
    { numRuns: 400, seed: 20260102 },
  );
  expect(compared).toBeGreaterThan(200);
});
