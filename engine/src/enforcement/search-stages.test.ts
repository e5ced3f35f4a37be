/** search-semantics §5, §6, §7, §10: chains, `_has`, includes, sorts, counts and shortened resources, over what the caller may see. */
import { describe, expect, test, vi } from 'vitest';
import { ask, type Ended, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { r4 } from '../fhir/r4.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const filtered: TestPolicies = { '*': { sees: unlabelled } };
const secret = { meta: hidden };
const patient = (id: string, family: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
  gender: 'female',
  ...more,
});
const observation = (id: string, subject: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ code: 'c' }] },
  subject: { reference: subject },
  ...more,
});
const keys = ({ json }: Ended, mode?: string): string[] =>
  (json.entry ?? [])
    .filter(({ search }: { search: { mode: string } }) => mode === undefined || search.mode === mode)
    .map(({ resource }: { resource: { resourceType: string; id: string } }) => `${resource.resourceType}/${resource.id}`);
const found = (setting: Setting, target: string): string[] => keys(ask(setting, { target }));

function hospital(): SmallUpstream {
  return new SmallUpstream([
    patient('ann', 'Smith', { generalPractitioner: [{ reference: 'Practitioner/doc' }] }),
    patient('bob', 'Smith', secret),
    patient('cid', 'Jones'),
    observation('a1', 'Patient/ann'),
    observation('b1', 'Patient/bob'),
    observation('c1', 'Patient/cid'),
    observation('c2', 'Patient/cid', { ...secret, code: { coding: [{ code: 'rare' }] } }),
    { resourceType: 'Practitioner', id: 'doc', gender: 'male', name: [{ family: 'House' }] },
  ]);
}

describe('what a Group, CareTeam or List holds', () => {
  const members = (...ids: readonly string[]) => ids.map((id) => ({ entity: { reference: `Patient/${id}` } }));
  const upstream = (more: object = {}): SmallUpstream =>
    new SmallUpstream([
      ...[patient('ann', 'Smith'), patient('bob', 'Smith', secret), patient('cid', 'Jones')],
      { resourceType: 'Group', id: 'g', member: [...members('ann', 'bob'), { ...members('cid')[0], inactive: true }], ...more },
    ]);

  test('_in finds the members that may be seen, and none that are no longer in it', () => {
    expect(found({ upstream: upstream(), policies: filtered }, '/Patient?_in=Group/g')).toEqual(['Patient/ann']);
    expect(found({ upstream: upstream(), policies: filtered }, '/Patient?_in=Group/other')).toEqual([]);
    expect(found({ upstream: upstream(), policies: filtered }, '/Observation?_in=Group/g')).toEqual([]);
  });

  test('a hidden Group holds nobody, and one whose members are masked neither', () => {
    expect(found({ upstream: upstream(secret), policies: filtered }, '/Patient?_in=Group/g')).toEqual([]);
    const masked: TestPolicies = {
      ...filtered,
      'search Group': { sees: () => true, maskable: ['member'], mask: () => ['member'] },
    };
    expect(found({ upstream: upstream(), policies: masked }, '/Patient?_in=Group/g')).toEqual([]);
  });

  test('a closed type of group refuses', () => {
    const policies: TestPolicies = { ...filtered, 'search Group': { refuse: 'forbidden' } };
    expect(ask({ upstream: upstream(), policies }, { target: '/Patient?_in=Group/g' }).status).toBe(403);
  });
});

describe('includes by a wildcard', () => {
  test('follow every reference from what is visible', () => {
    const setting: Setting = { upstream: hospital(), policies: filtered };
    expect(keys(ask(setting, { target: '/Observation?_id=a1&_include=*' }), 'include')).toEqual(['Patient/ann']);
    expect(keys(ask(setting, { target: '/Patient?_id=ann&_include=Patient:*' }), 'include')).toEqual(['Practitioner/doc']);
    expect(keys(ask(setting, { target: '/Observation?_id=b1&_include=*' }), 'include')).toEqual([]);
  });
});

describe('_revinclude=*', () => {
  const open = (types: readonly string[]): TestPolicies => ({
    ...Object.fromEntries([...r4().types.keys()].map((type) => [`search ${type}`, { refuse: 'forbidden' as const }])),
    ...Object.fromEntries(types.map((type) => [`search ${type}`, { sees: unlabelled }])),
  });
  const listing = (...types: readonly string[]) => {
    const upstream = hospital();
    upstream.put({ resourceType: 'Condition', id: 'k1', subject: { reference: 'Patient/ann' } });
    upstream.put({ resourceType: 'Condition', id: 'k2', subject: { reference: 'Patient/ann' }, ...secret });
    upstream.put({ resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/ann' } });
    const statement = {
      resourceType: 'CapabilityStatement',
      rest: [
        {
          mode: 'server',
          resource: types.map((type) => ({
            type,
            interaction: [{ code: 'search-type' }],
            searchParam: [{ name: 'subject' }, { name: 'patient' }],
          })),
        },
      ],
    };
    upstream.misbehave = ({ path }) =>
      path === 'metadata' ? { body: new TextEncoder().encode(JSON.stringify(statement)) } : undefined;
    return upstream;
  };
  const target = '/Patient?_id=ann&_revinclude=*';

  test('R-082 brings what is visible of the types that are open and that the server has, each read once', () => {
    const upstream = listing('Patient', 'Observation', 'Condition', 'Encounter');
    const answer = ask({ upstream, policies: open(['Patient', 'Observation', 'Condition', 'Procedure']) }, { target });
    expect(keys(answer, 'include')).toEqual(['Condition/k1', 'Observation/a1']);
    expect(answer.sent.map(({ path }) => path.split('?')[0])).toEqual(['metadata', 'Patient', 'Condition', 'Observation']);
    expect(answer.json.link[0].url).toContain('_revinclude=*');
  });

  test('of more types than a request may search it is refused before any data, and so for a patient who is not there', () => {
    const types = [...r4().types.keys()];
    for (const id of ['ann', 'nobody']) {
      const answer = ask(
        { upstream: listing(...types), policies: filtered, limits: { types: 80 } },
        { target: `/Patient?_id=${id}&_revinclude=*` },
      );
      expect(answer.problem?.code).toBe('too-costly');
      expect(answer.sent.map(({ path }) => path)).toEqual(['metadata']);
    }
  });

  test('R-090 where no type that refers is open, it is as any closed include', () => {
    const policies = { ...open(['Schedule']), 'search AuditEvent': { sees: unlabelled } };
    const answer = (closedIncludes: 'leave-out' | 'refuse' | 'empty') =>
      ask({ upstream: listing(), policies, limits: { closedIncludes } }, { target: '/Schedule?_revinclude=*' });
    expect(answer('leave-out').json.link[0].url).not.toContain('_revinclude');
    expect(answer('refuse').status).toBe(403);
    expect(answer('empty').json.total).toBe(0);
  });

  test('what it finds counts against what may be included', () => {
    const upstream = listing('Observation');
    const setting: Setting = { upstream, policies: filtered, limits: { included: 0 } };
    expect(ask(setting, { target }).problem?.code).toBe('too-costly');
  });
});

describe('a chain', () => {
  const setting = (): Setting => ({ upstream: hospital(), policies: filtered });

  test('R-081 finds through visible resources alone', () => {
    expect(found(setting(), '/Observation?subject:Patient.family=Smith')).toEqual(['Observation/a1']);
    expect(found(setting(), '/Observation?patient.family=smi')).toEqual(['Observation/a1']);
    expect(found(setting(), '/Observation?subject:Patient.family=Smith,Jones&code=c')).toEqual([
      'Observation/a1',
      'Observation/c1',
    ]);
  });

  test('R-081 its modifier acts inside the stage', () => {
    expect(found(setting(), '/Observation?subject:Patient.gender:not=male')).toEqual(['Observation/a1', 'Observation/c1']);
  });

  test('an empty stage matches nothing, and nothing is sent for the rest', () => {
    const { json, sent } = ask(setting(), { target: '/Observation?subject:Patient.family=Nobody' });
    expect([json.total, json.entry, sent.map(({ path }) => path.split('?')[0])]).toEqual([0, undefined, ['Patient']]);
  });

  test('goes two links deep and no deeper', () => {
    expect(found(setting(), '/Observation?subject:Patient.general-practitioner:Practitioner.family=Hou')).toEqual([
      'Observation/a1',
    ]);
    const target = '/Observation?has-member:Observation.subject:Patient.general-practitioner:Practitioner.family=x';
    expect(ask(setting(), { target }).problem?.code).toBe('too-costly');
  });

  test('R-081 a typed chain into a closed type is refused; an untyped one goes through the open types', () => {
    const policies: TestPolicies = { ...filtered, 'search Patient': { refuse: 'forbidden' } };
    const upstream = hospital();
    expect(ask({ upstream, policies }, { target: '/Observation?subject:Patient.family=Smith' }).problem?.code).toBe(
      'forbidden',
    );
    expect(ask({ upstream, policies }, { target: '/Observation?patient.family=Smith' }).problem?.code).toBe('forbidden');
    expect(ask({ upstream, policies }, { target: '/Observation?performer.family=Smith' }).json.total).toBe(0);
    expect(upstream.log.filter((line) => line.includes('Patient?'))).toEqual([]);
  });

  test('its referring path is matched again where it may be masked', () => {
    const policies: TestPolicies = {
      'search Observation': { sees: unlabelled, mask: ({ id }) => (id === 'a1' ? ['subject'] : []), maskable: ['subject'] },
      ...filtered,
    };
    expect(found({ upstream: hospital(), policies }, '/Observation?subject:Patient.family=Smith,Jones')).toEqual([
      'Observation/c1',
    ]);
  });

  test('is not told of stages with too many visible ids', () => {
    const upstream = hospital();
    for (let n = 0; n < 1001; n++) upstream.put(patient(`p${n}`, 'Many'));
    const target = '/Observation?subject:Patient.family=Many';
    expect(ask({ upstream, policies: filtered, limits: { pageBudget: 50 } }, { target }).problem?.code).toBe('too-costly');
  });
});

describe('_has', () => {
  test('R-081 collects references from what is visible', () => {
    const setting = { upstream: hospital(), policies: filtered };
    expect(found(setting, '/Patient?_has:Observation:subject:code=c')).toEqual(['Patient/ann', 'Patient/cid']);
    expect(found(setting, '/Patient?_has:Observation:subject:code=rare')).toEqual([]);
    expect(found(setting, '/Patient?_has:Observation:subject:code=c&_id=cid,bob')).toEqual(['Patient/cid']);
  });

  test('R-081 a masked reference points nowhere', () => {
    const policies: TestPolicies = {
      'search Observation': { sees: unlabelled, mask: ({ id }) => (id === 'a1' ? ['subject'] : []), maskable: ['subject'] },
      ...filtered,
    };
    expect(found({ upstream: hospital(), policies }, '/Patient?_has:Observation:subject:code=c')).toEqual(['Patient/cid']);
  });
});

describe('an include', () => {
  test('R-082 brings visible targets, once, after the matches, and counts none of them', () => {
    const answer = ask(
      { upstream: hospital(), policies: filtered },
      { target: '/Observation?code=c&_include=Observation:subject' },
    );
    expect(keys(answer, 'match')).toEqual(['Observation/a1', 'Observation/b1', 'Observation/c1']);
    expect(keys(answer, 'include')).toEqual(['Patient/ann', 'Patient/cid']);
    expect([answer.json.total, answer.json.entry[3].fullUrl]).toEqual([3, `${ourBase}/Patient/ann`]);
  });

  test('R-082 hidden and closed targets are as absent', () => {
    const absent = hospital();
    absent.remove('Patient/bob');
    const target = '/Observation?_include=Observation:subject';
    const [one, other] = [hospital(), absent].map((upstream) => ask({ upstream, policies: filtered }, { target }));
    expect(one!.text).toBe(other!.text);
    const closed: TestPolicies = { ...filtered, 'search Patient': { refuse: 'forbidden' } };
    expect(keys(ask({ upstream: hospital(), policies: closed }, { target }), 'include')).toEqual([]);
  });

  test.each([
    ['leave-out', 200, 3, '/Observation?_count=10'],
    ['empty', 200, 0, '/Observation?_include=Observation:subject:Patient&_count=10'],
    ['refuse', 403, undefined, undefined],
  ] as const)('R-090 of a closed type: %s', (closedIncludes, status, total, self) => {
    const policies: TestPolicies = { ...filtered, 'search Patient': { refuse: 'forbidden' } };
    const setting = { upstream: hospital(), policies, limits: { closedIncludes } };
    const answer = ask(setting, { target: '/Observation?_include=Observation:subject:Patient' });
    expect([answer.status, answer.json.total, answer.json.link?.[0].url]).toEqual([status, total, self && ourBase + self]);
    // Of several types that a reference may point to, some are open.
    expect(ask(setting, { target: '/Observation?_include=Observation:subject' }).json.total).toBe(3);
  });

  test('R-082 what an upstream sends beside what was asked is left out', () => {
    const upstream = hospital();
    const usual = upstream.answer.bind(upstream);
    upstream.misbehave = (request) =>
      request.path.startsWith('Patient?_id=') ? usual({ ...request, path: 'Patient?_sort=_id' } as typeof request) : undefined;
    const setting = { upstream, policies: filtered };
    expect(found(setting, '/Observation?_id=a1&_include=Observation:subject')).toEqual(['Observation/a1', 'Patient/ann']);
  });

  test('R-082 follows released references alone, and iterates', () => {
    const upstream = new SmallUpstream([
      observation('a', 'Patient/ann', { hasMember: [{ reference: 'Observation/b' }] }),
      observation('b', 'Patient/ann', { hasMember: [{ reference: 'Observation/c' }] }),
      observation('c', 'Patient/ann'),
    ]);
    const once = '/Observation?_id=a&_include=Observation:has-member';
    const iterated = '/Observation?_id=a&_include:iterate=Observation:has-member';
    expect(found({ upstream, policies: filtered }, once)).toEqual(['Observation/a', 'Observation/b']);
    expect(found({ upstream, policies: filtered }, iterated)).toEqual(['Observation/a', 'Observation/b', 'Observation/c']);
    const policies: TestPolicies = { '*': { mask: ({ id }) => (id === 'b' ? ['hasMember'] : []), maskable: ['hasMember'] } };
    expect(found({ upstream, policies }, iterated)).toEqual(['Observation/a', 'Observation/b']);
  });

  test('R-082 backwards, it is a search of its own', () => {
    const answer = ask({ upstream: hospital(), policies: filtered }, { target: '/Patient?_revinclude=Observation:subject' });
    expect(keys(answer)).toEqual(['Patient/ann', 'Patient/cid', 'Observation/a1', 'Observation/c1']);
  });

  test('the match that was read ahead feeds none', () => {
    const answer = ask(
      { upstream: hospital(), policies: filtered },
      { target: '/Observation?_count=1&_include=Observation:subject' },
    );
    expect(keys(answer)).toEqual(['Observation/a1', 'Patient/ann']);
    const next = answer.json.link[1].url.slice(ourBase.length);
    expect(keys(ask({ upstream: hospital(), policies: filtered }, { target: next }))).toEqual(['Observation/b1']);
  });
});

describe('on maskable elements', () => {
  const policies: TestPolicies = {
    '*': { sees: unlabelled, mask: ({ id }) => (id === 'm' ? ['valueString'] : []), maskable: ['valueString'] },
  };
  const world = (value: string): SmallUpstream =>
    new SmallUpstream([
      observation('a', 'Patient/ann', { valueString: 'two' }),
      observation('b', 'Patient/ann', { valueString: 'one' }),
      observation('m', 'Patient/ann', { valueString: value }),
      observation('z', 'Patient/ann', {}),
    ]);

  test.each([
    ['subject=Patient/ann&_sort=value-string', ['b', 'a', 'm', 'z']],
    ['subject=Patient/ann&_sort=-value-string', ['a', 'b', 'm', 'z']],
    ['subject=Patient/ann&_sort=status,-value-string', ['a', 'b', 'm', 'z']],
    ['subject=Patient/ann&_sort=value-string,-_id', ['b', 'a', 'z', 'm']],
    ['subject=Patient/ann&value-string:missing=true', ['m', 'z']],
    ['value-string=o', ['b']],
    ['value-string=t', ['a']],
  ])('%s is answered from what is shown', (query, expected) => {
    for (const value of ['alpha', 'two', 'zulu']) {
      const setting = { upstream: world(value), policies };
      expect(found(setting, `/Observation?${query}`)).toEqual(expected.map((id) => `Observation/${id}`));
    }
  });

  test('R-092 pages of a sort of our own go on after the last one shown', () => {
    const shown: string[] = [];
    let target = '/Observation?subject=Patient/ann&_sort=-value-string&_count=1';
    for (const value of ['a', 'z', 'b', 'y']) {
      const answer = ask({ upstream: world(value), policies }, { target });
      shown.push(...keys(answer));
      target = answer.json.link[1]?.url.slice(ourBase.length);
    }
    expect([shown, target]).toEqual([['a', 'b', 'm', 'z'].map((id) => `Observation/${id}`), undefined]);
  });
});

test('where the server cannot search in compartments, they are searched reference by reference, and sorted here', () => {
  const setting: Setting = { upstream: hospital(), policies: filtered, dialect: { compartmentSearch: false } };
  const first = ask(setting, { target: '/Patient/cid/Patient' });
  expect(keys(first)).toEqual(['Patient/cid']);
  setting.upstream.put(observation('c9', 'Patient/cid', { performer: [{ reference: 'Patient/cid' }] }));
  setting.upstream.put(
    observation('d1', 'Patient/ann', { performer: [{ reference: 'Patient/cid' }], effectiveDateTime: '2020' }),
  );
  expect(found(setting, '/Patient/cid/Observation?_sort=-date')).toEqual([
    'Observation/d1',
    'Observation/c1',
    'Observation/c9',
  ]);
  const page = ask(setting, { target: '/Patient/cid/Observation?_count=2' });
  expect([keys(page), page.json.total]).toEqual([['Observation/c1', 'Observation/c9'], 3]);
  expect(found(setting, page.json.link[1].url.slice(ourBase.length))).toEqual(['Observation/d1']);
});

describe('counting', () => {
  const upstream = hospital();
  const count = (query: string) => ask({ upstream, policies: filtered }, { target: `/Observation?${query}` });
  test.each(['_summary=count', '_count=0'])('R-092 %s counts what is visible, where that is bounded', (query) => {
    expect([count(`subject=Patient/cid&${query}`).json.total, count(`subject=Patient/cid&${query}`).json.entry]).toEqual([
      1,
      undefined,
    ]);
    expect(count(query).problem?.code).toBe('too-costly');
  });
  test('R-092 _total=accurate', () => {
    expect(count('subject=Patient/ann,Patient/cid&_count=1&_total=accurate').json.total).toBe(2);
    expect(count('_count=1&_total=accurate').json.total).toBeUndefined();
  });
});

describe('several types', () => {
  const setting = (): Setting => ({ upstream: hospital(), policies: filtered });
  test('are one search each, in the order of their names, over all pages', () => {
    expect(found(setting(), '/?_type=Patient,Observation')).toEqual([
      'Observation/a1',
      'Observation/b1',
      'Observation/c1',
      'Patient/ann',
      'Patient/cid',
    ]);
    const first = ask(setting(), { target: '/?_type=Patient,Observation&_count=4' });
    expect(keys(first)).toHaveLength(4);
    const next = first.json.link[1].url.slice(ourBase.length);
    expect(keys(ask(setting(), { target: next }))).toEqual(['Patient/cid']);
  });

  test('a closed one that is named refuses the search; among all it is left out', () => {
    const policies: TestPolicies = { 'search Observation': { sees: unlabelled }, 'search Patient': { sees: unlabelled } };
    expect(ask({ ...setting(), policies }, { target: '/?_type=Patient,Practitioner' }).status).toBe(403);
    expect(found({ ...setting(), policies }, '/Patient/cid/*')).toEqual(['Observation/c1', 'Patient/cid']);
    expect(found({ ...setting(), policies }, '/?_id=doc,ann,c1')).toEqual(['Observation/c1', 'Patient/ann']);
  });
});

describe('shortened resources', () => {
  const upstream = new SmallUpstream([
    patient('ann', 'Smith', { text: { status: 'generated', div: 'x' }, photo: [{ title: 'p' }], birthDate: '1970' }),
    patient('bob', 'Smith', secret),
  ]);
  const shown = (query: string, policies: TestPolicies = filtered) => {
    const { json } = ask({ upstream, policies }, { target: `/Patient?${query}` });
    expect(json.entry).toHaveLength(1);
    return Object.keys(json.entry[0].resource).sort().join(' ');
  };
  test.each([
    ['_elements=birthDate', 'birthDate id meta resourceType'],
    ['_summary=true', 'birthDate gender id meta name resourceType'],
    ['_summary=data', 'birthDate gender id meta name photo resourceType'],
    ['_summary=text', 'id meta resourceType text'],
    ['_summary=false', 'birthDate gender id name photo resourceType text'],
  ])('%s: %s', (query, expected) => expect(shown(query)).toBe(expected));

  test('are judged whole, masked first, and tagged once', () => {
    const policies: TestPolicies = { '*': { sees: unlabelled, mask: ['birthDate'] } };
    expect(shown('_elements=birthDate,gender', policies)).toBe('gender id meta resourceType');
    expect(shown('_summary=text', policies)).toBe('id meta resourceType');
    const { json } = ask({ upstream, policies }, { target: '/Patient?_elements=gender' });
    expect(json.entry[0].resource.meta.tag).toHaveLength(1);
    expect(json.link[0].url).toContain('_elements=gender');
  });
});

test('R-092 a page goes on with what its stages find now, not with what they found before', () => {
  const upstream = hospital();
  for (let n = 0; n < 4; n++) upstream.put(observation(`a${n}x`, 'Patient/ann'));
  const setting: Setting = { upstream, policies: filtered, dialect: { maxCount: 2 } };
  const first = ask(setting, { target: '/Observation?subject:Patient.gender=female&_count=2' });
  const next = first.json.link[1].url.slice(ourBase.length);
  expect(keys(first)).toEqual(['Observation/a0x', 'Observation/a1']);
  upstream.put(patient('cid', 'Jones', secret));
  const shown: string[] = [];
  for (let target = next; target !== undefined; ) {
    const page = ask(setting, { target });
    shown.push(...keys(page));
    target = page.json.link[1]?.url.slice(ourBase.length);
  }
  expect(shown).toEqual(['Observation/a1x', 'Observation/a2x', 'Observation/a3x']);
});

describe('_list', () => {
  const list = (id: string, references: readonly string[], more: object = {}) => ({
    resourceType: 'List',
    id,
    entry: references.map((reference) => ({ item: { reference } })),
    ...more,
  });
  const upstream = hospital();
  upstream.put(list('mine', ['Observation/a1', 'Observation/c2', 'Patient/ann', 'Observation/nowhere']));
  upstream.put(list('closed', ['Observation/a1'], secret));
  upstream.put({ ...list('short', []), entry: [{ item: { reference: 'Observation/a1' }, deleted: true }] });
  const setting: Setting = { upstream, policies: filtered };

  test('searches what a visible list holds', () => {
    expect(found(setting, '/Observation?_list=mine')).toEqual(['Observation/a1']);
    expect(found(setting, '/Patient?_list=mine')).toEqual(['Patient/ann']);
    expect(found(setting, '/?_type=Patient,Observation&_list=mine')).toEqual(['Observation/a1', 'Patient/ann']);
    expect(found(setting, '/Observation?_list=short')).toEqual([]);
  });

  test('a hidden list is as an absent one', () => {
    const closed = ask(setting, { target: '/Observation?_list=closed' });
    const absent = ask(setting, { target: '/Observation?_list=absent' });
    expect(closed.text.replaceAll('closed', '')).toBe(absent.text.replaceAll('absent', ''));
    expect(closed.json.total).toBe(0);
  });

  test('a masked list holds nothing, and a closed type of lists is refused', () => {
    const masked: TestPolicies = { 'search List': { mask: ['entry.item'] }, ...filtered };
    expect(found({ upstream, policies: masked }, '/Observation?_list=mine')).toEqual([]);
    const closed: TestPolicies = { 'search List': { refuse: 'forbidden' }, ...filtered };
    expect(ask({ upstream, policies: closed }, { target: '/Observation?_list=mine' }).problem?.code).toBe('forbidden');
  });
});
