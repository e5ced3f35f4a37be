/** (g)(10) 1.7, 2.4.10, 9.22 to 9.28 and SMART App Launch 2.2 §Scopes: what is granted, what the answer says, and what the FHIR server then does. */

import { answering, withField } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf } from '../site.ts';
import {
  asking,
  few,
  firstTokenOpensAll,
  granular,
  idsOf,
  isLab,
  LAB,
  labScope,
  problemScope,
  type Resource,
  searched,
  wide,
} from './reading.ts';

/** What a granted scope string must be, exactly. */
function grants(id: string, says: string, scope: string, wanted: string, mutant?: Row['mutant']): Row {
  return {
    id,
    says,
    async run(site) {
      const granted = await site.granted('public', { scope });
      equal([...granted.scope].sort().join(' '), wanted.split(' ').sort().join(' '), 'scope');
    },
    mutant: mutant ?? withField('/token', 'scope', 'patient/*.cruds'),
  };
}

export const scopes: readonly Row[] = [
  grants(
    'g10-9.22.1',
    'version 1 scopes are taken and answered',
    'launch/patient patient/Patient.read patient/Observation.read',
    'launch/patient patient/Patient.read patient/Observation.read',
  ),
  grants(
    'smart-3.01',
    'letters out of order are not partly understood',
    'launch/patient patient/Patient.rs patient/Observation.sr',
    'launch/patient patient/Patient.rs',
  ),
  grants(
    'smart-3.02',
    'an unknown type is not granted',
    'launch/patient patient/Patient.rs patient/observation.rs patient/Nonsense.rs',
    'launch/patient patient/Patient.rs',
  ),
  grants(
    'smart-3.03',
    'unknown scopes are left out, the rest is granted',
    'launch/patient patient/Patient.rs address phone do-everything',
    'launch/patient patient/Patient.rs',
  ),
  grants(
    'smart-3.04',
    'system scopes are nothing to an app',
    'launch/patient patient/Patient.rs system/*.rs',
    'launch/patient patient/Patient.rs',
  ),
  grants(
    'smart-3.05',
    'a constraint that cannot be enforced does not become the scope without it',
    'launch/patient patient/Patient.rs patient/Observation.rs?nonsense=1 patient/Condition.rs?code:in=x',
    'launch/patient patient/Patient.rs',
  ),
  grants(
    'g10-9.23',
    'granular scopes are granted exactly as asked',
    `launch/patient patient/Patient.rs ${labScope} ${problemScope}`,
    `launch/patient patient/Patient.rs ${labScope} ${problemScope}`,
  ),
  {
    id: 'g10-1.9.09',
    says: 'granted resource scopes have the prefix asked for, and letters in the order c r u d s',
    async run(site) {
      for (const prefix of ['patient', 'user']) {
        const { scope } = await site.granted('public', { scope: `launch/patient ${prefix}/*.cruds` });
        for (const one of scope.filter((text) => text.includes('.')))
          hold(new RegExp(`^${prefix}/(\\*|[A-Z][A-Za-z]+)\\.(?=[cruds])c?r?u?d?s?(\\?.+)?$`).test(one), one);
      }
    },
    mutant: withField('/token', 'scope', 'patient/*.sr'),
  },
  {
    id: 'g10-2.4.10',
    says: 'limited grant: what the person refused is absent, there is no wildcard, what was agreed is there',
    async run(site) {
      const asked = ['Patient', 'Condition', 'Observation', 'AllergyIntolerance', 'MedicationRequest'].map(
        (type) => `patient/${type}.rs`,
      );
      const agreed = ['patient/Patient.rs', 'patient/Observation.rs'];
      const { scope } = await site.granted('public', {
        scope: `launch/patient offline_access ${asked.join(' ')}`,
        consent: { scope: agreed },
      });
      equal(scope.filter((one) => one.startsWith('patient/')).sort(), [...agreed].sort(), 'resource scopes');
    },
    mutant: withField('/token', 'scope', 'patient/*.rs'),
  },
  {
    id: 'g10-9.26',
    says: 'granular selection: the person narrows two types to categories; the answer has only those forms, and the third whole',
    async run(site) {
      const { scope } = await site.granted('public', {
        scope: 'launch/patient patient/Condition.rs patient/Observation.rs patient/Patient.rs',
        consent: { 'only patient/Observation.rs': labScope, 'only patient/Condition.rs': problemScope },
      });
      equal(
        scope.filter((one) => one.startsWith('patient/')).sort(),
        ['patient/Patient.rs', labScope, problemScope].sort(),
        'resource scopes',
      );
    },
    mutant: withField('/token', 'scope', 'patient/Patient.rs patient/Observation.rs patient/Condition.rs'),
  },
  {
    id: 'smart-3.06',
    says: 'a form cannot add a scope that was not asked for',
    async run(site) {
      const { scope } = await site.granted('public', {
        scope: 'launch/patient patient/Observation.rs',
        consent: { scope: ['patient/Observation.rs', 'patient/Condition.rs', 'user/*.cruds', 'patient/*.cruds'] },
      });
      equal(
        scope.filter((one) => one.includes('.')),
        ['patient/Observation.rs'],
        'resource scopes',
      );
    },
    mutant: withField('/token', 'scope', 'patient/Observation.rs patient/Condition.rs'),
  },
  ...(['Condition', 'AllergyIntolerance', 'MedicationRequest', 'Procedure', 'Immunization'] as const).map(
    (type): Row => ({
      id: `g10-1.7-${type}`,
      says: `a search for ${type}, which was not granted, is 401 or 403, not an empty Bundle`,
      async run(site) {
        await wide(site);
        const granted = await few(site);
        const { status } = await site.read(`${type}?patient=${String(granted.body['patient'])}`, granted.access);
        hold(status === 403 || status === 401, `status ${status}`);
      },
      mutant: firstTokenOpensAll,
    }),
  ),
  ...(['Patient', 'Observation'] as const).map(
    (type): Row => ({
      id: `g10-1.7.granted-${type}`,
      says: `a search for ${type}, which was granted, is 200`,
      async run(site) {
        const granted = await few(site);
        const patient = String(granted.body['patient']);
        const { status } = await site.read(
          type === 'Patient' ? `Patient?_id=${patient}` : `${type}?patient=${patient}`,
          granted.access,
        );
        equal(status, 200, 'status');
      },
      mutant: answering(`/${type}`, 403),
    }),
  ),
  {
    id: 'smart-3.07',
    says: 'patient scopes reach no other patient: read, search by patient, by subject, everything, history',
    async run(site) {
      const all = await wide(site);
      const narrow = await site.granted('public', { scope: 'launch/patient patient/*.rs' });
      const mine = String(narrow.body['patient']);
      const other = (await searched(site, 'Patient?_count=50', all)).find(({ id }) => id !== mine);
      if (other === undefined) throw new Error('the physician has one patient only');
      for (const path of [`Patient/${other.id}`, `Patient/${other.id}/_history`, `Patient/${other.id}/$everything`])
        hold((await site.read(path, narrow.access)).status >= 400, path);
      for (const path of [
        `Observation?patient=${other.id}`,
        `Condition?subject=Patient/${other.id}`,
        `Patient?_id=${other.id}`,
      ]) {
        const answer = await site.read(path, narrow.access);
        const { entry } = bodyOf(answer) as { entry?: readonly { readonly resource: Resource }[] };
        const shown = (entry ?? []).filter(({ resource }) => resource.resourceType !== 'OperationOutcome');
        hold(answer.status >= 400 || shown.length === 0, `${path} shows ${shown.length}`);
      }
    },
    mutant: firstTokenOpensAll,
  },
  ...(
    [
      ['smart-3.08', 'patient/Observation.r', 'Observation?patient=PATIENT', 'r alone does not search'],
      ['smart-3.09', 'patient/Observation.s', 'Observation/OBSERVATION', 's alone does not read'],
      ['smart-3.10', 'patient/Observation.s', 'Observation/OBSERVATION/_history/1', 's alone reads no version'],
      ['smart-3.11', 'patient/Observation.cud', 'Observation/OBSERVATION', 'writing does not imply reading'],
    ] as const
  ).map(
    ([id, scope, path, says]): Row => ({
      id,
      says: `${scope}: ${says}`,
      async run(site) {
        const all = await wide(site);
        const patient = String(all.body['patient']);
        const [one] = await searched(site, `Observation?patient=${patient}&_count=1`, all);
        const granted = await site.granted('public', { scope: `launch/patient patient/Patient.rs ${scope}` });
        const { status } = await site.read(
          path.replace('PATIENT', patient).replace('OBSERVATION', one?.id ?? ''),
          granted.access,
        );
        hold(status === 403 || status === 401 || status === 404, `status ${status}`);
      },
      mutant: firstTokenOpensAll,
    }),
  ),
  {
    id: 'smart-3.12',
    says: 'patient/*.rs creates, updates and deletes nothing',
    async run(site) {
      const all = await wide(site);
      const { access, body } = await site.granted('public', { scope: 'launch/patient patient/*.rs' });
      const patient = `Patient/${String(body['patient'])}`;
      const [one] = await searched(site, `Observation?patient=${patient}&_count=1`, all);
      const headers = { authorization: `Bearer ${access}`, 'content-type': 'application/fhir+json' };
      const observation = JSON.stringify({
        resourceType: 'Observation',
        id: one?.id,
        status: 'final',
        code: { text: 'x' },
        subject: { reference: patient },
      });
      for (const [method, path] of [
        ['POST', 'Observation'],
        ['PUT', `Observation/${one?.id}`],
        ['DELETE', `Observation/${one?.id}`],
      ] as const) {
        const { status } = await site.send(`${site.fhir}/${path}`, {
          method,
          headers,
          ...(method === 'DELETE' ? {} : { body: observation }),
        });
        hold(status === 403 || status === 404, `${method}: ${status}`);
      }
    },
    mutant: answering('/Observation', 201),
  },
  {
    id: 'g10-9.23.search',
    says: 'a search for the granted category gives all that the whole scope gives',
    async run(site) {
      const all = await wide(site);
      const path = `Observation?patient=${String(all.body['patient'])}&category=${encodeURIComponent(LAB)}`;
      const wanted = idsOf(await searched(site, path, all));
      hold(wanted.length > 0, 'this patient has no laboratory result');
      equal(idsOf(await searched(site, path, await granular(site))), wanted, 'ids');
    },
    mutant: withField('/Observation', 'entry', []),
  },
  {
    id: 'g10-9.23.filter',
    says: 'a search without category gives exactly the granted category, across pages',
    async run(site) {
      const all = await wide(site);
      const path = `Observation?patient=${String(all.body['patient'])}&_count=3`;
      const whole = await searched(site, path, all);
      hold(
        whole.some((one) => !isLab(one)),
        'this patient has laboratory results only',
      );
      equal(idsOf(await searched(site, path, await granular(site))), idsOf(whole.filter(isLab)), 'ids');
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'g10-9.23.read',
    says: 'a read of a matching resource is 200, of another non-200 with at most an OperationOutcome',
    async run(site) {
      const all = await wide(site);
      const whole = await searched(site, `Observation?patient=${String(all.body['patient'])}`, all);
      const { access } = await granular(site);
      const other = await site.read(`Observation/${whole.find((one) => !isLab(one))?.id}`, access);
      hold(
        other.status !== 200 && ['OperationOutcome', undefined].includes(bodyOf(other)['resourceType'] as string),
        `status ${other.status}`,
      );
      equal((await site.read(`Observation/${whole.find(isLab)?.id}`, access)).status, 200, 'matching');
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'smart-3.13',
    says: 'a patient signs in: user scopes reach their own record only',
    async run(site) {
      const all = await wide(site);
      const mine = await site.granted('public', { person: 'patient-1', scope: 'launch/patient user/*.rs patient/*.rs' });
      const others = (await searched(site, 'Patient?_count=50', all)).filter(({ id }) => id !== mine.body['patient']);
      hold(others.length > 0, 'no other patient');
      for (const { id } of others.slice(0, 5)) hold((await site.read(`Patient/${id}`, mine.access)).status >= 400, id);
    },
    mutant: firstTokenOpensAll,
  },
  {
    id: 'smart-3.14',
    says: 'an app gets no scope that it is not registered for',
    async run(site) {
      const { scope } = await site.granted('public', { scope: 'launch/patient patient/Patient.rs __admin __introspect' });
      equal([...scope].sort(), ['launch/patient', 'patient/Patient.rs'], 'scope');
    },
    mutant: withField('/token', 'scope', 'launch/patient patient/Patient.rs __admin'),
  },
  {
    id: 'smart-3.15',
    says: 'an answer never lists a scope that was not asked for',
    async run(site) {
      const asked = 'launch/patient patient/Patient.rs';
      const { scope } = await site.granted('public', { scope: asked });
      equal([...scope].sort(), asked.split(' ').sort(), 'scope');
    },
    mutant: asking('launch/patient patient/*.rs'),
  },
];
