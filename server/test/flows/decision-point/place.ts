/** A gateway and a decision point side by side on one small ward, with a database of people; and a server that asks, as a few lines. */
import fastify from 'fastify';
import { createDecisionPoint } from '../../../src/decision-point/decision-point.ts';
import { insertPerson } from '../../../src/storage/people.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL, type Gateway, type Setting, startGateway } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';

export const KEY = 'k'.repeat(40);
export const OTHER_KEY = 'o'.repeat(40);

export interface Place {
  readonly ward: Ward;
  readonly gateway: Gateway;
  readonly storage: Storage;
  /** Of the doors, no slash at the end. */
  readonly origin: string;
  ask(path: string, question: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export async function place(setting: Omit<Setting, 'upstream'> = {}): Promise<Place> {
  const [ground, storage] = await Promise.all([ward(), testStorage()]);
  const gateway = await startGateway({ ...setting, upstream: ground.server.url });
  const issuer = 'http://localhost:1';
  const doors = createDecisionPoint({
    settings: {
      doors: [
        { id: 'his', key: KEY, scope: 'user/*.cruds system/*.cruds patient/*.cruds', mayDescribe: false },
        { id: 'trusted', key: OTHER_KEY, scope: 'user/*.rs', mayDescribe: true },
      ],
    },
    use: gateway.use,
    directory: { db: storage.db, issuer, now: Date.now },
    origin: 'http://localhost:1',
    maxBodyBytes: 1_000_000,
    log: ({ error }) => console.error(error),
  });
  const app = fastify();
  await doors.mount(app);
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const person = { password_hash: '-', disabled: false };
  await insertPerson(storage.db, {
    ...person,
    id: 'p1',
    username: 'doc',
    name: 'Dr Test',
    roles: ['physician'],
    fhir_user: 'Practitioner/doc',
  });
  await insertPerson(storage.db, {
    ...person,
    id: 'p2',
    username: 'mine',
    name: 'Lindqvist',
    roles: ['patient'],
    fhir_user: 'Patient/mine',
  });
  await insertPerson(storage.db, {
    ...person,
    id: 'p3',
    username: 'gone',
    name: 'Gone',
    roles: ['physician'],
    fhir_user: 'Practitioner/gone',
    disabled: true,
  });
  return {
    ward: ground,
    gateway,
    storage,
    origin,
    ask: (path, question, headers = {}) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
        body: typeof question === 'string' ? question : JSON.stringify(question),
      }),
    async close() {
      await doors.close();
      await app.close();
      await gateway.close();
      await ground.server.close();
      await storage.close();
    },
  };
}

export interface Told {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly bodyBase64?: string;
}

export interface ClientRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a FHIR server that asks does: it carries out what it is handed on its own store, until it is told what to answer. */
export async function carryOut({ ward: { server }, ask }: Place, request: ClientRequest, more: object = {}): Promise<Told> {
  let step = (await (await ask('/access/fhir', { request, ...more })).json()) as Step;
  for (let round = 0; step.step === 'ask' && round < 300; round++) {
    const { method, path, headers, body } = step.request;
    const answer = await fetch(`${server.url}/${path.replace(/^\//, '')}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${CREDENTIAL}` },
      ...(body === undefined ? {} : { body }),
    });
    const brought = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    step = (await (await ask(`/access/fhir/${step.handle}`, brought)).json()) as Step;
  }
  if (step.step !== 'answer') throw new Error(JSON.stringify(step));
  return step.response;
}

type Step =
  | { readonly step: 'answer'; readonly response: Told }
  | {
      readonly step: 'ask';
      readonly handle: string;
      readonly request: {
        readonly method: string;
        readonly path: string;
        readonly headers: Record<string, string>;
        readonly body?: string;
      };
    };
