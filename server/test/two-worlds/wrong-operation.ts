/** Operations, held against what they stand for over the released world. */
import type { Answered } from './gateway.ts';
import { type Json, same } from './json.ts';
import { inCompartmentOf } from './naive/patients.ts';
import { naiveTypes } from './naive/types.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';
import { asGoneOrAbsent, hasNext, resourcesOf } from './wrong-instance.ts';

/** The patient, then what is in the compartment and open to searches, type after type. */
export async function wrongEverything(asked: Asked, pages: readonly Answered[], judging: Judging): Promise<string | undefined> {
  const { decider, before } = judging;
  const id = /^\/Patient\/([^/]+)/.exec(asked.target)![1]!;
  const patient = before.current.get(`Patient/${id}`);
  const seen = patient === undefined ? undefined : decider.sees(patient, 'read');
  if (seen === 'announced' || seen === 'openable') return undefined;
  if (seen === undefined) return asGoneOrAbsent(asked, pages[0]!, judging);
  if (pages[0]!.status !== 200) return `answers ${pages[0]!.status} though the patient may be seen`;
  const expected: Json[] = [];
  for (const [key, resource] of [...before.current].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const [type = ''] = key.split('/');
    if (type === 'Patient' || naiveTypes[type]!.compartment.length === 0) continue;
    const each = decider.sees(resource, 'search');
    if (typeof each === 'object' && inCompartmentOf(each.form, id)) expected.push(each.form);
  }
  expected.sort((one, other) => (place(one) < place(other) ? -1 : 1));
  return wrongList(pages, [seen.form, ...expected]);
}

function place({ resourceType, id }: Json): string {
  return `${resourceType}/${id}`;
}

/** The newest of each code, by what is seen of date and code. */
export async function wrongLast(asked: Asked, pages: readonly Answered[], { plain }: Judging): Promise<string | undefined> {
  if (pages[0]!.status !== 200) return undefined;
  const patient = /patient=([^&]+)/.exec(asked.target)![1]!;
  const { status, json } = await plain.get(`Observation?patient=${patient}&_sort=-date&_count=1000`);
  if (status !== 200) return undefined;
  const groups: { codes: string[]; last: Json }[] = [];
  for (const { resource } of json.entry ?? []) {
    const codings: readonly Json[] = resource.code?.coding ?? [];
    const codes =
      codings.length > 0 ? codings.map(({ system, code }) => `${system ?? ''}|${code}`) : [resource.code?.text ?? ''];
    if (!groups.some((group) => codes.some((code) => group.codes.includes(code)))) groups.push({ codes, last: resource });
  }
  return wrongList(
    pages,
    groups.map(({ last }) => last),
  );
}

function wrongList(pages: readonly Answered[], expected: readonly Json[]): string | undefined {
  const shown = resourcesOf(pages);
  const whole = !hasNext(pages.at(-1)!);
  const wanted = whole ? expected : expected.slice(0, shown.length);
  if (!same(shown.map(place), wanted.map(place)))
    return `shows ${shown.map(place)}${whole ? '' : ' and more'}; expected ${expected.map(place)}`;
  const wrong = shown.findIndex((resource, at) => !same(resource, wanted[at]));
  return wrong < 0 ? undefined : `shows ${JSON.stringify(shown[wrong])}, expected ${JSON.stringify(wanted[wrong])}`;
}
