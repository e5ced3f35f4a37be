// Requirements section 13 and issue "Enforcement": the parity matrix of parity.yaml, through the real gateway. Each case is asked twice: with the
// rule that denies, and without it, so that a case whose check is gone fails.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Gateway, POLICY, startGateway } from '../flows/gateway/kit.ts';
import { type Ward, ward } from '../flows/gateway/ward.ts';
import { ask, observation, type Told } from './two-wards.ts';

type Context = 'user' | 'patient' | 'system';
type Posture = 'empty' | 'not-found' | 'forbidden' | 'unauthorized';
type Expected = number | 'nothing';

interface Case {
  readonly interaction: string;
  readonly request: string;
  readonly body?: keyof typeof bodies;
  readonly 'if-none-exist'?: string;
  readonly permitted: number;
  readonly closed?: Readonly<Record<Posture, Expected>>;
  readonly hidden?: Readonly<Record<Posture, Expected>>;
}

const matrix: {
  readonly contexts: readonly Context[];
  readonly postures: readonly Posture[];
  readonly cases: readonly Case[];
} = parse(readFileSync(path.join(import.meta.dirname, 'parity.yaml'), 'utf8'));

const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' };
const all = { group: ['C', 'R', 'U', 'D', 'E'] };
const base = [
  {
    id: 'physicians',
    description: 'A physician may do everything in their care.',
    effect: 'permit',
    caller: { roles: ['physician'], relations: ['general-practitioner'] },
    interactions: all,
    resources: { categories: ['patient'] },
    clears: { sensitivities: '*' },
  },
  {
    id: 'services',
    description: 'A service may do everything with records.',
    effect: 'permit',
    caller: { roles: ['service'], kinds: ['system'] },
    interactions: all,
    resources: { categories: ['patient'] },
    clears: { sensitivities: '*' },
  },
];

/** A rule with a posture that tells must say so where it reads labels. */
function denying(posture: Posture, how: 'closed' | 'hidden'): object {
  const tells = posture === 'forbidden' || posture === 'unauthorized';
  const labels = how === 'hidden' ? { labels: { any: [`${label.system}|${label.code}`] } } : {};
  return {
    id: 'denied',
    description: 'Observations are closed here.',
    effect: 'deny',
    interactions: all,
    resources: { types: ['Observation'], ...labels },
    denyAs: posture,
    ...(tells && how === 'hidden' ? { announces: true } : {}),
  };
}

const bodies = {
  observation: (id: string, labelled: boolean) => ({ ...target(id, labelled), status: 'amended' }),
  patch: () => [{ op: 'replace', path: '/status', value: 'amended' }],
  batch: (id: string) => ({
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: `Observation/${id}` } }],
  }),
  transaction: (id: string) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method: 'DELETE', url: `Observation/${id}` } }],
  }),
};
const target = (id: string, labelled: boolean) => ({
  ...observation(id, 'mine'),
  ...(labelled ? { meta: { security: [label] } } : {}),
});

const tokens: Readonly<Record<Context, Parameters<Gateway['token']>[0]>> = {
  user: { scope: 'user/*.cruds' },
  patient: { scope: 'patient/*.cruds', patient: 'mine' },
  system: { scope: 'system/*.cruds', person: undefined, client: { id: 'service', name: 'A service', roles: ['service'] } },
};

let place: Ward;
const gateways = new Map<string, Gateway>();
let made = 0;

beforeAll(async () => {
  place = await ward();
  const start = async (name: string, rules: readonly object[]) =>
    gateways.set(
      name,
      await startGateway({ upstream: place.server.url, policies: [{ ...POLICY, rules: [...base, ...rules] }] }),
    );
  await start('open', []);
  for (const posture of matrix.postures)
    for (const how of ['closed', 'hidden'] as const) await start(`${how} ${posture}`, [denying(posture, how)]);
});
afterAll(async () => {
  await Promise.all([...gateways.values()].map((gateway) => gateway.close()));
  await place?.server.close();
});

async function send(name: string, one: Case, context: Context, labelled: boolean): Promise<Told> {
  const id = `parity-${++made}`;
  await place.put(target(id, labelled));
  const [method = '', url = '', form] = one.request.replaceAll('{id}', id).split(' ');
  const body = one.body === undefined ? form : bodies[one.body](id, labelled && one.interaction !== 'create');
  const headers = {
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(one['if-none-exist'] === undefined ? {} : { 'if-none-exist': one['if-none-exist'] }),
  };
  return ask(gateways.get(name)!, {
    method,
    path: url === '/' ? '' : url.replace(/^\/\?/, '?'),
    headers,
    token: tokens[context],
    ...(body === undefined ? {} : { body }),
  });
}

/** What a batch says of its one entry counts as its status. */
function statusOf({ status, text }: Told): number {
  const json = status === 200 ? JSON.parse(text) : undefined;
  return json?.type === 'batch-response' ? Number.parseInt(json.entry[0].response.status, 10) : status;
}

const shows = ({ text }: Told) =>
  text !== '' && JSON.parse(text).resourceType === 'Bundle' && JSON.parse(text).type === 'searchset'
    ? (JSON.parse(text).entry ?? []).length
    : undefined;

describe.each(matrix.contexts)('R-135 with %s scopes', (context) => {
  for (const how of ['closed', 'hidden'] as const) {
    const cases = matrix.cases.filter((one) => one[how] !== undefined);
    test.each(cases)(`$interaction, ${how}, under every posture`, async (one) => {
      const open = await send('open', one, context, how === 'hidden');
      expect([statusOf(open), shows(open) === 0], 'without the rule').toEqual([one.permitted, false]);
      for (const posture of matrix.postures) {
        const told = await send(`${how} ${posture}`, one, context, how === 'hidden');
        const expected = one[how]![posture];
        expect([statusOf(told), expected === 'nothing' ? shows(told) : undefined], posture).toEqual(
          expected === 'nothing' ? [200, 0] : [expected, undefined],
        );
      }
    });
  }
});

test('the matrix has every interaction that a rule can name, and every posture', () => {
  expect(matrix.cases.map(({ interaction }) => interaction)).toEqual(
    expect.arrayContaining([
      'read',
      'vread',
      'search',
      'create',
      'update',
      'patch',
      'delete',
      'batch',
      'transaction',
      'operation',
    ]),
  );
  for (const one of matrix.cases)
    for (const how of ['closed', 'hidden'] as const)
      if (one[how] !== undefined) expect(Object.keys(one[how])).toEqual(matrix.postures);
});
