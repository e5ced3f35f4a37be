/** WebAuthn Level 3 §13.4, §7.2: what an attacker who has a browser, a key of their own, or somebody's old answer could try against passkeys. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Passkeys, passkeys } from '../../src/authorization-server/factors/passkeys.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { testStorage } from '../../src/storage/testing.ts';

const issuer = 'https://login.aldervale.example';
let now = Date.now();
let storage: Storage;
let keys: Passkeys;
beforeAll(async () => {
  storage = await testStorage();
  keys = passkeys({ db: storage.db, issuer, name: 'Alder Vale', key: 'a key of the server', now: () => now });
});
afterAll(() => storage?.close());

const flags = { present: 1, verified: 4, attested: 64 };
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const b64 = (data: Buffer | string) => Buffer.from(data).toString('base64url');

/** An authenticator with one key, which does whatever it is told. */
function authenticator() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const id = randomBytes(16);
  const coordinates = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')] as const;
  // CBOR by hand: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    coordinates[0],
    Buffer.from('225820', 'hex'),
    coordinates[1],
  ]);
  const head = (rp: string, flag: number, counter: number) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rp), Buffer.from([flag]), count]);
  };
  const clientData = (type: string, challenge: string, origin: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  return {
    create(challenge: string, { origin = issuer, rp = new URL(issuer).hostname, verified = true } = {}) {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const flag = flags.present | flags.attested | (verified ? flags.verified : 0);
      const data = Buffer.concat([head(rp, flag, 0), Buffer.alloc(16), length, id, cose]);
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746158', 'hex'),
        Buffer.from([data.length]),
        data,
      ]);
      const response = {
        clientDataJSON: b64(clientData('webauthn.create', challenge, origin)),
        attestationObject: b64(attestation),
        transports: ['internal'],
      };
      return JSON.stringify({ id: b64(id), rawId: b64(id), type: 'public-key', response, clientExtensionResults: {} });
    },
    get(
      challenge: string,
      { origin = issuer, rp = new URL(issuer).hostname, verified = true, counter = 1, type = 'webauthn.get' } = {},
    ) {
      const data = head(rp, flags.present | (verified ? flags.verified : 0), counter);
      const client = clientData(type, challenge, origin);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      const response = { clientDataJSON: b64(client), authenticatorData: b64(data), signature: b64(signature) };
      return JSON.stringify({ id: b64(id), rawId: b64(id), type: 'public-key', response, clientExtensionResults: {} });
    },
  };
}

const challengeOf = (options: string) => (JSON.parse(options) as { challenge: string }).challenge;
const person = (id: string) => ({ id, name: `Person ${id}`, username: id });
const ask = async (place = 'step') => challengeOf(await keys.ask(place, undefined));
async function enrolled(id: string) {
  const key = authenticator();
  expect(await keys.add('session', id, key.create(challengeOf(await keys.propose('session', person(id)))), 'Passkey')).toBe(
    true,
  );
  return key;
}

test('the right one is taken, once for each count', async () => {
  const key = await enrolled('ada');
  expect(await keys.check('step', key.get(await ask()), undefined)).toMatchObject({
    personId: 'ada',
    amr: ['hwk', 'user', 'mfa'],
  });
  const answer = key.get(await ask(), { counter: 2 });
  expect(await keys.check('step', answer, 'ada')).toBeDefined();
  // Recorded and sent again, or from a copied authenticator.
  expect(await keys.check('step', answer, 'ada')).toBeUndefined();
  expect(await keys.check('step', key.get(await ask(), { counter: 2 }), 'ada')).toBeUndefined();
});

test('a challenge of another step, of nobody, or of long ago is refused', async () => {
  const key = await enrolled('bea');
  const challenge = await ask('another step');
  expect(await keys.check('step', key.get(challenge), undefined)).toBeUndefined();
  for (const made of [b64(randomBytes(40)), b64(Buffer.alloc(40)), ''])
    expect(await keys.check('step', key.get(made), undefined)).toBeUndefined();
  const old = await ask();
  now += 301_000;
  expect(await keys.check('step', key.get(old), undefined)).toBeUndefined();
  expect(await keys.check('step', key.get(await ask()), undefined)).toBeDefined();
});

test.each([
  ['another site’s page', { origin: 'https://login.aldervale.example.evil.example' }],
  ['plain HTTP', { origin: 'http://login.aldervale.example' }],
  ['another relying party', { rp: 'evil.example' }],
  ['a key that nobody unlocked', { verified: false }],
  ['an answer of another ceremony', { type: 'webauthn.create' }],
])('%s is refused', async (_what, change) => {
  const key = await enrolled(`cleo-${_what}`);
  expect(await keys.check('step', key.get(await ask(), change), undefined)).toBeUndefined();
});

test('somebody’s own passkey is no second factor for another person', async () => {
  const mine = await enrolled('mallory');
  await enrolled('victim');
  expect(await keys.check('step', mine.get(await ask()), 'victim')).toBeUndefined();
  expect(await keys.check('step', authenticator().get(await ask()), undefined)).toBeUndefined();
});

test('a key of somebody else, or made where we were not, is not kept', async () => {
  const key = authenticator();
  const propose = async () => challengeOf(await keys.propose('session', person('dora')));
  expect(await keys.add('session', 'dora', key.create(await propose(), { origin: 'https://evil.example' }), 'x')).toBe(false);
  expect(await keys.add('session', 'dora', key.create(await propose(), { verified: false }), 'x')).toBe(false);
  expect(await keys.add('other session', 'dora', key.create(await propose()), 'x')).toBe(false);
  expect(await keys.add('session', 'dora', key.create(await propose()), 'x')).toBe(true);
  expect(await keys.add('session', 'eve', key.create(await propose()), 'x')).toBe(false);
});

test('what is no answer is refused without a word', async () => {
  for (const odd of [
    '',
    '{',
    'null',
    '[]',
    '{"id":7}',
    '{"id":"x"}',
    `{"id":"${'x'.repeat(30_000)}"}`,
    '{"id":"__proto__","response":{}}',
  ])
    for (const work of [keys.check('step', odd, undefined), keys.add('session', 'fay', odd, 'x')])
      expect(Boolean(await work), odd.slice(0, 40)).toBe(false);
});
