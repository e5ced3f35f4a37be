/** The demo's state file: who can sign in, through which clients. JSON, mode 0600. */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

const state = z.looseObject({
  fhir: z.url(),
  issuer: z.url(),
  ca: z.string().optional(),
  personas: z.array(
    z.looseObject({ name: z.string(), username: z.string(), password: z.string(), fhirUser: z.string().nullish() }),
  ),
  clients: z.array(
    z.looseObject({
      client_id: z.string(),
      kind: z.enum(['public', 'symmetric', 'asymmetric', 'backend']),
      client_secret: z.string().optional(),
      private_jwk: z.looseObject({ kty: z.string(), kid: z.string().optional(), alg: z.string().optional() }).optional(),
      redirect_uris: z.array(z.string()).default([]),
      scope: z.string(),
    }),
  ),
});

export type State = z.infer<typeof state>;
export type StateClient = State['clients'][number];

/** `<tmpdir>/fireguard-<uid>/demo-<port of issuer>.json` unless a file is named. */
export async function readState(file: string | undefined, issuer: string): Promise<State> {
  const { port, protocol } = new URL(issuer);
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const place = file ?? path.join(tmpdir(), `fireguard-${process.getuid?.() ?? 0}`, `demo-${number}.json`);
  const text = await readFile(place, 'utf8').catch(() =>
    Promise.reject(new CliError(`There is no state file ${place}. Start the demo (npm start), or name its file with --state.`)),
  );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new CliError(`${place} is not JSON. Name the file that npm start -- --state wrote.`);
  }
  const result = state.safeParse(parsed);
  if (!result.success)
    throw new CliError(`${place} is not a state file of the demo: ${result.error.issues[0]?.path.join('.')} is not right.`);
  if (result.data.issuer !== issuer.replace(/\/+$/, ''))
    throw new CliError(`${place} belongs to ${result.data.issuer}, not to ${issuer}. Name the right file with --state.`);
  return result.data;
}
