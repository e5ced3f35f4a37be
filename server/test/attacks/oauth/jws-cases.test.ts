/** RFC 8725, RFC 7515: the 349 JWS cases of Project Wycheproof (C2SP/wycheproof, testvectors_v1) as client assertions, each with its own key registered. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../../flows/authorization/harness.ts';
import { token } from '../../flows/authorization/launch.ts';

interface Group {
  readonly public?: Record<string, unknown>;
  readonly private?: Record<string, unknown>;
  readonly tests: readonly { readonly tcId: number; readonly jws: unknown; readonly result: string }[];
}

const file = path.resolve(import.meta.dirname, '../../../../../shared/data/jwt/json_web_signature_test.json');
const groups: readonly Group[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).testGroups : [];

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

test.skipIf(groups.length === 0)(
  'R-095 not one of them is taken, whichever key is registered, and all are refused alike (skipped without ../shared/data)',
  async () => {
    const answers = new Map<string, number>();
    let tried = 0;
    for (const group of groups) {
      // As an attacker would like it: the case's own key is the client's, symmetric or not, public or not.
      const { d: _d, ...key } = group.public ?? group.private ?? {};
      await server.storage.db
        .updateTable('client')
        .set({ jwks: JSON.stringify({ keys: [{ ...key, use: 'sig' }] }) })
        .where('id', '=', 'nightly')
        .execute();
      for (const { jws, tcId } of group.tests) {
        tried += 1;
        const assertion = typeof jws === 'string' ? jws : JSON.stringify(jws);
        for (const named of [{}, { client_id: 'nightly' }]) {
          const { status, body } = await token(server, {
            grant_type: 'client_credentials',
            scope: 'system/*.rs',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: assertion,
            ...named,
          });
          expect([400, 401], `case ${tcId}`).toContain(status);
          expect(body, `case ${tcId}`).not.toHaveProperty('access_token');
          const said = `${status} ${String(body['error'])}`;
          answers.set(said, (answers.get(said) ?? 0) + 1);
        }
      }
    }
    expect(tried).toBe(349);
    expect([...answers.keys()].every((said) => /invalid_client|invalid_request/.test(said))).toBe(true);
    expect(server.reports).toEqual([]);
  },
);
