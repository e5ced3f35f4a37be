/** `node main.ts --issuer URL --port N`: a FHIR server that takes tokens of a Fireguard authorization server. See README.md. */
import { parseArgs } from 'node:util';
import { serve } from './serve.ts';
import { verifyToken } from './verify-token.ts';

const { values } = parseArgs({ options: { issuer: { type: 'string' }, port: { type: 'string', default: '8099' } } });
if (values.issuer === undefined) {
  console.error('--issuer is missing: the URL of the authorization server, such as http://localhost:8080');
  process.exit(2);
}
const base = `http://127.0.0.1:${values.port}/fhir`;
const kept = [
  { patient: 'example', resource: { resourceType: 'Patient', id: 'example', name: [{ family: 'Chalmers' }] } },
  {
    patient: 'example',
    resource: { resourceType: 'Observation', id: 'pulse', status: 'final', subject: { reference: 'Patient/example' } },
  },
];
serve(kept, verifyToken(values.issuer, base), '/fhir').listen(Number(values.port), '127.0.0.1', () =>
  console.log(`FHIR at ${base}`),
);
