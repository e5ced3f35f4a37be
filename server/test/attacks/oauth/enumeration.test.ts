/** OWASP ASVS V6.3.8, RFC 9700 §2: whether a person, a client or a token exists cannot be told from words, status, headers or time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBrowser } from '../../flows/authorization/browser.ts';
import { type Issuer, startIssuer } from '../../flows/authorization/harness.ts';
import { authorizeUrl, basic, post } from '../../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

async function tryToSignIn(
  username: string,
): Promise<{ readonly took: number; readonly status: number; readonly text: string }> {
  const browser = newBrowser(server.issuer);
  const page = await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'.repeat(22)));
  const began = performance.now();
  const answer = await browser.submit(page, '/sign-in', { username, password: 'not the password' });
  const took = performance.now() - began;
  const text = answer.text
    .replaceAll(username, 'NAME')
    .replace(/\/interaction\/[\w-]+/g, '')
    .replace(/name="csrf" value="[^"]*"/g, '');
  return { took, status: answer.status, text };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

test('R-048 by words and by time: known, unknown and disabled names', async () => {
  const known: number[] = [];
  const unknown: number[] = [];
  const seen = new Set<string>();
  // Two tries for each name: the third would have to wait. Interleaved, so that a slow moment hits both.
  for (const round of [1, 2]) {
    for (const name of ['okafor', 'lindqvist', 'parent', 'clerk', 'gone']) {
      const [real, invented] = [await tryToSignIn(name), await tryToSignIn(`${name}-${round}-nobody`)];
      known.push(real.took);
      unknown.push(invented.took);
      for (const { status, text } of [real, invented]) seen.add(`${status} ${text}`);
    }
  }
  expect(seen.size).toBe(1);
  expect(Math.abs(median(known) - median(unknown))).toBeLessThan(Math.max(20, median(known)));
});

test('R-048 by words: an unknown client and a wrong secret', async () => {
  const answers = await Promise.all(
    [basic('portal', 'wrong'), basic('nobody', 'wrong'), basic('growth-chart', 'wrong'), basic('nightly', 'wrong')].map(
      (headers) => post(`${server.issuer}/token`, { grant_type: 'client_credentials' }, headers),
    ),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
});

test('R-048 by words: a token that never was, one that was, one of somebody else', async () => {
  const tokens = ['never-was', 'A'.repeat(43), 'eyJhbGciOiJub25lIn0.e30.'];
  const answers = await Promise.all(tokens.map((token) => post(`${server.issuer}/introspect`, { token }, basic())));
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`))).toEqual(
    new Set(['200 {"active":false}']),
  );
});
