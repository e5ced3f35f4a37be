/** Operations as the reads and searches that they imply: nothing by an operation that could not be had without it. */
import { describe, expect, test, vi } from 'vitest';
import { ask, type Ended, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const secret = { meta: hidden };
const filtered: TestPolicies = { '*': { sees: unlabelled } };
const observation = (id: string, code: string, date: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 's', code }] },
  subject: { reference: 'Patient/ann' },
  effectiveDateTime: date,
  ...more,
});
const patient = (id: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family: 'Smith', given: ['Ann'] }],
  ...more,
});
const keys = ({ json }: Ended): string[] =>
  (json.entry ?? []).map(
    ({ resource }: { resource: { resourceType: string; id: string } }) => `${resource.resourceType}/${resource.id}`,
  );

function hospital(more: readonly object[] = []): SmallUpstream {
  return new SmallUpstream([
    patient('ann', { meta: { versionId: '3', tag: [{ system: 't', code: 'x' }] } }),
    patient('bob', secret),
    observation('o1', 'a', '2026-01-01'),
    observation('o2', 'a', '2026-01-02'),
    observation('o3', 'a', '2026-01-03', secret),
    observation('o4', 'b', '2026-01-01'),
    { resourceType: 'Encounter', id: 'e1', status: 'finished', subject: { reference: 'Patient/ann' } },
    { resourceType: 'Practitioner', id: 'doc' },
    ...more,
  ]);
}
const setting = (more: Partial<Setting> = {}): Setting => ({ upstream: hospital(), policies: filtered, ...more });

describe('$everything', () => {
  test('R-085 is the patient and what the caller sees of the compartment', () => {
    expect(keys(ask(setting(), { target: '/Patient/ann/$everything' }))).toEqual([
      'Patient/ann',
      'Encounter/e1',
      'Observation/o1',
      'Observation/o2',
      'Observation/o4',
    ]);
  });

  test('R-085 nothing is sent upstream as an operation', () => {
    const { sent } = ask(setting(), { target: '/Patient/ann/$everything' });
    expect(sent.some(({ path }) => path.includes('$'))).toBe(false);
  });

  test('of a hidden patient it is that of an absent one, to the byte', () => {
    const [one, other] = ['bob', 'nobody'].map((id) => ask(setting(), { target: `/Patient/${id}/$everything` }));
    expect([one!.status, one!.text]).toEqual([other!.status, other!.text]);
    expect(one!.status).toBe(404);
  });

  test('types that are closed are left out, and refused when they are named', () => {
    const closed: TestPolicies = { ...filtered, 'search Observation': { refuse: 'forbidden' } };
    expect(keys(ask(setting({ policies: closed }), { target: '/Patient/ann/$everything' }))).toEqual([
      'Patient/ann',
      'Encounter/e1',
    ]);
    expect(ask(setting({ policies: closed }), { target: '/Patient/ann/$everything?_type=Observation' }).status).toBe(403);
  });

  test('pages are pages of the search, each thing once', () => {
    const first = ask(setting(), { target: '/Patient/ann/$everything?_count=2' });
    const seen = keys(first);
    let next = first.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url;
    for (let page = 0; next !== undefined && page < 5; page++) {
      const ended = ask(setting(), { target: next.slice(ourBase.length) });
      seen.push(...keys(ended));
      next = ended.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url;
    }
    expect(seen).toEqual(['Patient/ann', 'Encounter/e1', 'Observation/o1', 'Observation/o2', 'Observation/o4']);
  });

  test('a server that cannot search compartments is asked by the patient', () => {
    const dialect = { compartmentSearch: false };
    const ended = ask(setting({ dialect }), { target: '/Patient/ann/$everything?_type=Patient,Observation' });
    expect(keys(ended)).toEqual(['Patient/ann', 'Observation/o1', 'Observation/o2', 'Observation/o4']);
  });

  test('what it is not served with is refused', () => {
    for (const query of ['start=2020-01-01', '_type=Practitioner', '_type=Nothing', '_elements=id', '_since=yesterday'])
      expect(ask(setting(), { target: `/Patient/ann/$everything?${query}` }).status, query).toBe(400);
    expect(ask(setting(), { target: '/Patient/$everything' }).status).toBe(404);
  });
});

describe('$lastn', () => {
  test('R-085 a hidden observation is not the last one of its kind', () => {
    const ended = ask(setting(), { target: '/Observation/$lastn?patient=ann' });
    expect(keys(ended)).toEqual(['Observation/o2', 'Observation/o4']);
    expect(ended.json.total).toBe(2);
    expect(keys(ask(setting(), { target: '/Observation/$lastn?patient=Patient/ann&max=5' }))).toHaveLength(3);
  });

  test('a masked code groups nothing', () => {
    const policies: TestPolicies = { '*': { sees: unlabelled, mask: ['code'] } };
    expect(keys(ask(setting({ policies }), { target: '/Observation/$lastn?patient=ann' }))).toEqual(['Observation/o2']);
  });

  test('it needs one patient', () => {
    for (const query of ['', '?patient=ann,bob', '?patient=ann&subject=ann', '?patient=ann&max=0'])
      expect(ask(setting(), { target: `/Observation/$lastn${query}` }).status, query).toBe(400);
  });
});

describe('$document', () => {
  const composition = {
    resourceType: 'Composition',
    id: 'c1',
    status: 'final',
    subject: { reference: 'Patient/ann' },
    author: [{ reference: 'Practitioner/doc' }],
    section: [{ entry: [{ reference: 'Observation/o1' }, { reference: 'Observation/o3' }] }],
  };

  test('R-085 holds what is visible, the Composition first', () => {
    const { json } = ask(setting({ upstream: hospital([composition]) }), { target: '/Composition/c1/$document' });
    expect([json.type, keys({ json } as Ended)]).toEqual([
      'document',
      ['Composition/c1', 'Observation/o1', 'Patient/ann', 'Practitioner/doc'],
    ]);
  });

  test('it cannot be stored', () => {
    expect(
      ask(setting({ upstream: hospital([composition]) }), { target: '/Composition/c1/$document?persist=true' }).status,
    ).toBe(400);
  });
});

describe('$meta', () => {
  test('R-085 is the meta of a read', () => {
    const { json } = ask(setting(), { target: '/Patient/ann/$meta' });
    expect(json).toEqual({
      resourceType: 'Parameters',
      parameter: [{ name: 'return', valueMeta: { versionId: '3', tag: [{ system: 't', code: 'x' }] } }],
    });
    expect(ask(setting(), { target: '/Patient/bob/$meta' }).status).toBe(404);
    expect(ask(setting(), { target: '/Patient/$meta' }).status).toBe(404);
  });
});

describe('$validate', () => {
  test('R-085 looks at what was sent and at nothing else', () => {
    const body = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: { resourceType: 'Patient' } }] };
    const ended = ask(setting(), { method: 'POST', target: '/Patient/$validate', body });
    expect([ended.status, ended.json.resourceType, ended.sent]).toEqual([200, 'OperationOutcome', []]);
    const odd = { resourceType: 'Patient', nonsense: 1 };
    expect(ask(setting(), { method: 'POST', target: '/Patient/$validate', body: odd }).status).toBe(422);
    const other = ask(setting(), { method: 'POST', target: '/Patient/bob/$validate', body: { resourceType: 'Patient' } });
    expect([other.status, other.sent]).toEqual([200, []]);
  });
});

describe('$match', () => {
  const matching = (resource: object, certain = true) => ({
    method: 'POST',
    target: '/Patient/$match',
    body: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource: { resourceType: 'Patient', ...resource } },
        { name: 'onlyCertainMatches', valueBoolean: certain },
      ],
    },
  });

  test('R-085 is refused unless it is certain and enough is known', () => {
    expect(
      ask(setting(), matching({ name: [{ family: 'Smith', given: ['Ann'] }], birthDate: '1970-01-01' }, false)).status,
    ).toBe(400);
    expect(ask(setting(), matching({ name: [{ family: 'Smith' }] })).status).toBe(400);
    expect(ask(setting(), matching({ identifier: [{ value: '1' }] })).status).toBe(400);
  });

  const withBoth = () =>
    setting({
      upstream: hospital([
        patient('cyd', { identifier: [{ system: 's', value: '1' }], birthDate: '1970-01-01' }),
        patient('twin', { identifier: [{ system: 's', value: '1' }], birthDate: '1970-01-01', ...secret }),
        patient('dee', { identifier: [{ system: 's', value: '2' }], birthDate: '1980-01-01' }),
        patient('eve', { identifier: [{ system: 's', value: '2' }], birthDate: '1980-01-01' }),
      ]),
    });

  test('R-085 finds the one visible patient who meets it all, whoever else is hidden', () => {
    const { json } = ask(withBoth(), matching({ identifier: [{ system: 's', value: '1' }], birthDate: '1970-01-01' }));
    expect(json.entry).toHaveLength(1);
    expect([json.entry[0].resource.id, json.entry[0].search.score]).toEqual(['cyd', 1]);
  });

  test('several are as none', () => {
    const several = ask(withBoth(), matching({ identifier: [{ system: 's', value: '2' }] }));
    const none = ask(withBoth(), matching({ identifier: [{ system: 's', value: '9' }] }));
    expect(several.json.total).toBe(0);
    expect(several.text).toBe(none.text);
  });
});

describe('what is not in the list', () => {
  test('R-085 is refused, whatever the upstream can do', () => {
    for (const target of ['/$graphql', '/Patient/ann/$graphql', '/Patient/$export', '/Patient/ann/$purge', '/$process-message'])
      expect(ask(setting(), { target }).problem?.code, target).toBe('operation-not-supported');
  });
});

describe('what the server behind would act on', () => {
  test('R-085 is not written: no index over hidden elements, no channel past us', () => {
    for (const resourceType of [
      'SearchParameter',
      'Subscription',
      'StructureDefinition',
      'CompartmentDefinition',
      'OperationDefinition',
    ]) {
      const body = { resourceType, id: 'x' };
      for (const asked of [
        { method: 'POST', target: `/${resourceType}`, body: { resourceType } },
        { method: 'PUT', target: `/${resourceType}/x`, body },
        { method: 'PUT', target: `/${resourceType}?_id=x`, body },
        { method: 'PATCH', target: `/${resourceType}/x`, body: [] },
        { method: 'DELETE', target: `/${resourceType}/x` },
        {
          method: 'POST',
          target: '/',
          body: {
            resourceType: 'Bundle',
            type: 'transaction',
            entry: [{ resource: body, request: { method: 'PUT', url: `${resourceType}/x` } }],
          },
        },
      ]) {
        const { status, sent } = ask(setting(), asked);
        expect([status >= 400, sent.filter(({ writes }) => writes)], `${asked.method} ${asked.target}`).toEqual([true, []]);
      }
    }
  });
});
