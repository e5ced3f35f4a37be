/** `node main.ts --issuer URL --port N [--patient ID]`: a FHIR server that takes tokens of a Fireguard authorization server. See README.md. */
import { parseArgs } from 'node:util';
import { serve } from './serve.ts';
import { verifyToken } from './verify-token.ts';

const { values } = parseArgs({
  options: {
    issuer: { type: 'string' },
    port: { type: 'string', default: '8099' },
    patient: { type: 'string', default: 'example' },
  },
});
if (values.issuer === undefined) {
  console.error('--issuer is missing: the URL of the authorization server, such as http://localhost:8080');
  process.exit(2);
}
const base = `http://127.0.0.1:${values.port}/fhir`;
const { patient } = values;
const kept = [
  { patient, resource: { resourceType: 'Patient', id: patient, name: [{ family: 'Chalmers' }] } },
  {
    patient,
    resource: { resourceType: 'Observation', id: 'pulse', status: 'final', subject: { reference: `Patient/${patient}` } },
  },
];
serve(kept, verifyToken(values.issuer, base), '/fhir').listen(Number(values.port), '127.0.0.1', () =>
  console.log(`FHIR at ${base}`),
);
