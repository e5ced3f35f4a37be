/** Exports as their host runs them: pages of ids that keep their place, and lines that are asked for and judged again. */
import { expect, test, vi } from 'vitest';
import { type Asked, ask, givenBy, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { type Export, exportOf } from './export.ts';
import type { Found, Need } from './need.ts';
import type { ExportPart, ExportPlan } from './plan-export.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const filtered: TestPolicies = { '*': { sees: unlabelled } };
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  subject: { reference: 'Patient/ann' },
  ...more,
});
const names = Array.from({ length: 12 }, (_, at) => `o${String(at).padStart(2, '0')}`);

function ward(): SmallUpstream {
  const isHidden = (id: string) => Number(id.slice(1)) % 4 === 0;
  return new SmallUpstream([
    { resourceType: 'Patient', id: 'ann' },
    ...names.map((id) => observation(id, isHidden(id) ? { meta: hidden } : {})),
  ]);
}
const visible = names.filter((id) => Number(id.slice(1)) % 4 !== 0);

const kickOff: Asked = { target: '/$export?_type=Observation', headers: { prefer: 'respond-async' } };
const part: ExportPart = { type: 'Observation', target: '/Observation' };
const everybody: Pick<ExportPlan, 'patients'> = { patients: undefined };

function started(upstream: SmallUpstream, asked = kickOff, more: Partial<Setting> = {}) {
  const setting: Setting = { upstream, policies: filtered, dialect: { maxCount: 1 }, ...more };
  const run = <Result>(flow: (one: Export) => Generator<Need, Result, Found>): Result => {
    const going = flow(exportOf(givenBy(setting, asked)));
    let step = going.next();
    while (!step.done) {
      const need = step.value;
      if (need.kind !== 'upstream') throw new Error('one request after another is enough here');
      step = going.next(upstream.answer(need));
    }
    return step.value;
  };
  return run;
}

test('a page is a few upstream pages; the next goes on where it ended, and all of them hold what is visible', () => {
  const run = started(ward());
  const found = new Set<string>();
  let [from, steps]: [string | undefined, number] = ['', 0];
  while (from !== undefined) {
    const page = run((one) => one.page(everybody, part, from!));
    for (const id of page.ids) found.add(id);
    from = page.next;
    steps++;
    expect(steps).toBeLessThan(10);
  }
  expect([...found].sort()).toEqual(visible);
  expect(steps).toBeGreaterThan(2);
});

test('what is removed in between makes nothing be missed', () => {
  const upstream = ward();
  const run = started(upstream);
  const found = new Set<string>();
  let [from, steps]: [string | undefined, number] = ['', 0];
  while (from !== undefined) {
    const page = run((one) => one.page(everybody, part, from!));
    for (const id of page.ids) found.add(id);
    from = page.next;
    if (steps++ === 0) upstream.remove('Observation/o00');
  }
  expect([...found].sort()).toEqual(visible);
});

test('an upstream that forgets its pages is begun again, not taken for one that has no more', () => {
  const upstream = ward();
  const run = started(upstream);
  const first = run((one) => one.page(everybody, part, ''));
  upstream.misbehave = () => ({ status: 410 });
  expect(run((one) => one.page(everybody, part, first.next!))).toEqual({ ids: [], next: '' });
});

test('lines are asked for by id and judged again; line breaks between tokens go, each resource is one line', () => {
  const upstream = ward();
  upstream.put('{\n  "resourceType": "Observation",\r\n  "id": "odd", "status":"final","valueString":"a\\nb"\n}');
  upstream.put(observation('o01', { meta: hidden }));
  const run = started(upstream, kickOff, { dialect: { maxCount: 100 } });
  const outcome = run((one) => one.lines(everybody, 'Observation', ['o01', 'o02', 'o03', 'odd', 'nobody']));
  const lines = new TextDecoder().decode(outcome.body).split('\n');
  expect(lines.at(-1)).toBe('');
  expect(lines.slice(0, -1).map((line) => JSON.parse(line).id)).toEqual(['o02', 'o03', 'odd']);
  expect(JSON.parse(lines[2]!).valueString).toBe('a\nb');
  expect(outcome.disclosure.withheld).toBe(1);
});

test('an upstream that brings more than was asked for breaks the file off', () => {
  const upstream = ward();
  const run = started(upstream, kickOff, { dialect: { maxCount: 100 } });
  const all = upstream.answer;
  upstream.answer = (request) => all.call(upstream, { ...request, path: 'Observation', method: 'GET' } as typeof request);
  expect(() => run((one) => one.lines(everybody, 'Observation', ['o02', 'o03']))).toThrow('too costly');
});

test('without a host that runs them exports are refused', () => {
  expect(ask({ upstream: ward(), policies: filtered }, kickOff).problem?.code).toBe('operation-not-supported');
});
