/** A whole server with a small ward behind it, and the ways in that the tests use. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signInForToken } from '../../../src/cli/sign-in/authorization-code.ts';
import { openBrowser } from '../../../src/cli/sign-in/browser.ts';
import { discover } from '../../../src/cli/sign-in/discovery.ts';
import { defaultConfig } from '../../../src/config/default-config.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { ward } from '../gateway/ward.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests.
  readonly body: any;
}

export interface House {
  readonly running: Running;
  readonly home: string;
  readonly issuer: string;
  readonly fhir: string;
  /** Into the FHIR server behind, past the gateway. */
  put(resource: { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown }): Promise<void>;
  /** What is stored there under a path. */
  raw(path: string): Promise<string>;
  /** Over HTTP with the static admin token, or another one; `undefined` for none. */
  call(method: string, target: string, body?: unknown, token?: string | null): Promise<Answer>;
  /** Over the Unix socket. */
  local(method: string, target: string, body?: unknown): Promise<Answer>;
  /** A person through a client, all the way: sign-in page, picker, consent. */
  token(username: string, password: string, client: HouseClient, scope: string): Promise<string>;
  fhirStatus(target: string, token: string): Promise<number>;
  /** Everything recorded so far, newest first. */
  // biome-ignore lint/suspicious/noExplicitAny: records are looked into by tests.
  records(): Promise<readonly any[]>;
  close(): Promise<void>;
}

export type HouseClient = {
  readonly client_id: string;
  readonly kind: 'public' | 'symmetric';
  readonly client_secret?: string;
  readonly redirect_uris: string[];
  readonly scope: string;
};

export const adminScope = 'openid profile __fireguard-admin';

export const consoleClient = (house: House): HouseClient => ({
  client_id: 'fireguard-console',
  kind: 'public',
  redirect_uris: [`${house.issuer}/console/`],
  scope: adminScope,
});

/** `home`: a folder of the caller's; default a fresh one. `more`: configuration beside the usual. */
export async function house(
  home = mkdtempSync(path.join(tmpdir(), 'fireguard-house-')),
  more: Partial<ConfigInput> = {},
): Promise<House> {
  const place = await ward();
  const running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: { url: place.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true },
      log: { level: 'error' },
      ...more,
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  const { issuer, fhir } = running.urls;
  return {
    running,
    home,
    issuer,
    fhir,
    put: place.put,
    raw: place.raw,
    async call(method, target, body, token = running.adminToken ?? null) {
      const answer = await fetch(`${issuer}${target}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return read(answer.status, await answer.text());
    },
    local: (method, target, body) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          { socketPath: path.join(home, 'admin.sock'), method, path: target, headers: { 'content-type': 'application/json' } },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (part: string) => {
              text += part;
            });
            answer.on('end', () => resolve(read(answer.statusCode ?? 0, text)));
          },
        );
        outgoing.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
      }),
    async token(username, password, client, scope) {
      const browser = openBrowser(undefined);
      try {
        const persona = { name: username, username, password };
        const state = { fhir, issuer, personas: [persona], clients: [client] };
        return await signInForToken(browser, await discover(browser, issuer), {
          state,
          persona,
          client,
          scope,
          patient: undefined,
        });
      } finally {
        await browser.close();
      }
    },
    fhirStatus: async (target, token) =>
      (await fetch(`${fhir}${target}`, { headers: { authorization: `Bearer ${token}` } })).status,
    async records() {
      await running.audit.caughtUp();
      const { rows } = await running.audit.search({ count: 1000 });
      return rows.map(({ record }) => record);
    },
    async close() {
      await running.close();
      await place.server.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function read(status: number, text: string): Answer {
  try {
    return { status, text, body: JSON.parse(text) };
  } catch {
    return { status, text, body: undefined };
  }
}
