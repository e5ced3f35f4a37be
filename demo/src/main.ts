/**
 * `npm start`: a hospital, a FHIR server and Fireguard in front of it, on one machine. The flow is below, top to bottom; each step is a file in
 * `start/`. It must not be needed in production, and must not do anything that an operator could not do through the same doors.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { addClients, addPersonas } from './start/administer.ts';
import { banner } from './start/banner.ts';
import { planClients } from './start/clients.ts';
import { readDemoFile, writeDemoFile } from './start/demo-file.ts';
import { startFhirServerProcess } from './start/fhir-server-process.ts';
import { openBrowser } from './start/open-browser.ts';
import { openEhr } from './start/open-ehr.ts';
import { type DemoOptions, DemoProblem, help, readOptions } from './start/options.ts';
import type { Cast } from './start/personas.ts';
import { needFreePorts } from './start/ports.ts';
import { loadHospital, loadOwnData, lookAtUpstream } from './start/prepare-data.ts';
import { protect } from './start/protect.ts';
import { removeState, type State, sharedStateFile, writeState } from './start/state-file.ts';
import { Stopping } from './start/stopping.ts';
import { testCertificates } from './start/test-ca.ts';

const say = (line: string): void => console.log(`  ${line}`);
const stopping = new Stopping();
/** Stands in a home from the first resource loaded until everything is. */
const UNFINISHED = 'loading';

try {
  const options = readOptions(process.argv.slice(2), process.cwd());
  if (options === 'help') console.log(help);
  else await run(options);
} catch (error) {
  await stopping.stop();
  console.error(error instanceof DemoProblem ? error.message : `Fireguard could not start: ${(error as Error).message}`);
  process.exit(1);
}

async function run(asked: DemoOptions): Promise<void> {
  const started = performance.now();
  await needFreePorts(asked.port);
  prepareHome(asked.home);
  const known = readDemoFile(asked.home);
  // INVARIANT: a home that protects somebody's upstream never takes it for our own server, whose every write passes through us.
  const options = known?.source.startsWith('upstream ')
    ? { ...asked, upstream: known.source.slice('upstream '.length) }
    : asked;
  const source = sourceOf(asked);
  if (known !== undefined && known.source !== source && (asked.data !== undefined || asked.upstream !== undefined)) {
    throw new DemoProblem(`${options.home} holds ${known.source}. Take another --home for ${source}.`);
  }
  console.log('Starting Fireguard');
  const consoleBuilt = buildConsole();

  if (known === undefined) discardUnfinished(options.home);
  const upstream = await openUpstream(options);
  const cast = known ?? (await fill(options, upstream));
  const certificates = options.tls ? await testCertificates(makeFolder(path.join(options.home, 'tls')), Date.now()) : undefined;

  const running = await protect(options, { ...upstream, fhirVersion: cast.fhirVersion ?? 'R4' }, certificates, say);
  stopping.last(() => running.close());
  say('PostgreSQL, audit journal, gateway and authorization server answer');
  const admin = { url: `${running.urls.issuer}/admin`, token: running.adminToken!, ca: certificates?.ca };
  let file = known;
  if (file === undefined) {
    await addPersonas(admin, cast.personas, 'facts' in cast ? (cast as Cast).facts : []);
    file = {
      source,
      personas: cast.personas,
      clients: await addClients(admin, planClients()),
      notes: cast.notes,
      ...version(cast),
    };
    writeDemoFile(options.home, file);
    rmSync(path.join(options.home, UNFINISHED), { force: true });
  }
  const ehr = await openEhr(running.urls.fhir, admin, file, certificates);
  stopping.last(() => ehr.close());
  if (ehr.file !== file) writeDemoFile(options.home, ehr.file);
  await consoleBuilt;

  const state: State = {
    fhir: running.urls.fhir,
    issuer: running.urls.issuer,
    admin: { url: admin.url, token: admin.token },
    console: `${running.urls.issuer}/console`,
    ehr: ehr.url,
    upstream: { url: upstream.url, authorization: upstream.authorization },
    ...(certificates === undefined ? {} : { ca: certificates.ca }),
    personas: file.personas.map(({ display: _display, ...persona }) => persona),
    clients: file.clients,
  };
  const shared = sharedStateFile(options.port);
  writeState(options.state === undefined ? [shared] : [shared, options.state], state);
  stopping.last(() => removeState(shared));
  console.log(
    banner(
      state,
      file.personas,
      options.data !== undefined || options.upstream !== undefined ? file.notes : [],
      (performance.now() - started) / 1000,
      options.home === path.resolve('.fireguard') ? undefined : options.home,
    ),
  );
  if (options.open) openBrowser(state.console);
}

/** The FHIR server to protect: one that runs, or our own process. */
async function openUpstream(options: DemoOptions): Promise<{ url: string; authorization: string }> {
  if (options.upstream !== undefined) return { url: options.upstream, authorization: options.upstreamAuthorization ?? '' };
  const server = await startFhirServerProcess(path.join(options.home, 'fhir-server'));
  stopping.last(() => server.stop());
  void server.ended.then(() => stopping.unless(() => console.error('The demo FHIR server ended by itself; stopping.')));
  return { url: server.url, authorization: `Bearer ${server.credential}` };
}

async function fill(options: DemoOptions, upstream: { url: string; authorization: string }): Promise<Cast> {
  if (options.upstream !== undefined) return lookAtUpstream(options.upstream, options.upstreamAuthorization);
  writeFileSync(path.join(options.home, UNFINISHED), '');
  return options.data === undefined ? loadHospital(upstream, new Date(), say) : loadOwnData(upstream, options.data, say);
}

function version({ fhirVersion }: Pick<Cast, 'fhirVersion'>): Pick<Cast, 'fhirVersion'> {
  return fhirVersion === undefined ? {} : { fhirVersion };
}

function sourceOf({ upstream, data }: DemoOptions): string {
  if (upstream !== undefined) return `upstream ${upstream}`;
  return data === undefined ? 'the synthetic hospital' : `data ${data}`;
}

/** What a load that failed or was killed left behind would mix with what is loaded now, and can be loaded again. */
function discardUnfinished(home: string): void {
  if (existsSync(path.join(home, UNFINISHED))) rmSync(path.join(home, 'fhir-server'), { recursive: true, force: true });
}

function prepareHome(home: string): void {
  try {
    makeFolder(home);
  } catch (error) {
    throw new DemoProblem(`Cannot use ${home} as home: ${(error as Error).message}.`);
  }
}

/** Step by step, because a recursive mkdir below a file system that refuses with ENOENT (/proc) never returns. */
function makeFolder(folder: string): string {
  const parent = path.dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Beside the rest, because it is only needed when somebody opens the console. */
function buildConsole(): Promise<void> {
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../tools/build.ts'), '--console'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      if (code !== 0) say(`The console could not be built: ${complaint.trim().split('\n')[0]}`);
      resolve();
    });
  });
}
