/** How the gateway says no (requirements, section 13): a fitting status and issue code, a valid OperationOutcome, and nothing that helps whoever is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

const SECRET = 'Nobody of the night watch reads what the governor had.';
const read = ['read', 'vread', 'search', 'create', 'update', 'delete'];
const policies = [
  {
    policySet: 'refusals',
    version: 1,
    combining: 'deny-overrides',
    rules: [
      {
        id: 'physicians-treat-their-own',
        description: 'A physician keeps the records of patients in their care.',
        effect: 'permit',
        caller: { roles: ['physician'], relations: ['general-practitioner'] },
        interactions: read,
        resources: { types: ['Observation', 'Patient', 'Condition', 'Encounter', 'Goal'] },
      },
      ...(['forbidden', 'empty', 'unauthorized', 'not-found'] as const).map((denyAs, index) => ({
        id: `the-governor-${denyAs}`,
        description: SECRET,
        effect: 'deny',
        caller: { roles: ['physician'] },
        interactions: { group: ['R'] },
        resources: { types: [['Condition', 'Encounter', 'Goal', 'Flag'][index]!] },
        denyAs,
      })),
    ],
  },
];

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url, policies });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

interface Refused {
  readonly status: number;
  readonly text: string;
  readonly challenge: string | null;
  readonly type: string | null;
}

async function ask(
  method: string,
  path: string,
  init: RequestInit = {},
  token: string | null = gateway.token(),
): Promise<Refused> {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  const answer = await fetch(gateway.base + path, { ...init, method, headers });
  return {
    status: answer.status,
    text: await answer.text(),
    challenge: answer.headers.get('www-authenticate'),
    type: answer.headers.get('content-type'),
  };
}

const sent = (body: unknown, type = 'application/fhir+json'): RequestInit => ({
  headers: { 'content-type': type },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/mine' },
};

/** http://hl7.org/fhir/issue-type of R4. */
const issueTypes = new Set(
  'invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational'.split(
    ' ',
  ),
);

describe('R-142 every refusal is a valid OperationOutcome whose code fits its status', () => {
  const rows: readonly (readonly [string, number, string, () => Promise<Refused>])[] = [
    ['no token', 401, 'login', () => ask('GET', '/Patient/mine', {}, null)],
    ['an unknown token', 401, 'login', () => ask('GET', '/Patient/mine', {}, 'nonsense')],
    ['a rule that answers so', 401, 'login', () => ask('GET', '/Goal/any')],
    ['a type that no rule opens', 403, 'forbidden', () => ask('GET', '/Claim/any')],
    [
      'a scope that does not reach',
      403,
      'forbidden',
      () => ask('GET', '/Patient/mine', {}, gateway.token({ scope: 'user/Claim.rs' })),
    ],
    ['hidden', 404, 'not-found', () => ask('GET', '/Observation/other-1')],
    ['absent', 404, 'not-found', () => ask('GET', '/Observation/absent')],
    ['no such type', 404, 'not-supported', () => ask('GET', '/Nonsense/any')],
    ['no such operation', 404, 'not-supported', () => ask('GET', '/Patient/mine/$nonsense')],
    ['no such parameter', 400, 'not-supported', () => ask('GET', '/Patient?nonsense=1')],
    ['a value that is none', 400, 'value', () => ask('GET', '/Patient?birthdate=nonsense')],
    ['a path that is none', 400, 'not-supported', () => ask('GET', '/Patient//mine')],
    ['no JSON', 400, 'structure', () => ask('POST', '/Observation', sent('{"resourceType":'))],
    [
      'a type that does not fit',
      422,
      'invalid',
      () => ask('POST', '/Observation', sent({ ...observation, resourceType: 'Patient' })),
    ],
    ['another media type', 415, 'not-supported', () => ask('POST', '/Observation', sent(observation, 'text/plain'))],
    ['nothing acceptable', 406, 'not-supported', () => ask('GET', '/Patient/mine', { headers: { accept: 'image/png' } })],
    ['a new id', 405, 'not-supported', () => ask('PUT', '/Observation/free', sent({ ...observation, id: 'free' }))],
    [
      'another version',
      412,
      'conflict',
      () =>
        ask('PUT', '/Observation/mine-1', {
          headers: { 'content-type': 'application/fhir+json', 'if-match': 'W/"99"' },
          body: JSON.stringify({ ...observation, id: 'mine-1' }),
        }),
    ],
    ['a page that is none', 410, 'expired', () => ask('GET', '/Observation?_cursor=nonsense')],
  ];
  test.each(rows)('%s: %d %s', async (_, status, code, refused) => {
    const { text, type, ...told } = await refused();
    expect(told.status, text).toBe(status);
    expect(type).toBe('application/fhir+json; charset=utf-8');
    const outcome = JSON.parse(text);
    expect(Object.keys(outcome)).toEqual(['resourceType', 'issue']);
    expect(outcome).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] });
    for (const issue of outcome.issue) expect(issueTypes).toContain(issue.code);
  });
});

test('R-138 a 403 is the same for every reason, and tells neither rule nor role nor what would help', async () => {
  const byRule = await ask('GET', '/Condition/any');
  const byNoRule = await ask('GET', '/Claim/any');
  const byScope = await ask('GET', '/Patient/mine', {}, gateway.token({ scope: 'user/Claim.rs' }));
  expect([byRule.status, byNoRule.status, byScope.status]).toEqual([403, 403, 403]);
  expect(new Set([byRule.text, byNoRule.text, byScope.text]).size).toBe(1);
  expect(byRule.text).not.toMatch(/governor|night watch|physician|rule|role|scope|policy|consent|Condition|refusals/i);
  // RFC 6750 lets a client know that its token falls short, and not in what.
  expect([byRule.challenge, byNoRule.challenge]).toEqual([null, null]);
  expect(byScope.challenge).toMatch(/^Bearer .*error="insufficient_scope"/);
  expect(byScope.challenge).not.toMatch(/scope="|Patient|Claim/);
  // What the officer reads says all of it.
  await ask('GET', '/Condition/any');
  expect(gateway.audit.last).toMatchObject({ outcome: 'deny', status: 403, rules: ['the-governor-forbidden'] });
  expect(gateway.audit.last.reason).toContain(SECRET);
});

test('R-138 R-137 a stranger is never told 403, and one hidden resource is a 404 to everybody', async () => {
  for (const path of ['/Condition/any', '/Claim/any', '/Patient/mine', '/Observation?patient=other'])
    expect((await ask('GET', path, {}, null)).status).toBe(401);
  expect((await ask('GET', '/Observation/other-1')).status).toBe(404);
  expect((await ask('DELETE', '/Observation/other-1')).status).toBe(404);
});

test('R-108 a backend that asks for data outside its scope is told so, by every way in', async () => {
  gateway.decideBy([
    {
      ...policies[0]!,
      rules: [
        {
          id: 'backends-read',
          description: 'Backend services read what their scopes cover.',
          effect: 'permit',
          caller: { kinds: ['system'] },
          interactions: ['read', 'search', 'vread'],
          resources: { types: ['Patient', 'Observation'] },
        },
      ],
    },
  ]);
  const token = gateway.token({ scope: 'system/Patient.rs', person: undefined });
  const refused = async (method: string, path: string, init?: RequestInit) => {
    const { status, text } = await ask(method, path, init, token);
    return `${status} ${JSON.parse(text).issue?.[0].code}`;
  };
  expect((await ask('GET', '/Patient?_id=mine', {}, token)).status).toBe(200);
  for (const path of ['/Observation/mine-1', '/Observation/absent', '/Observation?patient=mine', '/Patient/mine/Observation'])
    expect(await refused('GET', path), path).toBe('403 forbidden');
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'patient=mine' };
  expect(await refused('POST', '/Observation/_search', form)).toBe('403 forbidden');
  const entry = ['Observation/mine-1', 'Patient/mine'].map((url) => ({ request: { method: 'GET', url } }));
  const batch = await ask('POST', '/', sent({ resourceType: 'Bundle', type: 'batch', entry }), token);
  const statuses = JSON.parse(batch.text).entry.map(({ response }: { response: { status: string } }) => response.status);
  expect(statuses).toEqual(['403', '200']);
});
