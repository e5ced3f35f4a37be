/** An export, held against the resources of the released world: all of them, each once, and nothing else. */
import type { Answered } from './gateway.ts';
import { type Json, same } from './json.ts';
import { inCompartmentOf } from './naive/patients.ts';
import { naiveTypes } from './naive/types.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';

export function wrongExport(
  { target }: Asked,
  [answer]: readonly Answered[],
  { decider, before }: Judging,
): string | undefined {
  if (answer!.status !== 200) return undefined;
  const query = new URLSearchParams(target.split('?')[1] ?? '');
  const types = query.get('_type')?.split(',') ?? Object.keys(naiveTypes);
  const everybody = new Set(decider.isOpen('Patient', 'search') ? seenPatients() : namedPatients());
  const named = query.getAll('patient').map((reference) => reference.replace('Patient/', ''));
  const group = /^\/Group\/([^/]+)/.exec(target)?.[1];
  const members = group === undefined ? undefined : membersOf(before.current.get(`Group/${group}`), decider);
  const wanted = [...everybody].filter(
    (id) => (named.length === 0 || named.includes(id)) && (members === undefined || members.includes(id)),
  );
  const expected: Json[] = [];
  for (const [key, resource] of before.current) {
    const [type = ''] = key.split('/');
    if (!types.includes(type) || naiveTypes[type] === undefined) continue;
    const seen = decider.sees(resource, 'search');
    if (typeof seen !== 'object') continue;
    const isOfPatients = target.startsWith('/Patient/') || group !== undefined;
    const belongs =
      type === 'Patient'
        ? wanted.includes(key.slice(8))
        : wanted.some((id) => inCompartmentOf(seen.searched, decider.told('Patient', id)));
    if (isOfPatients && !belongs) continue;
    expected.push(seen.form);
  }
  const place = ({ resourceType, id }: Json): string => `${resourceType}/${id}`;
  expected.sort((one, other) => (place(one) < place(other) ? -1 : 1));
  const shown: Json[] = answer!.json.entry.map(({ resource }: Json) => resource);
  shown.sort((one, other) => (place(one) < place(other) ? -1 : 1));
  function seenPatients(): readonly string[] {
    const patients = [...before.current].filter(([key]) => key.startsWith('Patient/'));
    return patients.filter(([, one]) => typeof decider.sees(one, 'search') === 'object').map(([key]) => key.slice(8));
  }

  /** Of a type that is closed none can be told from another, nor from one that is not there. */
  function namedPatients(): readonly string[] {
    return [...JSON.stringify([...before.current]).matchAll(/"(?:[^"]*\/)?Patient\/([A-Za-z0-9.-]{1,64})"/g)].map(
      ([, id]) => id!,
    );
  }

  if (!same(shown.map(place), expected.map(place))) return `exports ${shown.map(place)}; expected ${expected.map(place)}`;
  const wrong = shown.findIndex((resource, at) => !same(resource, expected[at]));
  return wrong < 0 ? undefined : `exports ${JSON.stringify(shown[wrong])}, expected ${JSON.stringify(expected[wrong])}`;
}

/** As far as the caller sees who is in it. */
function membersOf(group: Json | undefined, decider: Judging['decider']): readonly string[] {
  const seen = group === undefined ? undefined : decider.sees(group, 'read');
  if (typeof seen !== 'object') return [];
  return (seen.form.member ?? []).flatMap(({ entity, inactive }: Json) =>
    inactive === true ? [] : [/(?:^|\/)Patient\/([A-Za-z0-9.-]+)$/.exec(entity?.reference ?? '')?.[1] ?? ''],
  );
}
