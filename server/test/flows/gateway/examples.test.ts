/**
 * The examples that HL7 publishes, every one, through read, search and write: where nothing is masked, what leaves is what was stored, to the byte, and
 * what is stored is what was sent. And ours, which are always there. Slow, because it is 1,100 resources three times; without the examples it is quick.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type SmallServer, smallServer } from './small-server.ts';

const everything = {
  policySet: 'archive',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'archivists-see-and-write-everything',
      description: 'Archivists may read and write everything, whatever its labels.',
      effect: 'permit',
      caller: { roles: ['archivist'] },
      interactions: ['read', 'search', 'create', 'update'],
      resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
      mayLabel: true,
    },
    {
      id: 'archivists-write-what-decides',
      description: 'Archivists may write what says who may see what.',
      effect: 'permit',
      caller: { roles: ['archivist'] },
      interactions: ['read', 'search', 'create', 'update'],
      resources: {
        types: ['CareTeam', 'Consent', 'Contract', 'Group', 'Person', 'PractitionerRole', 'RelatedPerson'],
        categories: ['business', 'individual', 'patient'],
      },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
      mayLabel: true,
    },
    {
      id: 'archivists-write-permissions',
      description: 'Archivists may write the rules that FHIR R5 has as resources.',
      effect: 'permit',
      fhirVersions: ['R5'],
      caller: { roles: ['archivist'] },
      interactions: ['create'],
      resources: { types: ['Permission'], categories: ['business', 'patient', 'not-classified', 'anonymous'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
      mayLabel: true,
    },
  ],
};

/** Odd on purpose: white space, escapes, numbers and orders that a parser would not keep. */
const own = [
  '{\n\t"id":"o1","resourceType" : "Observation", "status":"final", "code":{"text":"\\u00fc \\/ ü"}, "subject":{"reference":"Patient/p1"}, "valueQuantity":{"value":1.10, "unit":"g"} }',
  '{"resourceType":"Patient","id":"p1","_birthDate":{"extension":[{"url":"http://x","valueCode":"unknown"}]},"birthDate":"1970-01"}',
  '{"resourceType":"Binary","id":"c1","contentType":"text/plain","securityContext":{"reference":"Patient/p1"},"data":"eA=="}',
  '{"resourceType":"Basic","id":"b1","code":{"text":"x"},"subject":{"reference":"Patient/p1"},"extension":[{"url":"http://x","valueDecimal":0.00000000000000000000000001}]}',
];

/** Types none of whose published examples says whose record it is (no subject, or one that is nowhere), and those without a URL. */
const neverRead: Readonly<Record<string, readonly string[]>> = {
  R4: [
    'AppointmentResponse',
    'BiologicallyDerivedProduct',
    'ChargeItemDefinition',
    'CommunicationRequest',
    'DeviceMetric',
    'EnrollmentResponse',
    'ExampleScenario',
    'GuidanceResponse',
    'Linkage',
    'OperationOutcome',
    'PaymentNotice',
    'PaymentReconciliation',
    'SupplyDelivery',
    'SupplyRequest',
  ],
  R5: [
    'BiologicallyDerivedProduct',
    'BiologicallyDerivedProductDispense',
    'CommunicationRequest',
    'EnrollmentResponse',
    'Evidence',
    'ImagingSelection',
    'NutritionIntake',
    'OperationOutcome',
    'Parameters',
    'PaymentNotice',
    'PaymentReconciliation',
    'RequestOrchestration',
    'ResearchSubject',
    'Slot',
    'SubscriptionStatus',
    'SupplyDelivery',
    'SupplyRequest',
    'Transport',
  ],
};
/** Definitions and channels: the server behind would act on them. */
const neverWritten = [
  'CapabilityStatement',
  'CompartmentDefinition',
  'GraphDefinition',
  'ImplementationGuide',
  'MessageDefinition',
  'OperationDefinition',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'Subscription',
  'SubscriptionStatus',
  'SubscriptionTopic',
];

const versions = [
  ['R4', '4.0.1', 'r4'],
  ['R5', '5.0.0', 'r5'],
] as const;

describe.each(versions)('%s', (fhirVersion, published, folder) => {
  const place = path.resolve(import.meta.dirname, '../../../../../shared/data/fhir-examples', folder);
  const files = existsSync(place) ? readdirSync(place).filter((file) => file.endsWith('.json')) : [];
  const examples = new Map<string, string>();
  let upstream: SmallServer;
  let gateway: Gateway;
  let token: string;

  beforeAll(async () => {
    for (const text of [...own, ...files.map((file) => readFileSync(path.join(place, file), 'utf8').replace(/^\ufeff/, ''))]) {
      const { resourceType, id } = JSON.parse(text);
      // White space around a resource is no part of it.
      if (id !== undefined && !examples.has(`${resourceType}/${id}`)) examples.set(`${resourceType}/${id}`, text.trim());
    }
    upstream = await smallServer(published);
    for (const text of examples.values()) upstream.put(text);
    // The examples of consents are about the patients of the other examples: here none of them is in force.
    upstream.findsNothing = (type, parameters) => type === 'Consent' && !parameters.has('_id');
    gateway = await startGateway({
      upstream: upstream.url,
      policies: [everything],
      upstreamOptions: { fhirVersion },
    });
    token = gateway.token({ person: { id: 'a', name: 'An archivist', roles: ['archivist'], fhirUser: undefined } });
  });
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  /** What was not as it was sent or stored, and is not explained: by key, why. Notes which types passed. */
  async function different(passed: Set<string>, check: (key: string, text: string) => Promise<string | undefined>) {
    const found: string[] = [];
    for (const [key, text] of examples) {
      const why = await check(key, text);
      if (why === undefined) passed.add(key.split('/')[0]!);
      else if (!explained(key, why)) found.push(`${key}: ${why}`);
    }
    return found;
  }

  const reason = () => gateway.audit.last.reason ?? '';

  test('reads', async () => {
    const passed = new Set<string>();
    const odd = await different(passed, async (key, text) => {
      const body = await (await gateway.get(`/${key}`, token)).text();
      return body === text ? undefined : `${reason()} ${body.slice(0, 100)}`;
    });
    expect(odd).toEqual([]);
    expect(typesOf(examples).filter((type) => !passed.has(type))).toEqual(files.length === 0 ? [] : neverRead[fhirVersion]);
  });

  test('searches', async () => {
    const passed = new Set<string>();
    const odd = await different(passed, async (key, text) => {
      const [type, id] = key.split('/');
      const body = await (await gateway.get(`/${type}?_id=${id}`, token)).text();
      if (body.includes(`"resource":${text}`)) return undefined;
      // A search finds nothing where a read says 404.
      return gateway.audit.last.withheld === 1 ? UNDETERMINED : `${reason()} ${body.slice(0, 100)}`;
    });
    expect(odd).toEqual([]);
    expect(typesOf(examples).filter((type) => !passed.has(type))).toEqual(files.length === 0 ? [] : neverRead[fhirVersion]);
  });

  test('writes', async () => {
    const passed = new Set<string>();
    const odd = await different(passed, async (key, text) => {
      const answer = await fetch(`${gateway.base}/${key.split('/')[0]}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': `application/fhir+json; fhirVersion=${published.slice(0, 3)}`,
        },
        body: text,
      });
      await answer.arrayBuffer();
      if (answer.status !== 201) return reason();
      const stored = [...upstream.written.values()].at(-1)!;
      return withoutId(text).includes(stored) ? undefined : `stored as ${stored.slice(0, 200)}`;
    });
    expect(odd).toEqual([]);
    const closed = typesOf(examples).filter((type) => !passed.has(type));
    expect(closed.filter((type) => !neverWritten.includes(type) && files.length > 0)).toEqual(
      files.length === 0 ? [] : neverRead[fhirVersion]!.filter((type) => !neverWritten.includes(type)),
    );
  });

  test.skipIf(files.length === 0)('as many as there are', () => expect(examples.size).toBeGreaterThan(450));
});

const UNDETERMINED = 'Whose record it belongs to cannot be told, so no consent can be asked.';

/** Decisions that have nothing to do with bytes, each by its own rule. */
function explained(key: string, why: string): boolean {
  const [type] = key.split('/');
  // they are bodies, and have no URL.
  if (type === 'OperationOutcome' || type === 'Parameters') return why.startsWith('type-unknown');
  // A record of nobody: examples without a subject, or with one that is only described; content without a context.

  if (why.startsWith(UNDETERMINED)) return true;
  // The server behind would act on them.
  return why.startsWith('interaction-not-supported: Resources of this type cannot be written here.');
}

const typesOf = (examples: ReadonlyMap<string, string>) =>
  [...new Set([...examples.keys()].map((key) => key.split('/')[0]!))].sort();

/** A create has no id, since the server chooses it: the text with the id cut out, in the ways in which a comma can go. */
function withoutId(text: string): readonly string[] {
  const { id } = JSON.parse(text);
  return [text.replace(new RegExp(`"id"\\s*:\\s*"${id}"\\s*,`), ''), text.replace(new RegExp(`,\\s*"id"\\s*:\\s*"${id}"`), '')];
}
