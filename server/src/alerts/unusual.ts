/** What only the patient's own record tells: a surname, a label, a relation. Asked of the FHIR server with our own credential, for rules that need it, and kept nowhere. */
import type { AuditRecord } from '@fireguard/engine';
import type { FactSource } from '../facts/fact-source.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AlertRule } from './config.ts';

export interface UnusualGiven {
  readonly upstream: Pick<Upstream, 'look'>;
  readonly facts: Pick<FactSource, 'answer'>;
}

/** The patients of the record that make it unusual. Throws when it cannot be told now. */
export async function unusualPatients(
  what: NonNullable<AlertRule['unusual']>,
  { patients, caller }: AuditRecord,
  given: UnusualGiven,
): Promise<readonly string[]> {
  const user = caller?.user;
  // Their own record is nothing unusual.
  const others = patients.filter((patient) => user?.fhirUser !== `Patient/${patient}`);
  if (user === undefined || others.length === 0) return [];
  switch (what) {
    case 'no-relation': {
      const [answer] = await given.facts.answer([
        { kind: 'relations', user: user.id, fhirUser: user.fhirUser, patients: others },
      ]);
      if (answer?.kind !== 'relations') return [];
      return others.filter((patient) => (answer.relations.get(patient) ?? []).length === 0);
    }
    case 'same-surname': {
      const theirs = new Set(user.name.toLowerCase().split(/[\s,.]+/));
      return keep(others, async (patient) => (await read(patient, given)).families.some((family) => theirs.has(family)));
    }
    case 'vip':
      return keep(others, async (patient) => (await read(patient, given)).isVip);
  }
}

/** Of a search over many the first hundred say enough. */
async function keep(patients: readonly string[], test: (patient: string) => Promise<boolean>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const patient of patients.slice(0, 100)) if (await test(patient)) found.push(patient);
  return found;
}

interface Person {
  readonly name?: readonly { readonly family?: string }[];
  readonly meta?: { readonly security?: readonly { readonly code?: string }[] };
}

async function read(patient: string, { upstream }: UnusualGiven): Promise<{ families: readonly string[]; isVip: boolean }> {
  const { status, body } = await upstream.look(`Patient/${patient}`);
  if (status === 404 || status === 410) return { families: [], isVip: false };
  if (status !== 200) throw new Error(`the FHIR server answered ${status}`);
  const { name = [], meta } = JSON.parse(new TextDecoder().decode(body)) as Person;
  const families = name.flatMap(({ family }) => (family === undefined ? [] : family.toLowerCase().split(/\s+/)));
  return { families, isVip: (meta?.security ?? []).some(({ code }) => code === 'VIP' || code === 'CEL') };
}
