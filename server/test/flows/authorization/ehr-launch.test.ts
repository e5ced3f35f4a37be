/** SMART App Launch 2.2 §EHR launch, and visits: prepared by an EHR, used once, by whom it was meant for, and repeated wherever SMART says. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issuer, startIssuer } from './harness.ts';
import { type Asked, basic, launch, post, token, tokensFor } from './launch.ts';
import { serviceToken } from './service-token.ts';

let server: Issuer;
let ehr: string;
beforeAll(async () => {
  server = await startIssuer();
  ehr = await serviceToken(server, 'ehr', '__launch');
});
afterAll(() => server?.close());

async function prepare(
  body: object,
  bearer: string | undefined = ehr,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.issuer}/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const whole = {
  client: 'growth-chart',
  user: 'okafor',
  patient: 'haruka',
  encounter: 'visit-2',
  fhirContext: [{ reference: 'ImagingStudy/9' }],
  intent: 'reconcile-medications',
  needPatientBanner: false,
  tenant: 'ward-7',
};

async function asked(body: object = whole, scope = 'openid fhirUser launch patient/*.rs offline_access'): Promise<Asked> {
  const prepared = await prepare(body);
  expect(prepared.status).toBe(201);
  return {
    scope,
    request: { launch: String(prepared.body['launch']) },
    consent: { duration: 'stay' },
  };
}

describe('R-093 EHR launch', () => {
  test('the whole context is in the token answer, and repeated by refresh and introspection', async () => {
    const answer = await tokensFor(server, await asked());
    const context = {
      patient: 'haruka',
      encounter: 'visit-2',
      fhirContext: [{ reference: 'ImagingStudy/9' }],
      intent: 'reconcile-medications',
      need_patient_banner: false,
      tenant: 'ward-7',
      smart_style_url: expect.stringMatching(/\/smart-style\/[0-9a-f]{16}\.json$/),
    };
    expect(answer.body).toMatchObject(context);
    expect(String(answer.body['scope']).split(' ')).toContain('launch');

    const refreshed = await token(server, {
      grant_type: 'refresh_token',
      refresh_token: String(answer.body['refresh_token']),
      client_id: 'growth-chart',
    });
    expect(refreshed.body).toMatchObject(context);
    const told = await post(`${server.issuer}/introspect`, { token: String(refreshed.body['access_token']) }, basic());
    expect(told.body).toMatchObject({ active: true, ...context });

    const style = await fetch(String(answer.body['smart_style_url']), { headers: { origin: 'https://anywhere.example' } });
    expect([style.status, style.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(await style.json()).toHaveProperty('color_background');
  });

  test('nobody is asked for a patient or a visit that the EHR has put in context', async () => {
    const { page } = await launch(server, {
      ...(await asked(whole, 'launch launch/encounter openid patient/*.rs')),
      patient: 'mei',
      encounter: 'visit-1',
    });
    expect(page.url).toContain('code=');
  });

  test('user scopes alone still learn whose record is open', async () => {
    const { body } = await tokensFor(
      server,
      await asked({ client: 'growth-chart', user: 'person-okafor', patient: 'mei' }, 'launch user/*.rs'),
    );
    expect(body).toMatchObject({ patient: 'mei', need_patient_banner: true });
  });

  test('a patient that the EHR leaves open is chosen by the person', async () => {
    const { body } = await tokensFor(server, {
      ...(await asked({ client: 'growth-chart', user: 'okafor', intent: 'x' })),
      patient: 'haruki',
    });
    expect(body).toMatchObject({ patient: 'haruki', intent: 'x' });
  });

  test('a handle works once', async () => {
    const once = await asked();
    expect((await launch(server, once)).answer.get('code')).not.toBeNull();
    const again = await launch(server, once);
    expect([again.answer.get('error'), again.answer.get('state')]).toEqual(['invalid_request', again.state]);
  });

  test('two browsers with one handle: one gets in', async () => {
    const one = await asked();
    const ends = await Promise.all([launch(server, one), launch(server, one)]);
    expect(ends.filter(({ answer }) => answer.has('code'))).toHaveLength(1);
  });

  test.each<[string, Asked]>([
    ['another app', { client: 'narrow', scope: 'openid launch patient/Observation.rs' }],
    ['another person', { username: 'lindqvist' }],
  ])('%s cannot use it, and does not use it up', async (_who, other) => {
    const one = await asked();
    const stolen = await launch(server, { ...one, ...other });
    expect(stolen.answer.get('code')).toBeNull();
    expect(stolen.answer.get('error')).toMatch(/^(access_denied|invalid_request)$/);
    expect((await launch(server, one)).answer.get('code')).not.toBeNull();
  });

  test('a patient whom the person may not open stays closed, whatever the EHR says', async () => {
    const { answer } = await launch(server, await asked({ client: 'growth-chart', user: 'okafor', patient: 'hidden' }));
    expect([answer.get('error'), answer.get('code')]).toEqual(['access_denied', null]);
    expect(server.records.at(-1)).toMatchObject({ kind: 'consent-page', outcome: 'deny' });
  });

  test('a handle that nobody gave, or without the scope launch, begins nothing', async () => {
    const unknown = await launch(server, { scope: 'launch patient/*.rs', request: { launch: 'x'.repeat(43) } });
    expect(unknown.answer.get('error')).toBe('invalid_request');
    const { answer } = await launch(server, { ...(await asked()), scope: 'openid launch/patient patient/*.rs' });
    expect(answer.get('error')).toBe('invalid_request');
  });

  test('the scope launch without a launch is not granted', async () => {
    const { body } = await tokensFor(server, { scope: 'launch launch/patient patient/*.rs' });
    expect(String(body['scope']).split(' ')).not.toContain('launch');
  });
});

describe('who may prepare', () => {
  test('only a service with the scope __launch', async () => {
    expect((await prepare(whole, 'nonsense')).status).toBe(401);
    expect((await prepare(whole, await serviceToken(server, 'nightly', 'system/*.rs'))).status).toBe(403);
    const { body } = await tokensFor(server);
    expect((await prepare(whole, String(body['access_token']))).status).toBe(401);
  });

  test.each<[string, object]>([
    ['an unknown app', { ...whole, client: 'nobody' }],
    ['a backend service', { ...whole, client: 'nightly' }],
    ['an unknown person', { ...whole, user: 'nobody' }],
    ['a disabled person', { ...whole, user: 'gone' }],
    ['nobody', { client: 'growth-chart', patient: 'haruka' }],
    ['an unknown field', { ...whole, role: 'admin' }],
    ['a patient in fhirContext', { ...whole, fhirContext: [{ reference: 'Patient/mei' }] }],
    ['an empty role', { ...whole, fhirContext: [{ reference: 'List/1', role: '' }] }],
    ['a visit of nobody', { client: 'growth-chart', user: 'okafor', encounter: 'visit-1' }],
    ['a style by plain HTTP', { ...whole, smartStyleUrl: 'http://ehr.example/style.json' }],
  ])('not for %s', async (_what, body) => {
    expect((await prepare(body)).status).toBe(400);
  });

  test('it is recorded, without the handle', async () => {
    const { body } = await prepare(whole);
    expect(server.records.at(-1)).toMatchObject({
      action: 'launch-prepared',
      patients: ['haruka'],
      caller: { client: { id: 'ehr' } },
    });
    expect(JSON.stringify(server.records)).not.toContain(body['launch']);
  });
});

describe('R-094 launch/encounter, standalone', () => {
  const scope = 'openid launch/patient launch/encounter patient/*.rs';
  test('the person chooses a visit of the chosen patient', async () => {
    const { body } = await tokensFor(server, { scope, encounter: 'visit-1' });
    expect(body).toMatchObject({ patient: 'haruka', encounter: 'visit-1' });
    expect(String(body['scope']).split(' ')).toContain('launch/encounter');
  });

  test('without a visit none is promised', async () => {
    const { body } = await tokensFor(server, { scope });
    expect(body).not.toHaveProperty('encounter');
    expect(String(body['scope']).split(' ')).not.toContain('launch/encounter');
  });

  test('a visit that is not this patient’s cannot be chosen by a forged form', async () => {
    const { page } = await launch(server, { scope, patient: 'mei', encounter: 'visit-1' });
    expect(page.status).toBe(422);
  });
});
