/** SMART App Launch 2.2 §Scopes for requesting FHIR resources, §Backend services §Scopes: what the FHIR server does with what was granted, beyond the (g)(10) suite. */

import { mending } from '../../mutants/mend-requests.ts';
import type { Answer, Mutant } from '../../mutants/mutant.ts';
import { answering } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Granted, grantedBy, type Site } from '../site.ts';
import { asking, few, firstTokenOpensAll, idsOf, isLab, LAB, labScope, searched, wide } from './reading.ts';

const [labSystem = '', labCode = ''] = LAB.split('|');
const VITAL = 'vital-signs';

function observation(patient: string, category: string, id?: string): string {
  return JSON.stringify({
    resourceType: 'Observation',
    ...(id === undefined ? {} : { id }),
    status: 'final',
    category: [{ coding: [{ system: labSystem, code: category }] }],
    code: { text: 'conformance' },
    subject: { reference: `Patient/${patient}` },
  });
}

function write(site: Site, { access }: Granted, method: string, path: string, body?: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${access}`, 'content-type': 'application/fhir+json' };
  return site.send(path === '' ? site.fhir : `${site.fhir}/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

const patientOf = ({ body }: Granted): string => String(body['patient']);

interface Entry {
  readonly response?: { readonly status?: string };
  readonly resource?: { readonly resourceType?: string };
}

/** The status of each entry of a batch, as three digits. */
async function batch(site: Site, granted: Granted, entries: readonly object[], type = 'batch'): Promise<readonly string[]> {
  const bundle = JSON.stringify({ resourceType: 'Bundle', type, entry: entries });
  const answer = await write(site, granted, 'POST', '', bundle);
  equal(answer.status, 200, 'status of the batch');
  const { entry } = bodyOf(answer) as { readonly entry?: readonly Entry[] };
  return (entry ?? []).map(({ response }) => String(response?.status).slice(0, 3));
}

const get = (url: string) => ({ request: { method: 'GET', url } });

/** Every answer to a write is that it was done. */
const writesAnything: Row['mutant'] = ({ fhir }): Mutant => ({
  name: 'scopes not looked at by writes',
  answer: (answer, ask) =>
    ask.url.href.startsWith(fhir) && ask.method !== 'GET' && answer.status >= 400 ? { ...answer, status: 201 } : answer,
});

export const resources: readonly Row[] = [
  {
    id: 'smart-3.16',
    says: 'a batch is judged entry by entry: what each would get alone',
    async run(site) {
      await wide(site);
      const granted = await few(site);
      const patient = patientOf(granted);
      const entries = [get(`Patient/${patient}`), get(`Condition?patient=${patient}`), get(`Observation?patient=${patient}`)];
      equal(await batch(site, granted, entries), ['200', '403', '200'], 'statuses');
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'smart-3.17',
    says: 'a batch and a transaction write nothing that the scopes would not let each entry write',
    async run(site) {
      const granted = await few(site);
      const resource = JSON.parse(observation(patientOf(granted), labCode)) as object;
      const entry = { resource, request: { method: 'POST', url: 'Observation' } };
      equal(await batch(site, granted, [entry]), ['403'], 'statuses');
      const whole = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: [entry] });
      const { status } = await write(site, granted, 'POST', '', whole);
      equal(status, 403, 'status of the transaction');
    },
    mutant: writesAnything,
  },
  {
    id: 'smart-3.18',
    says: 'user scopes open what the person may see, of more than one patient',
    async run(site) {
      const granted = await site.granted('public', { scope: 'user/*.rs' });
      const found = await searched(site, 'Patient?_count=50', granted);
      hold(found.length > 1, `${found.length} patients`);
      for (const { id } of found.slice(0, 2)) equal((await site.read(`Patient/${id}`, granted.access)).status, 200, id);
    },
    mutant: asking('launch/patient patient/*.rs'),
  },
  {
    id: 'smart-3.19',
    says: 'a wildcard opens every type of resource that patients have',
    async run(site) {
      const granted = await site.granted('public', { scope: 'launch/patient patient/*.rs' });
      for (const type of [
        'Observation',
        'Condition',
        'AllergyIntolerance',
        'MedicationRequest',
        'Procedure',
        'Immunization',
        'Encounter',
      ])
        equal((await site.read(`${type}?patient=${patientOf(granted)}&_count=1`, granted.access)).status, 200, type);
    },
    mutant: answering('/Procedure', 403),
  },
  {
    id: 'smart-3.20',
    says: 'version 1: .read reads and searches, and writes nothing',
    async run(site) {
      const granted = await site.granted('public', { scope: 'launch/patient patient/Observation.read' });
      const patient = patientOf(granted);
      const [one] = await searched(site, `Observation?patient=${patient}&_count=1`, granted);
      equal((await site.read(`Observation/${one?.id}`, granted.access)).status, 200, 'read');
      equal((await write(site, granted, 'POST', 'Observation', observation(patient, labCode))).status, 403, 'create');
    },
    mutant: writesAnything,
  },
  {
    id: 'smart-3.21',
    says: 'version 1: .write writes, and reads nothing',
    async run(site) {
      const granted = await site.granted('public', { scope: 'launch/patient patient/Observation.write' });
      const patient = patientOf(granted);
      equal((await write(site, granted, 'POST', 'Observation', observation(patient, labCode))).status, 201, 'create');
      equal((await site.read(`Observation?patient=${patient}`, granted.access)).status, 403, 'search');
    },
    mutant: answering('/Observation', 200),
  },
  {
    id: 'smart-3.22',
    says: 'version 1: .* reads and writes',
    async run(site) {
      const granted = await site.granted('public', { scope: 'launch/patient patient/Observation.*' });
      equal(granted.scope.includes('patient/Observation.*'), true, 'scope');
      const patient = patientOf(granted);
      equal((await write(site, granted, 'POST', 'Observation', observation(patient, labCode))).status, 201, 'create');
      equal((await site.read(`Observation?patient=${patient}&_count=1`, granted.access)).status, 200, 'search');
    },
    mutant: answering('/Observation', 403),
  },
  {
    id: 'smart-3.23',
    says: 'a granular scope holds for what is written: the granted category 201, another 403',
    async run(site) {
      const granted = await site.granted('public', { scope: `launch/patient ${labScope.replace('.rs?', '.cruds?')}` });
      const patient = patientOf(granted);
      equal((await write(site, granted, 'POST', 'Observation', observation(patient, labCode))).status, 201, 'laboratory');
      equal((await write(site, granted, 'POST', 'Observation', observation(patient, VITAL))).status, 403, 'vital signs');
    },
    mutant: writesAnything,
  },
  {
    id: 'smart-3.24',
    says: 'a granular scope holds for what is changed: neither into another category nor out of the granted one',
    async run(site) {
      const all = await site.granted('public', { scope: 'launch/patient patient/*.cruds' });
      const patient = patientOf(all);
      const made = bodyOf(await write(site, all, 'POST', 'Observation', observation(patient, labCode)));
      const other = bodyOf(await write(site, all, 'POST', 'Observation', observation(patient, VITAL)));
      const granted = await site.granted('public', { scope: `launch/patient ${labScope.replace('.rs?', '.cruds?')}` });
      const change = (id: unknown, category: string) =>
        write(site, granted, 'PUT', `Observation/${String(id)}`, observation(patient, category, String(id)));
      equal((await change(made['id'], VITAL)).status, 403, 'out of the category');
      const into = await change(other['id'], labCode);
      hold([403, 404, 405].includes(into.status), `into the category: ${into.status} ${into.text.slice(0, 300)}`);
      equal((await change(made['id'], labCode)).status, 200, 'within it');
    },
    mutant: writesAnything,
  },
  {
    id: 'smart-3.25',
    says: 'two granular scopes of a type open what matches either',
    async run(site) {
      const all = await wide(site);
      const vital = labScope.replace(labCode, VITAL);
      const both = await site.granted('public', { scope: `launch/patient ${labScope} ${vital}` });
      const path = `Observation?patient=${patientOf(all)}&_count=50`;
      const wanted = (await searched(site, path, all)).filter(
        (one) => isLab(one) || one.category?.some(({ coding }) => coding?.some(({ code }) => code === VITAL)),
      );
      equal(idsOf(await searched(site, path, both)), idsOf(wanted), 'ids');
    },
    mutant: mending('of two scopes for a type one counts', '/authorize', (params) => {
      const scope = params.get('scope') ?? '';
      if (scope.includes(VITAL)) params.set('scope', `launch/patient ${labScope}`);
    }),
  },
  {
    id: 'smart-3.26',
    says: 'patient/Observation.r opens the history of one, not of the type; .s the other way round',
    async run(site) {
      const all = await wide(site);
      const [one] = await searched(site, `Observation?patient=${patientOf(all)}&_count=1`, all);
      const [r, s] = [
        await site.granted('public', { scope: 'launch/patient patient/Observation.r' }),
        await site.granted('public', { scope: 'launch/patient patient/Observation.s' }),
      ];
      equal((await site.read(`Observation/${one?.id}/_history`, r.access)).status, 200, 'r: of one');
      equal((await site.read('Observation/_history', r.access)).status, 403, 'r: of the type');
      equal((await site.read(`Observation/${one?.id}/_history`, s.access)).status, 403, 's: of one');
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'smart-3.27',
    says: 'a PUT to an id that nobody has creates nothing, with any scope of an app',
    async run(site) {
      const granted = await site.granted('public', { scope: 'launch/patient patient/*.cruds' });
      const id = 'conformance-upsert';
      const { status } = await write(site, granted, 'PUT', `Observation/${id}`, observation(patientOf(granted), labCode, id));
      equal(status, 405, 'status');
      equal((await site.read(`Observation/${id}`, granted.access)).status, 404, 'status of a read');
    },
    mutant: writesAnything,
  },
  {
    id: 'smart-3.2.18',
    says: 'a service with system/Patient.rs is refused what it explicitly asks for beyond (403)',
    async run(site) {
      const ask = async (scope: string) =>
        grantedBy(await site.token('backend', { grant_type: 'client_credentials', scope })).access;
      const [all, narrow] = [await ask('system/*.rs'), await ask('system/Patient.rs')];
      equal((await site.read('Observation?_count=1', all)).status, 200, 'with all');
      equal((await site.read('Patient?_count=1', narrow)).status, 200, 'what is granted');
      equal((await site.read('Observation?_count=1', narrow)).status, 403, 'what is not');
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'smart-3.2.19',
    says: 'a service with a granular scope is shown what matches it, and nothing else',
    async run(site) {
      const ask = async (scope: string) => grantedBy(await site.token('backend', { grant_type: 'client_credentials', scope }));
      const [all, narrow] = [await ask('system/*.rs'), await ask(labScope.replace('patient/', 'system/'))];
      const patient = (await searched(site, 'Patient?_count=1', all))[0]?.id;
      const path = `Observation?patient=${patient}&_count=50`;
      const whole = await searched(site, path, all);
      hold(
        whole.some((one) => !isLab(one)),
        'there are laboratory results only',
      );
      equal(idsOf(await searched(site, path, narrow)), idsOf(whole.filter(isLab)), 'ids');
    },
    mutant: firstTokenOpensAll,
  },
];
