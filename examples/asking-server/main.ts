/** `node main.ts --fireguard URL --store URL --port N`, with DOOR_KEY and STORE_CREDENTIAL in the environment. See README.md. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { askFireguard } from './ask-fireguard.ts';

const { values } = parseArgs({
  options: { fireguard: { type: 'string' }, store: { type: 'string' }, port: { type: 'string', default: '8097' } },
});
const { DOOR_KEY: key, STORE_CREDENTIAL: credential } = process.env;
const { fireguard, store } = values;
if (fireguard === undefined || store === undefined || key === undefined) {
  console.error('Give --fireguard and --store, and the key of the door as DOOR_KEY in the environment.');
  process.exit(2);
}

const listener = askFireguard({
  fireguard,
  key,
  prefix: '/fhir',
  async carryOut({ method, path, headers, body }) {
    const kept = await fetch(`${store}/${path.replace(/^\//, '')}`, {
      method,
      headers: { ...headers, ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }) },
      ...(body === undefined ? {} : { body }),
    });
    return { status: kept.status, headers: Object.fromEntries(kept.headers), body: await kept.text() };
  },
});
createServer(listener).listen(Number(values.port), '127.0.0.1', () =>
  console.log(`FHIR at http://127.0.0.1:${values.port}/fhir`),
);
