/** The server under test: the demo in a process of its own, over TLS, in a fresh home, configured as an operator would; and the clients of the suite, registered as anybody would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';
import { testCertificates } from '../../demo/src/start/test-ca.ts';
import { certificate, type Pair } from '../../server/test/flows/certificates.ts';
import { type Beside, startBeside } from './beside.ts';
import { type Client, type ClientName, registerClients } from './client.ts';
import { freePair, freePort } from './free-ports.ts';
import { type Outside, openOutside } from './outside.ts';

export interface Persona {
  readonly username: string;
  readonly password: string;
  readonly fhirUser?: string;
}

export interface Subject {
  readonly issuer: string;
  /** No slash at its end. */
  readonly fhir: string;
  /** PEM of the authority and, for mutants that listen, of the server itself. */
  readonly ca: string;
  readonly caFile: string;
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly clients: Readonly<Record<ClientName, Client>>;
  readonly outside: Outside;
  /** Base of the FHIR server beside, for which some clients get JWTs. */
  readonly beside: string;
  /** Starts that server, if it does not run yet, with the record of this patient. */
  openBeside(patient: string): Promise<void>;
  /** Like the certificate of `clients.certified`, by an authority that nobody trusts. */
  readonly impostor: Pair;
  person(name: string): Persona;
  /** A request to the admin API as an operator makes it; the answer's body. Throws with what was said when it is refused. */
  admin(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** The server's clock from now on, in seconds ahead of ours. */
  clockAhead(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the operator of this server wrote for everybody to read. */
export const OPERATOR = Object.freeze({
  hospital: 'Alder Vale Hospital',
  access: {
    website: 'https://aldervale.example',
    portal: 'https://portal.aldervale.example/home',
    logo: 'https://aldervale.example/logo.svg',
    city: 'Alder Vale',
    state: 'Kent',
    postalCode: 'AV1 2XY',
    country: 'GB',
    identifiers: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1144221847' }],
  },
  securityContact: 'mailto:security@aldervale.example',
});

interface State {
  readonly fhir: string;
  readonly issuer: string;
  readonly admin: { readonly url: string; readonly token: string };
  readonly ca: string;
  readonly personas: readonly (Persona & { readonly name: string })[];
}

export async function startSubject(): Promise<Subject> {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-conformance-'));
  const tlsFolder = path.join(home, 'demo', 'tls');
  mkdirSync(tlsFolder, { recursive: true, mode: 0o700 });
  const tls = await testCertificates(tlsFolder, Date.now());
  const own = { key: readFileSync(tls.keyFile, 'utf8'), cert: readFileSync(tls.certificateFile, 'utf8') };
  const authority = await certificate('conformance-clients-ca');
  const impostor = await certificate('conformance-certified', await certificate('conformance-other-ca'));
  const [outside, beside] = [await openOutside(own), `http://127.0.0.1:${await freePort()}/fhir`];
  const running = await startDemo(home, tls.caFile, {
    http: { tls: { clientCertificates: 'optional', clientCa: authority.certificateFile } },
    pages: { ...OPERATOR, jwtAudiences: [beside] },
  }).catch(async (error: unknown) => {
    await outside.close();
    throw error;
  });
  const { state, child } = running;
  const dispatcher = new Agent({ connect: { ca: state.ca } });
  let neighbour: Promise<Beside> | undefined;
  const stop = async () => {
    await (await neighbour)?.close();
    await dispatcher.close();
    await outside.close();
    await ended(child);
    rmSync(home, { recursive: true, force: true });
  };
  const admin: Subject['admin'] = async (method, where, body) => {
    const answer = await fetch(`${state.admin.url}${where}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${state.admin.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the admin API refused ${method} ${where}: ${answer.status} ${text.slice(0, 300)}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  try {
    return Object.freeze({
      issuer: state.issuer,
      fhir: state.fhir,
      ca: state.ca,
      caFile: tls.caFile,
      certificate: own,
      clients: await registerClients((where, body) => admin('POST', where, body), { outside, beside, authority }),
      outside,
      beside,
      async openBeside(patient: string) {
        neighbour ??= startBeside({ issuer: state.issuer, base: beside, patient, caFile: tls.caFile });
        await neighbour;
      },
      impostor,
      person: (name: string) => {
        const found = state.personas.find((one) => one.name === name);
        if (found === undefined) throw new Error(`the demo has no ${name}`);
        return found;
      },
      admin,
      async clockAhead(seconds: number) {
        writeFileSync(running.clock, String(seconds));
        child.kill('SIGUSR2');
        // The signal is taken up before the next request is read.
        await sleep(50);
      },
      stop,
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RunningDemo {
  readonly child: ChildProcess;
  readonly state: State;
  /** File with the seconds by which its clock is ahead. */
  readonly clock: string;
}

async function startDemo(home: string, caFile: string, settings: object): Promise<RunningDemo> {
  const file = (name: string) => path.join(home, name);
  writeFileSync(file('clock'), '0');
  writeFileSync(file('settings.json'), JSON.stringify(settings));
  const port = String(await freePair());
  const demo = path.resolve(import.meta.dirname, '../../demo/src/main.ts');
  const clock = path.join(import.meta.dirname, 'moved-clock.ts');
  const options = ['--home', file('demo'), '--port', port, '--no-open', '--tls'];
  const files = ['--config', file('settings.json'), '--state', file('state.json')];
  const child = spawn(process.execPath, ['--conditions=fireguard-source', '--import', clock, demo, ...options, ...files], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile, MOVED_CLOCK: file('clock') },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  try {
    return { child, state: await stateOf(file('state.json'), child, () => said), clock: file('clock') };
  } catch (error) {
    await ended(child);
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

async function stateOf(file: string, child: ChildProcess, said: () => string): Promise<State> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${said()}`);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as State;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`the demo did not start in two minutes: ${said()}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
