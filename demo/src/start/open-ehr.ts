/** The simulated EHR on the port that it had before, or any free one: its two clients, registered once for a home and again when its address changes, and its start. */
import { readFileSync } from 'node:fs';
import { startEhr } from '../ehr/start-ehr.ts';
import { type Admin, addClients } from './administer.ts';
import { ellipticKey, type PlannedClient } from './clients.ts';
import type { DemoClient, DemoFile } from './demo-file.ts';
import { freePort } from './ports.ts';
import type { TestCertificates } from './test-ca.ts';

export interface OpenEhr {
  readonly url: string;
  /** The home's memory with the EHR's clients; the same object when nothing changed. */
  readonly file: DemoFile;
  close(): Promise<void>;
}

export async function openEhr(
  fhir: string,
  admin: Admin,
  known: DemoFile,
  certificates: TestCertificates | undefined,
): Promise<OpenEhr> {
  const before = known.ehr?.app.redirect_uris[0];
  const port = await freePort(before === undefined ? undefined : Number(new URL(before).port));
  const url = `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const redirectUri = `${url}/app/callback`;
  const fits = before === redirectUri;
  const file = fits ? known : { ...known, ehr: await register(admin, redirectUri) };
  const { service, app } = file.ehr!;
  const ehr = await startEhr({
    origin: url,
    tls:
      certificates === undefined
        ? undefined
        : {
            key: readFileSync(certificates.keyFile, 'utf8'),
            cert: readFileSync(certificates.certificateFile, 'utf8'),
            ca: certificates.ca,
          },
    desk: { people: file.personas, service, app: { client: app.client_id, launchUrl: `${url}/app` } },
    app: { fhir, clientId: app.client_id, scope: app.scope, redirectUri },
  });
  return { url, file, close: () => ehr.close() };
}

async function register(admin: Admin, redirectUri: string): Promise<{ service: DemoClient; app: DemoClient }> {
  const planned: readonly PlannedClient[] = [
    {
      client_id: 'demo-ehr',
      name: 'Simulated EHR',
      kind: 'backend',
      redirect_uris: [],
      scope: '__launch',
      roles: [],
      private_jwk: ellipticKey(),
    },
    {
      client_id: 'demo-ehr-app',
      name: 'Small SMART App',
      kind: 'public',
      redirect_uris: [redirectUri],
      scope: 'launch patient/Patient.r',
      roles: [],
    },
  ];
  const [service, app] = await addClients(admin, planned);
  return { service: service!, app: app! };
}
