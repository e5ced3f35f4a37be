/**
 * Two wards behind two real gateways. They agree on everything that the physician may see, and differ in the rest: patients of others, a
 * restricted observation, reasons that are masked. Whatever the physician asks must be answered alike, to the byte.
 */
import { expect } from 'vitest';
import { type Gateway, POLICY, startGateway } from '../flows/gateway/kit.ts';
import { type Ward, ward } from '../flows/gateway/ward.ts';

export interface TwoWards {
  readonly a: Gateway;
  readonly b: Gateway;
  readonly wards: readonly [Ward, Ward];
  /** Asks both and compares status, headers and body; gives the answer. */
  alike(asked: Asked): Promise<Told>;
  close(): Promise<void>;
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly token?: Parameters<Gateway['token']>[0];
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };
const histories = {
  id: 'physicians-see-histories',
  description: 'A physician may see the versions of what is in their care.',
  effect: 'permit',
  caller: { roles: ['physician'], relations: ['general-practitioner', 'care-team', 'encounter'] },
  interactions: ['history-instance', 'history-type', 'history-system', 'operation'],
  resources: { categories: ['patient', 'not-classified'] },
};
const masked = {
  id: 'reasons-withheld',
  description: 'Why somebody came, and their phone, are for others.',
  effect: 'deny',
  interactions: { group: ['C', 'R', 'U', 'D'] },
  resources: { types: ['Encounter', 'Patient'] },
  elements: ['Encounter.reasonCode', 'Patient.telecom'],
};

export async function twoWards(more: readonly unknown[] = []): Promise<TwoWards> {
  const wards = [await ward(), await ward()] as const;
  const [first, second] = wards;
  for (const one of wards) {
    await one.put({ resourceType: 'Organization', id: 'house', name: 'House' });
    await one.put({ ...encounter('seen', 'mine'), reasonCode: [{ text: one === first ? 'hiv' : 'flu' }] });
    await one.put({ ...patient('mine', 'Lindqvist'), telecom: [{ system: 'phone', value: one === first ? '1' : '2' }] });
    await one.put({
      ...observation('mine-4', 'mine'),
      contained: [{ resourceType: 'Organization', id: 'in', name: 'Inside' }],
    });
  }
  // Hidden: another's record, and what is restricted. Here many, there few and others; the same ids under other owners.
  for (const number of [1, 2, 3, 4, 5]) await first.put({ ...observation(`ghost-${number}`, 'other'), valueString: 'ghost' });
  await first.put({ ...observation('secret', 'mine'), meta: R, identifier: [{ system: 'urn:x', value: '1' }] });
  await first.put({ ...encounter('unseen', 'other'), participant: [{ individual: { reference: 'Practitioner/second' } }] });
  await first.put({ resourceType: 'Practitioner', id: 'second', name: [{ family: 'Second' }] });
  await second.put({ resourceType: 'Practitioner', id: 'second', name: [{ family: 'Second' }] });
  await second.put({ ...observation('secret-two', 'mine'), meta: R, valueString: 'other' });
  await second.put(patient('further', 'Okafor'));
  const policies = [{ ...POLICY, rules: [...POLICY.rules, histories, masked, ...more] }];
  const [a, b] = [
    await startGateway({ upstream: first.server.url, policies }),
    await startGateway({ upstream: second.server.url, policies }),
  ];
  const send = (gateway: Gateway, asked: Asked) => ask(gateway, asked);
  return {
    a,
    b,
    wards,
    async alike(asked) {
      const [one, other] = [await send(a, asked), await send(b, asked)];
      expect(other, `${asked.method ?? 'GET'} ${asked.path}`).toEqual(one);
      return one;
    },
    async close() {
      await Promise.all([a.close(), b.close()]);
      await Promise.all(wards.map(({ server }) => server.close()));
    },
  };
}

export async function ask(gateway: Gateway, { method = 'GET', path, headers = {}, body, token }: Asked): Promise<Told> {
  const isText = typeof body === 'string';
  const media = method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
  const answer = await fetch(gateway.base + path, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${gateway.token(token)}`,
      ...(body === undefined ? {} : { 'content-type': media }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const same = (text: string) =>
    text
      .replaceAll(`127.0.0.1:${gateway.port}`, 'gateway')
      .replace(/_cursor=[\w%-]+/g, '_cursor=…')
      // What was written a moment ago has its own time, and its own id.
      .replace(/"(lastUpdated|lastModified|timestamp)":"[^"]*"/g, '"$1":"…"')
      .replace(/<lastUpdated value="[^"]*"/g, '<lastUpdated value="…"')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…');
  const kept = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id' && name !== 'last-modified');
  const length = kept.filter(([name]) => name !== 'content-length');
  return {
    status: answer.status,
    headers: Object.fromEntries(length.map(([name, value]) => [name, same(value)])),
    text: same(await answer.text()),
  };
}

export const patient = (id: string, family: string) => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
  ...(id === 'mine' ? { generalPractitioner: [{ reference: 'Practitioner/doc' }] } : {}),
});

export const observation = (id: string, of: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${of}` },
});

export const encounter = (id: string, of: string) => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  subject: { reference: `Patient/${of}` },
});
