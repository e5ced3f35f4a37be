// What was answered is on disk: kill -9, damage, a second opener, an orphan.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { client } from './client.ts';
import { serverProcess, temporaryFolder } from './fhir-server-process.ts';

const home = temporaryFolder();
const journal = join(home, 'resources.journal');
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('kill -9 in the middle of 300 writes loses none that was answered', async () => {
  const server = await serverProcess(home);
  const ask = client(server.url);
  const answered: string[] = [];
  const writes = Array.from({ length: 300 }, async (_, i) => {
    const reply = await ask(
      'PUT',
      `Patient/k${i}`,
      `{"resourceType":"Patient","id":"k${i}","multipleBirthInteger":${i}}`,
    ).catch(() => undefined);
    if (reply?.status === 201) answered.push(`k${i}`);
    if (answered.length === 120) server.child.kill('SIGKILL');
  });
  await Promise.all(writes);
  await server.end('SIGKILL');
  expect(answered.length).toBeGreaterThanOrEqual(120);

  const again = await serverProcess(home);
  const found = await client(again.url)('GET', 'Patient?_count=1000');
  const ids = new Set(found.json.entry.map((entry: { resource: { id: string } }) => entry.resource.id));
  expect(answered.filter((id) => !ids.has(id))).toEqual([]);
  await again.end('SIGTERM');
});

test('a record cut short at the end is a write that nobody was told of: the rest is served, and writing goes on', async () => {
  const whole = readFileSync(journal);
  truncateSync(journal, whole.length - 7);
  const server = await serverProcess(home);
  const ask = client(server.url);
  expect((await ask('PUT', 'Patient/after', '{"resourceType":"Patient","id":"after"}')).status).toBe(201);
  await server.end('SIGKILL');
  const again = await serverProcess(home);
  expect((await client(again.url)('GET', 'Patient/after')).status).toBe(200);
  await again.end('SIGTERM');
});

test('a damaged file is refused with one line that names file and place', async () => {
  const whole = readFileSync(journal);
  for (const damage of [0, 30, Math.floor(whole.length / 2)]) {
    const bytes = Buffer.from(whole);
    bytes[damage] = (bytes[damage] ?? 0) ^ 0x20;
    writeFileSync(journal, bytes);
    const complaint = await serverProcess(home).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(complaint).toMatch(/^demo FHIR server: .*resources\.journal is damaged at byte \d+: [^\n]+\n$/);
  }
  writeFileSync(journal, whole);
  appendFileSync(journal, 'rubbish that is no header at all, and longer than any header could be, to be sure\n');
  await expect(serverProcess(home)).rejects.toThrow('damaged');
  writeFileSync(journal, whole);
});

test('a second server on the same home is refused while the first lives, and only then', async () => {
  const first = await serverProcess(home);
  await expect(serverProcess(home)).rejects.toThrow('in use');
  await first.end('SIGKILL');
  const second = await serverProcess(home);
  await second.end('SIGTERM');
});

test('it ends when its parent is gone, and does not show its credential', async () => {
  const server = await serverProcess(home);
  const list = spawnSync('ps', ['-o', 'args=', '-p', String(server.child.pid)]).stdout.toString();
  expect(list).toContain('fhir-server/main.ts');
  expect(list).not.toContain('a-credential-for-tests');
  const exited = once(server.child, 'exit');
  server.child.stdin?.end();
  expect((await exited)[0]).toBe(0);
});
