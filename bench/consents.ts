/**
 * `npm run bench -- consents`: what the consents of fifty patients add to one search of fifty results (at most 5 ms), before the demo FHIR server. The
 * same gateway twice, once with `facts.acceptUpstreamWithoutConsents`; searches alternate, one at a time; medians are compared.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startFhirServer } from '../demo/src/fhir-server/start-fhir-server.ts';
import { defaultConfig } from '../server/src/config/default-config.ts';
import { type Running, start } from '../server/src/main.ts';
import { testStorage } from '../server/src/storage/testing.ts';
import { registerBackend } from '../server/test/flows/whole/backend.ts';

const CREDENTIAL = 'bench-credential';
const patients = 50;
const rounds = 60;

const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-consents-'));
const upstream = await startFhirServer({ port: 0, credential: CREDENTIAL });
const running: Running[] = [];
try {
  await fill();
  const modes = {
    'asked afresh': await gateway('afresh', { exclusive: false }, {}),
    'exclusive, remembered': await gateway('remembered', { exclusive: true }, {}),
    'the upstream alone': directly,
    'without consents': await gateway('without', { exclusive: false }, { acceptUpstreamWithoutConsents: true }),
  };
  const times = new Map(Object.keys(modes).map((name) => [name, [] as number[]]));
  for (let round = -5; round < rounds; round += 1) {
    for (const [name, ask] of Object.entries(modes)) {
      const began = performance.now();
      const found = await ask();
      const took = performance.now() - began;
      if (found !== patients - 5) throw new Error(`${name}: ${found} results instead of ${patients - 5}`);
      if (round >= 0) times.get(name)!.push(took);
    }
  }
  const median = (name: string) => times.get(name)!.sort((one, other) => one - other)[rounds >> 1]!;
  const plain = median('without consents');
  console.log(
    `A search for ${patients} results of ${patients} patients, each with two consents; medians of ${rounds} searches:`,
  );
  for (const name of times.keys()) {
    const added = name === 'the upstream alone' ? 'for the consents' : `added ${(median(name) - plain).toFixed(2)} ms`;
    console.log(`  ${name.padEnd(24)}${median(name).toFixed(2).padStart(8)} ms   ${added}`);
  }
} finally {
  for (const one of running) await one.close();
  await upstream.close();
  rmSync(home, { recursive: true, force: true });
}

/** Fifty patients with one observation and two consents each; five of them opted out. */
async function fill(): Promise<void> {
  for (let patient = 0; patient < patients; patient += 1) {
    const subject = { reference: `Patient/p${patient}` };
    await put({ resourceType: 'Patient', id: `p${patient}`, name: [{ family: `Bench${patient}` }] });
    await put({
      resourceType: 'Observation',
      id: `o${patient}`,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
      subject,
    });
    for (const nested of [
      [],
      [{ type: 'deny', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HMARKT' }] }],
    ])
      await put({
        resourceType: 'Consent',
        id: `c${patient}-${nested.length}`,
        status: 'active',
        scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
        category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
        patient: subject,
        provision: { type: patient < 5 ? 'deny' : 'permit', provision: nested },
      });
  }
}

async function put(
  resource: { readonly resourceType: string; readonly id: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const answer = await fetch(`${upstream.url}/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${CREDENTIAL}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** What the upstream itself needs for the question that the gateway asks it. */
async function directly(): Promise<number> {
  const ids = Array.from({ length: patients }, (_, at) => `Patient/p${at}`).join(',');
  const answer = await fetch(`${upstream.url}/Consent?status=active&patient=${encodeURIComponent(ids)}&_count=500`, {
    headers: { authorization: `Bearer ${CREDENTIAL}`, accept: 'application/fhir+json' },
  });
  const { entry = [] } = (await answer.json()) as { entry?: unknown[] };
  return entry.length === 2 * patients ? patients - 5 : 0;
}

/** A search as a service for treatment that may read everybody. */
async function gateway(name: string, connection: { exclusive: boolean }, facts: object): Promise<() => Promise<number>> {
  const policies = path.resolve(import.meta.dirname, 'consents-policy.yaml');
  const one = await start(
    defaultConfig({
      profile: 'development',
      home: path.join(home, name),
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: upstream.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', ...connection },
      facts,
      consents: { from: ['upstream'] },
      purposes: { byRole: { 'backend-service': 'TREAT' } },
      policies: { files: [policies] },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  running.push(one);
  const backend = await registerBackend(one.urls.issuer, one.adminToken!);
  const token = await backend.token('system/*.rs');
  return async () => {
    const answer = await fetch(`${one.urls.fhir}/Observation?_count=${patients}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const bundle = (await answer.json()) as { entry?: unknown[] };
    return (bundle.entry?.length ?? 0) - (name === 'without' ? 5 : 0);
  };
}
