/** A whole server on a small ward: one clinician who may break the glass, one who may not, a webhook that keeps what it is told, a clock that can be moved. */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { type Running, start } from '../../../src/main.ts';
import { insertPerson } from '../../../src/storage/people.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { ward } from '../gateway/ward.ts';

export const PASSWORD = 'a good long password';

export interface Told {
  readonly topic: string;
  readonly title: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, string>>;
}

export interface House {
  readonly running: Running;
  readonly told: Told[];
  /** Milliseconds by which our clock is ahead. */
  moved: number;
  close(): Promise<void>;
}

/** `legacyCode`: as in the configuration. `before`: what stands between us and the FHIR server, by its URL. */
export async function startHouse({ legacyCode = false, before = async (url: string) => url } = {}): Promise<House> {
  const told: Told[] = [];
  const sink = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      told.push(JSON.parse(body));
      response.end();
    });
  });
  const place = await ward();
  await place.put({
    resourceType: 'Observation',
    id: 'secret',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/other' },
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'V' }] },
  });
  await place.put({ resourceType: 'Patient', id: 'private' });
  await place.put({
    resourceType: 'Consent',
    id: 'no-glass',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: 'Patient/private' },
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
    provision: { type: 'deny', purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] },
  });
  await place.put({
    resourceType: 'Observation',
    id: 'psychiatry',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/mine' },
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }] },
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  const house = { moved: 0 };
  const running = await start(
    defaultConfig({
      profile: 'development',
      home: mkdtempSync(path.join(tmpdir(), 'fireguard-glass-')),
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: await before(place.server.url), credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      breakGlass: { stepUp: 'password', legacyCode },
      notify: {
        targets: [
          {
            kind: 'webhook',
            name: 'privacy-office',
            topics: ['break-glass'],
            url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
            secret: 'a secret of sixteen',
          },
        ],
      },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: () => undefined, now: () => Date.now() + house.moved },
  );
  const password_hash = await running.passwords.hash(PASSWORD);
  const person = { password_hash, disabled: false };
  const { db } = running.storage;
  await insertPerson(db, {
    ...person,
    id: 'lindqvist',
    username: 'lindqvist',
    name: 'Pat Lindqvist',
    roles: ['patient'],
    fhir_user: 'Patient/mine',
  });
  await insertPerson(db, {
    ...person,
    id: 'okafor',
    username: 'okafor',
    name: 'Dr Okafor',
    roles: ['physician', 'break-the-glass'],
    fhir_user: 'Practitioner/okafor',
  });
  await insertPerson(db, {
    ...person,
    id: 'plain',
    username: 'plain',
    name: 'Dr Plain',
    roles: ['physician'],
    fhir_user: 'Practitioner/plain',
  });
  return Object.assign(house, {
    running,
    told,
    async close() {
      await running.close();
      sink.close();
      await place.server.close();
    },
  });
}
