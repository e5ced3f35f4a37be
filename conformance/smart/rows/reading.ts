/** What rows about reading share: tokens wide and narrow, searches across pages, and a FHIR server that looks at no scope. */

import { mending } from '../../mutants/mend-requests.ts';
import { isAt, type Mutant } from '../../mutants/mutant.ts';
import { equal, type Row } from '../row.ts';
import { bodyOf, type Granted, type Site } from '../site.ts';

export const LAB = 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
export const labScope = `patient/Observation.rs?category=${LAB}`;
export const problemScope =
  'patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category|encounter-diagnosis';

export interface Resource {
  readonly id: string;
  readonly resourceType: string;
  readonly category?: readonly { readonly coding?: readonly { readonly system?: string; readonly code?: string }[] }[];
}

/** Everything that a search gives, across its pages. */
export async function searched(site: Site, path: string, { access }: Granted): Promise<readonly Resource[]> {
  const found: Resource[] = [];
  let next: string | undefined = `${site.fhir}/${path}`;
  for (let pages = 0; next !== undefined && pages < 50; pages += 1) {
    const answer = await site.send(next, { headers: { authorization: `Bearer ${access}` } });
    equal(answer.status, 200, `status of ${path.split('?')[0]}`);
    const bundle = bodyOf(answer) as {
      entry?: readonly { readonly resource: Resource }[];
      link?: readonly { readonly relation: string; readonly url: string }[];
    };
    found.push(...(bundle.entry ?? []).map(({ resource }) => resource));
    next = bundle.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return found;
}

export const idsOf = (resources: readonly Resource[]): readonly string[] => resources.map(({ id }) => id).sort();

export function isLab({ category }: Resource): boolean {
  return category?.some(({ coding }) => coding?.some(({ system, code }) => `${system}|${code}` === LAB)) ?? false;
}

/** The whole record of the patient whom this person's picker shows first, as what narrower tokens are held against. */
export function wide(site: Site): Promise<Granted> {
  return site.once('wide', () => site.granted('public', { scope: 'launch/patient patient/*.rs user/*.rs' }));
}

export function granular(site: Site): Promise<Granted> {
  return site.once('granular', () => site.granted('public', { scope: `launch/patient patient/Patient.rs ${labScope}` }));
}

export function few(site: Site): Promise<Granted> {
  return site.once('few', () => site.granted('public', { scope: 'launch/patient patient/Patient.rs patient/Observation.rs' }));
}

/** The FHIR server looks at no scope: the first token that was issued opens everything. */
export function firstTokenOpensAll(): Mutant {
  let first: string | undefined;
  return {
    name: 'scopes not looked at by the FHIR server',
    ask: (ask) =>
      first === undefined || !ask.url.pathname.startsWith('/fhir')
        ? ask
        : { ...ask, headers: { ...ask.headers, authorization: `Bearer ${first}` } },
    answer(answer, ask) {
      const token = isAt(ask, '/token') ? bodyOf(answer)['access_token'] : undefined;
      if (typeof token === 'string') first ??= token;
      return answer;
    },
  };
}

/** The scope that is asked for is made wider on its way in. */
export function asking(scope: string): Row['mutant'] {
  return mending('scope widened', '/authorize', (params) => {
    if (params.has('scope')) params.set('scope', scope);
  });
}
