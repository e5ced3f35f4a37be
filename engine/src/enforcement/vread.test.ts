import { expect, test, vi } from 'vitest';
import { ask, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const policies: TestPolicies = { '*': { sees: unlabelled } };
const version = (versionId: string, more: object = {}) => ({
  resourceType: 'Observation',
  id: 'x',
  meta: { versionId, ...more },
  status: 'final',
  code: {},
  subject: { reference: 'Patient/p' },
});

function withVersions(...versions: readonly object[]): Setting {
  const upstream = new SmallUpstream();
  for (const one of versions) upstream.put(one);
  return { upstream, policies };
}

test('a version is shown when it and the current one are visible', () => {
  const { status, json, headers, outcome } = ask(withVersions(version('1'), version('2')), {
    target: '/Observation/x/_history/1',
  });
  expect([status, json, headers['etag']]).toEqual([200, version('1'), 'W/"1"']);
  expect(outcome!.disclosure.resources).toEqual(['Observation/x/_history/1']);
});

test('hidden version, version of a hidden resource, absent version and absent resource are one answer', () => {
  const answers = [
    ask(withVersions(version('1', hidden), version('2')), { target: '/Observation/x/_history/1' }),
    ask(withVersions(version('1'), version('2', hidden)), { target: '/Observation/x/_history/1' }),
    ask(withVersions(version('1')), { target: '/Observation/x/_history/9' }),
    ask(withVersions(), { target: '/Observation/x/_history/1' }),
  ].map(({ status, headers, text }) => ({ status, headers, text }));
  expect(answers[0]!.status).toBe(404);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('an old version of a resource that is hidden now is not even asked for', () => {
  const setting = withVersions(version('1'), version('2', hidden));
  ask(setting, { target: '/Observation/x/_history/1' });
  expect(setting.upstream.log).toEqual(['GET Observation/x']);
});

test('another version than the one asked is a Problem', () => {
  const setting = withVersions(version('1'), version('2'));
  setting.upstream.misbehave = ({ path }) =>
    path.includes('_history') ? { body: new TextEncoder().encode(JSON.stringify(version('2'))) } : undefined;
  expect(ask(setting, { target: '/Observation/x/_history/1' }).problem?.code).toBe('upstream-odd');
});
