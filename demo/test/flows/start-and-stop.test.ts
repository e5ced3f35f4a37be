// `npm start` from the outside: what goes wrong gives one clear line and leaves nothing behind; what ran leaves nothing running, and nothing is lost.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { allPages, fhirCaller } from '../caller.ts';
import { isAlive, processesOf } from '../processes.ts';
import {
  type DemoState,
  type Ended,
  failToStart,
  freePortPair,
  type RunningDemo,
  startDemo,
  temporaryHome,
} from '../running-demo.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-start-'));
const running: RunningDemo[] = [];
const homes: string[] = [];
const newHome = (): string => {
  const home = temporaryHome();
  homes.push(path.dirname(home));
  return home;
};
const start = async (options: Parameters<typeof startDemo>[0]): Promise<RunningDemo> => {
  const demo = await startDemo(options);
  running.push(demo);
  return demo;
};
// Each test starts whole systems, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 120_000 });

afterAll(async () => {
  for (const demo of running) await demo.dispose();
  for (const place of [...homes, folder]) rmSync(place, { recursive: true, force: true });
});

/** One line, for a person: no stack, no path of our own sources, and an exit code that says that it failed. */
function expectOneLine({ code, err }: Ended, says: RegExp): void {
  const lines = err.trim().split('\n');
  expect(lines).toEqual([expect.stringMatching(says)]);
  expect(err).not.toMatch(/\n\s+at |file:\/\/|node:internal|\.ts:\d/);
  expect(code).toBe(1);
}

async function failing(args: readonly string[], home = newHome()): Promise<Ended> {
  const how = await failToStart(['--home', home, '--port', String(await freePortPair()), ...args]);
  expect(processesOf(-1, home)).toEqual([]);
  return how;
}

describe('what is wrong gives one clear line, and leaves nothing running', () => {
  test('a port in use, of the pages or of the API', async () => {
    const blocker = await listening();
    const { port } = blocker.address() as AddressInfo;
    for (const asked of [port, port - 1]) {
      const how = await failToStart(['--home', newHome(), '--port', String(asked)]);
      expectOneLine(how, new RegExp(`Port ${port} is in use.*--port`));
    }
    blocker.close();
  });

  const patient = '{"resourceType":"Patient","id":"p","gender":"male"}';
  test.each([
    ['cut short', 'cut.json', `{"resourceType":"Patient","id":`, /cut\.json/],
    ['damaged gzip', 'damaged.json.gz', gzipSync(patient.repeat(50)).subarray(0, 40), /damaged\.json\.gz.*damaged|cut short/],
    ['a bad line', 'lines.ndjson', `${patient}\n${patient.replace('"p"', '"q"')}\n{"resourceType":\n`, /lines\.ndjson.*line 3/],
    ['no FHIR', 'other.json', '{"hello":"world"}', /other\.json.*not a FHIR resource/],
    ['a property twice', 'twice.json', '{"resourceType":"Patient","id":"p","gender":"male","gender":"female"}', /twice\.json/],
    ['no patient', 'nobody.json', '{"resourceType":"Organization","id":"o","name":"x"}', /no Patient/],
  ] as const)('a data file that is broken: %s', async (_what, name, content, says) => {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    expectOneLine(await failing(['--data', file]), says);
  });

  test('no data there at all', async () => {
    expectOneLine(await failing(['--data', path.join(folder, 'nothing')]), /nothing.*no such file/);
    mkdirSync(path.join(folder, 'empty'));
    expectOneLine(await failing(['--data', path.join(folder, 'empty')]), /empty.*no \.json/);
  });

  test('an upstream that is none', async () => {
    const page = await listening((_request, response) => response.setHeader('content-type', 'text/html').end('<h1>hello</h1>'));
    const { port } = page.address() as AddressInfo;
    expectOneLine(await failing(['--upstream', 'not a url']), /--upstream takes the base URL/);
    expectOneLine(
      await failing(['--upstream', 'http://127.0.0.1:1/fhir']),
      /No FHIR server answers at http:\/\/127\.0\.0\.1:1\/fhir/,
    );
    expectOneLine(await failing(['--upstream', `http://127.0.0.1:${port}/fhir`]), /not the base URL of a FHIR server/);
    page.close();
  });

  test('an option that is none', async () => {
    expectOneLine(await failing(['--prot', '1']), /--prot.*--help/);
    expectOneLine(await failing(['--port', '70000']), /--port takes a number/);
  });

  test('a home that cannot be one', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expectOneLine(await failing([], path.join(file, 'home')), /Cannot use .*home/);
    expectOneLine(await failing([], '/proc/fireguard'), /Cannot use \/proc\/fireguard/);
  });

  test('what a failed load left behind does not mix with other data', async () => {
    const home = newHome();
    const half = path.join(folder, 'half');
    mkdirSync(half);
    const many = Array.from({ length: 1200 }, (_, at) => patient.replace('"p"', `"left-behind-${at}"`)).join('\n');
    writeFileSync(path.join(half, 'a.ndjson'), many);
    writeFileSync(path.join(half, 'b.json'), '{"resourceType":"Patient","id":');
    expectOneLine(await failing(['--data', half], home), /b\.json/);
    const demo = await start({ home });
    const { entries } = await allPages(
      fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization),
      'Patient?_count=1000',
    );
    expect(entries.filter(({ id }) => id.startsWith('left-behind'))).toEqual([]);
    expect(entries.length).toBeGreaterThan(50);
    // Killed between its people and its passwords being written down: nobody knows those passwords, so they are made anew.
    await demo.interrupt();
    rmSync(path.join(home, 'demo.json'));
    const again = await start({ home });
    expect(again.state.personas.map(({ name }) => name)).toEqual(demo.state.personas.map(({ name }) => name));
    expect(
      (await fhirCaller(again.state.fhir, `Bearer ${await again.token('nurse', 'user/*.rs')}`)('GET', 'Patient?_count=1'))
        .status,
    ).toBe(200);
    await again.dispose();
  });
});

const tmpfs = (() => {
  const place = path.join(folder, 'probe');
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    console.warn('start-and-stop: the full disk is skipped, this account cannot mount a tmpfs');
    return false;
  }
})();

describe.skipIf(!tmpfs)('a full disk', () => {
  test.each(['2m', '12m', '40m'])('of %s gives one clear line', async (size) => {
    const place = path.join(folder, `disk-${size}`);
    mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'tmpfs', place]);
    try {
      expectOneLine(await failing([], path.join(place, 'home')), /space|full/i);
    } finally {
      execFileSync('umount', [place]);
    }
  });
});

describe('one home, from start to start', () => {
  const home = newHome();
  let first: DemoState;
  let demo: RunningDemo;
  let written: string;
  let headOfJournal: string;

  beforeAll(async () => {
    demo = await start({ home });
    first = demo.state;
  });

  const asPhysician = async (one: RunningDemo) =>
    fhirCaller(one.state.fhir, `Bearer ${await one.token('family-physician', 'user/*.cruds')}`);
  const journal = (): string =>
    readdirSync(path.join(home, 'audit'))
      .filter((name) => /^\d+\.jsonl$/.test(name))
      .sort()
      .map((name) => readFileSync(path.join(home, 'audit', name), 'utf8').replace(/\0+$/, ''))
      .join('');

  test('the state file is private, complete and says no URL that ends in a slash', () => {
    for (const url of [first.fhir, first.issuer, first.console, first.admin.url, first.upstream.url])
      expect(url).not.toMatch(/\/$/);
    expect(first.personas.map(({ name }) => name)).toEqual(
      'family-physician nurse emergency-physician billing-clerk researcher privacy-officer security-administrator patient-1 patient-2 parent'.split(
        ' ',
      ),
    );
    expect(first.clients.map(({ kind }) => kind).toSorted()).toEqual(['asymmetric', 'backend', 'public', 'symmetric']);
    expect(existsSync(sharedState(demo.port))).toBe(true);
    expect(demo.took).toBeLessThan(60_000);
  });

  test('R-010 the server behind answers nobody but the gateway', async () => {
    for (const authorization of [undefined, 'Bearer x', `Bearer ${await demo.token('family-physician', 'user/*.cruds')}`]) {
      expect((await fhirCaller(first.upstream.url, authorization)('GET', 'Patient')).status).toBe(401);
    }
  });

  test('two starts on one home: one clear line, and the first goes on', async () => {
    const how = await failToStart(['--home', home, '--port', String(await freePortPair())]);
    expectOneLine(how, /in use by another|already/i);
    expect((await (await asPhysician(demo))('GET', 'Patient?_count=1')).status).toBe(200);
  });

  test('Ctrl-C, twice: everything ends, and what was written was kept', async () => {
    const ask = await asPhysician(demo);
    const patient = JSON.parse((await ask('GET', 'Patient?_count=1')).text).entry[0].resource.id;
    const body = JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'kept' },
      subject: { reference: `Patient/${patient}` },
    });
    const created = await ask('POST', 'Observation', { body });
    expect(created.status).toBe(201);
    written = JSON.parse(created.text).id;
    const before = processesOf(demo.pid, home);
    expect(before.length).toBeGreaterThan(3);
    const ending = demo.interrupt();
    process.kill(-demo.pid, 'SIGINT');
    expect((await ending).code).toBe(0);
    expect(before.filter(isAlive)).toEqual([]);
    expect(processesOf(demo.pid, home)).toEqual([]);
    expect(existsSync(sharedState(demo.port))).toBe(false);
    headOfJournal = journal();
  });

  test('R-008 a second start finds its people, its data and its audit trail', async () => {
    expect((await demo.fireguard('audit', 'verify')).code).toBe(0);
    demo = await start({ home });
    expect(demo.state.personas).toEqual(first.personas);
    expect(demo.state.clients).toEqual(first.clients);
    const ask = await asPhysician(demo);
    expect(JSON.parse((await ask('GET', `Observation/${written}`)).text).code.text).toBe('kept');
    expect(journal().startsWith(headOfJournal)).toBe(true);
    const listed = (await demo.fireguard('audit', 'list', '--limit', '1000', '--json')).out.trim().split('\n');
    expect(listed.map((line) => JSON.parse(line).kind)).toEqual(
      expect.arrayContaining(['start', 'stop', 'sign-in', 'request']),
    );
  });

  test('kill -9: what was answered is on record, the chain holds, and the next start is clean', async () => {
    const ask = await asPhysician(demo);
    const ids: string[] = [];
    const asking = Array.from({ length: 8 }, async (_, lane) => {
      for (let turn = 0; turn < 200; turn++) {
        const id = `kill-${lane}-${turn}`;
        const answer = await ask('GET', 'Patient?_count=1', { headers: { 'x-request-id': id } }).catch(() => undefined);
        if (answer === undefined) return;
        ids.push(id);
      }
    });
    while (ids.length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await demo.kill();
    await Promise.all(asking);
    const text = journal();
    expect(ids.filter((id) => !text.includes(`"requestId":"${id}"`))).toEqual([]);
    // What outlives its master is the database, which the next start takes over; nothing else.
    await until(() =>
      processesOf(demo.pid, home).every((pid) => /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))),
    );
    demo = await start({ home });
    expect(demo.state.personas).toEqual(first.personas);
    expect((await (await asPhysician(demo))('GET', `Observation/${written}`)).status).toBe(200);
    const verified = await demo.fireguard('audit', 'verify');
    expect(verified.out + verified.err).toMatch(/^Unbroken/);
    expect(demo.printed()).not.toMatch(/\n\s+at /);
  });

  test('--upstream protects the server of another demo', async () => {
    const other = await start({
      home: newHome(),
      args: ['--upstream', demo.state.upstream.url],
      env: { FIREGUARD_UPSTREAM_AUTHORIZATION: demo.state.upstream.authorization },
    });
    expect(other.state.upstream).toEqual(demo.state.upstream);
    const { status, entries } = await allPages(await asPhysician(other), 'Patient?_count=50');
    expect(status).toBe(200);
    expect(entries.length).toBeGreaterThan(0);
    for (const { raw } of entries)
      expect(raw).toBe(
        (await fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization)('GET', `Patient/${JSON.parse(raw).id}`))
          .text,
      );
    await other.interrupt();
    // The next start of that home, not told again, still knows that others may write there: what they change holds at the next request.
    const again = await start({
      home: other.home,
      env: { FIREGUARD_UPSTREAM_AUTHORIZATION: demo.state.upstream.authorization },
    });
    const upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
    const physician = again.state.personas.find(({ name }) => name === 'family-physician')!.fhirUser!;
    const put = (resource: { resourceType: string; id: string }) =>
      upstream('PUT', `${resource.resourceType}/${resource.id}`, { body: JSON.stringify(resource) });
    await put({ resourceType: 'Patient', id: 'newcomer', generalPractitioner: [{ reference: physician }] } as never);
    const ask = await asPhysician(again);
    expect((await ask('GET', 'Patient/newcomer')).status).toBe(200);
    await put({ resourceType: 'Patient', id: 'newcomer' });
    expect((await ask('GET', 'Patient/newcomer')).status).toBe(404);
    await again.dispose();
    expect((await (await asPhysician(demo))('GET', 'Patient?_count=1')).status).toBe(200);
  });

  test('a home keeps to its data: asked for other data, it says so', async () => {
    await demo.interrupt();
    const file = path.join(folder, 'one.json');
    writeFileSync(file, '{"resourceType":"Patient","id":"p"}');
    expectOneLine(
      await failToStart(['--home', home, '--port', String(await freePortPair()), '--data', file]),
      /holds the synthetic hospital.*--home/,
    );
  });
});

const sharedState = (port: number): string => path.join(tmpdir(), `fireguard-${userInfo().uid}`, `demo-${port}.json`);

function listening(answer?: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(answer ?? (() => undefined));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function until(holds: () => boolean, within = 10_000): Promise<void> {
  const deadline = Date.now() + within;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
