/**
 * `npm run bench -- tokens [--json]`: grants per second of the server's CPU time, beside the bare cryptography that each cannot do without, per second of CPU time
 * too (so that what else the machine does is no matter): for client_credentials one ES384 verification and three SHA-256; for a refresh with openid one RS256
 * signature and five SHA-256. And what a gateway needs for a token that it knows. The server has core 0, this load and PostgreSQL core 1.
 */
import { spawn } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  randomBytes,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { newBrowser } from '../server/test/flows/authorization/browser.ts';
import { cpuSeconds, pin, pinPostgres } from './processes.ts';

const json = process.argv.includes('--json');
const [seconds, rounds, chains] = [4, 3, 24];
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
const redirect = 'http://127.0.0.1:9/callback';

interface Ready {
  readonly issuer: string;
  readonly fhir: string;
  readonly postgres: number;
  readonly key: JsonWebKey;
}

const server = spawn(process.execPath, [...process.execArgv, path.join(import.meta.dirname, 'authorization.ts'), home], {
  stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
});
const lines = createInterface({ input: server.stdout! })[Symbol.asyncIterator]();
const said = async <T>(): Promise<T> => {
  const { value, done } = await lines.next();
  if (done) throw new Error('the server ended before it was ready');
  return JSON.parse(value) as T;
};

try {
  const { issuer, fhir, postgres, key } = await said<Ready>();
  const pool = new Pool(issuer, { connections: chains });
  const token = async (form: Record<string, string>): Promise<{ access_token: string; refresh_token: string }> => {
    const { statusCode, body } = await pool.request({
      path: '/token',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`${statusCode} ${text.slice(0, 200)}`);
    return JSON.parse(text);
  };
  const refresh: string[] = [];
  for (let chain = 0; chain < chains; chain += 1) refresh.push(await firstRefreshToken(issuer, fhir, token));
  const signingKey = createPrivateKey({ key, format: 'jwk' });
  const pinned = pin(server.pid!, 0) && pin(process.pid, 1) && pinPostgres(postgres, 1);

  // Signed beforehand: the load must not be what is measured.
  const stock: Record<string, string>[] = [];
  const grants = {
    client_credentials: async () => void (await token(stock.pop() ?? assertion(issuer, signingKey))),
    refresh_token: async (chain: number) => {
      const form = { grant_type: 'refresh_token', client_id: 'bench-app', refresh_token: refresh[chain]! };
      refresh[chain] = (await token(form)).refresh_token;
    },
  };
  const rates = { client_credentials: [] as number[], refresh_token: [] as number[] };
  for (let round = -1; round < rounds; round += 1)
    for (const name of ['client_credentials', 'refresh_token'] as const) {
      while (name === 'client_credentials' && stock.length < 2_000) stock.push(assertion(issuer, signingKey));
      const run = await measure(grants[name]);
      if (round >= 0) rates[name].push(run);
    }
  // On the server's own core, while it rests: what the machine can do at best.
  pin(process.pid, 0);
  const bare = { client_credentials: bareVerification(), refresh_token: bareSignature() };
  const { access_token } = await token(assertion(issuer, signingKey));
  server.stdin!.write(`resolve ${access_token}\n`);
  const { microseconds } = await said<{ microseconds: number }>();

  const voids: string[] = pinned ? [] : ['processes could not be pinned to two cores'];
  const table = Object.fromEntries(
    (['client_credentials', 'refresh_token'] as const).map((name) => {
      const rate = median(rates[name]);
      return [name, { perSecond: rate, bare: bare[name], ratio: rate / bare[name] }];
    }),
  );
  for (const reason of voids) console.error(`VOID  ${reason}`);
  if (json)
    console.log(
      JSON.stringify({ grants: table, cachedResolutionMicroseconds: microseconds, void: voids, node: process.version }),
    );
  else {
    for (const [name, { perSecond, bare: alone, ratio }] of Object.entries(table))
      console.log(
        `${name.padEnd(20)} ${perSecond.toFixed(0).padStart(6)}/s   bare cryptography ${alone.toFixed(0).padStart(6)}/s   ratio ${ratio.toFixed(3)}`,
      );
    console.log(`gateway resolution of a known token: ${microseconds.toFixed(2)} µs (at most 10)`);
  }
  process.exitCode = voids.length === 0 && microseconds <= 10 ? 0 : 1;
  await pool.close();
} finally {
  if (server.connected) server.disconnect();
  await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve(0)));
  rmSync(home, { recursive: true, force: true });
}

/** Grants per second of the server's CPU time. */
async function measure(grant: (chain: number) => Promise<void>): Promise<number> {
  const before = cpuSeconds(server.pid!);
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: chains }, async (_one, chain) => {
      while (performance.now() < end) {
        await grant(chain);
        done += 1;
      }
    }),
  );
  return done / (cpuSeconds(server.pid!) - before);
}

function assertion(issuer: string, key: ReturnType<typeof createPrivateKey>): Record<string, string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 120;
  const claims = { iss: 'bench-job', sub: 'bench-job', aud: `${issuer}/token`, exp, jti: randomUUID() };
  const input = `${part({ alg: 'ES384', kid: 'bench', typ: 'JWT' })}.${part(claims)}`;
  const signature = sign('sha384', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return {
    grant_type: 'client_credentials',
    scope: 'system/*.rs',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${signature}`,
  };
}

async function firstRefreshToken(
  issuer: string,
  fhir: string,
  token: (form: Record<string, string>) => Promise<{ refresh_token: string }>,
): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'bench-app',
    redirect_uri: redirect,
    scope: 'openid user/*.rs offline_access',
    state: randomUUID(),
    aud: fhir,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const browser = newBrowser(issuer);
  let page = await browser.open(`${issuer}/authorize?${query}`);
  page = await browser.submit(page, '/sign-in', { username: 'bench', password: 'four-quiet-herons-9' });
  page = await browser.submit(page, '/consent', { decision: 'allow', duration: 'stay' });
  const code = new URL(page.url).searchParams.get('code') ?? '';
  const form = {
    grant_type: 'authorization_code',
    client_id: 'bench-app',
    code,
    redirect_uri: redirect,
    code_verifier: verifier,
  };
  return (await token(form)).refresh_token;
}

/** Times per second of this thread's CPU time. */
function perCpuSecond(work: () => void): number {
  const began = process.cpuUsage();
  let done = 0;
  let used = 0;
  while (used < 1_000_000) {
    for (let one = 0; one < 20; one += 1) work();
    done += 20;
    const { user, system } = process.cpuUsage(began);
    used = user + system;
  }
  return (done * 1_000_000) / used;
}

function hashes(count: number): void {
  for (let one = 0; one < count; one += 1) hash('sha256', `a-token-of-this-length-that-must-be-hashed-${one}`);
}

function bareVerification(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const input = randomBytes(300);
  const signature = sign('sha384', input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }));
  return perCpuSecond(() => {
    if (!verify('sha384', input, { key, dsaEncoding: 'ieee-p1363' }, signature)) throw new Error('not verified');
    hashes(3);
  });
}

function bareSignature(): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const input = randomBytes(400);
  return perCpuSecond(() => {
    sign('sha256', input, privateKey);
    hashes(5);
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
