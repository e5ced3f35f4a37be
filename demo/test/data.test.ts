// Users' data: real Synthea files through the loader into the real process, counted and compared with the files themselves.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadData } from '../src/data/load-data.ts';
import { loadInto } from '../src/data/load-into.ts';
import { client } from './client.ts';
import { authorization, type ServerProcess, serverProcess, temporaryFolder } from './fhir-server-process.ts';

const synthea = join(import.meta.dirname, '../../../shared/data/synthea');
const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

async function load(path: string) {
  const found: { readonly type: string; readonly id: string; readonly text: string; readonly placeholder: boolean }[] = [];
  const notices: string[] = [];
  for await (const { type, id, bytes, placeholder } of loadData(path, (line) => notices.push(line)))
    found.push({ type, id, text: new TextDecoder().decode(bytes), placeholder });
  return { found, notices };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('forms of data', () => {
  const odd =
    '{ "resourceType":"Observation","id":"o1","valueQuantity":{"value":1.10} , "subject":{"reference":"urn:uuid:11111111-2222-4333-8444-555555555555"}}';
  const transaction = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:aaaaaaaa-2222-4333-8444-555555555555","resource":${odd},"request":{"method":"POST","url":"Observation"}},
    {"fullUrl":"urn:uuid:11111111-2222-4333-8444-555555555555","resource":{"resourceType":"Patient","identifier":[{"value":"urn:uuid:11111111-2222-4333-8444-555555555555"}]},"request":{"method":"POST","url":"Patient"}}]}`;

  test('a transaction: ids from urn:uuid, references resolved, every other byte kept', async () => {
    const { found } = await load(file('tx.json', transaction));
    expect(found).toEqual([
      {
        type: 'Observation',
        id: 'aaaaaaaa-2222-4333-8444-555555555555',
        placeholder: false,
        text: odd.replace('"o1"', '"aaaaaaaa-2222-4333-8444-555555555555"').replace('urn:uuid:1111', 'Patient/1111'),
      },
      {
        type: 'Patient',
        id: '11111111-2222-4333-8444-555555555555',
        placeholder: false,
        text: '{"resourceType":"Patient","id":"11111111-2222-4333-8444-555555555555","identifier":[{"value":"urn:uuid:11111111-2222-4333-8444-555555555555"}]}',
      },
    ]);
  });

  test('single resources, NDJSON and collections, compressed or not, in a folder', async () => {
    const inner = join(folder, 'mixed', 'deep');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'one.json'), '\uFEFF{"resourceType":"Patient","id":"one"}');
    writeFileSync(
      join(inner, 'many.ndjson.gz'),
      gzipSync('{"resourceType":"Patient","id":"two"}\r\n\n{"resourceType":"Patient","id":"three"}'),
    );
    writeFileSync(
      join(inner, 'set.json.gz'),
      gzipSync(
        '{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","id":"four"},"search":{"mode":"match"}}]}',
      ),
    );
    writeFileSync(join(inner, 'index.json'), '[1,2]');
    const { found, notices } = await load(join(folder, 'mixed'));
    expect(found.map(({ id }) => id).sort()).toEqual(['four', 'one', 'three', 'two']);
    expect(notices).toEqual([expect.stringMatching(/index\.json holds no FHIR resource/)]);
  });

  test('a conditional reference waits for what it means, or gets a placeholder that says what is known', async () => {
    const both = join(folder, 'conditional');
    mkdirSync(both);
    const visit = (id: string, who: string) =>
      `{"resourceType":"Encounter","id":"${id}","participant":[{"individual":{"reference":"Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|${who}"}}]}`;
    writeFileSync(join(both, 'a.ndjson'), `${visit('e1', '1')}\n${visit('e2', '2')}\n${visit('e3', '2')}`);
    writeFileSync(
      join(both, 'z.json'),
      '{"resourceType":"Practitioner","id":"known","identifier":[{"system":"http://hl7.org/fhir/sid/us-npi","value":"1"}]}',
    );
    const { found, notices } = await load(both);
    const [made] = found.filter(({ placeholder }) => placeholder);
    expect(JSON.parse(made?.text ?? '')).toEqual({
      resourceType: 'Practitioner',
      id: made?.id,
      identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '2' }],
    });
    const seen = found
      .filter(({ type }) => type === 'Encounter')
      .map(({ text }) => (JSON.parse(text) as Anything).participant[0].individual.reference);
    expect(seen).toEqual(['Practitioner/known', `Practitioner/${made?.id}`, `Practitioner/${made?.id}`]);
    expect(notices).toHaveLength(1);
  });
});

describe('broken data give one line that names file and place', () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['cut.json', '{"resourceType":"Patient",', /cut\.json, at byte 26: The body is not valid JSON/],
    ['line.ndjson', '{"resourceType":"Patient"}\n{"resourceType":"Patient",,}', /line\.ndjson, line 2, at byte 26: /],
    ['zip.json.gz', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]), /zip\.json\.gz: the gzip file is damaged or cut short/],
    ['list.json', '[]', /list\.json: not a FHIR resource/],
    ['entry.json', '{"resourceType":"Bundle","entry":[{"resource":{}}]}', /entry\.json, entry 0: not a FHIR resource/],
    ['twice.json', '{"resourceType":"Patient","id":"a","id":"b"}', /twice\.json, at byte \d+: .*duplicate/],
  ])('%s', async (name, content, complaint) => {
    const error = await load(file(name, content)).catch((each: Error) => each);
    expect((error as Error).message).toMatch(complaint);
    expect((error as Error).message).not.toContain('\n');
  });

  test('a path that is not there, and an empty folder', async () => {
    await expect(load(join(folder, 'nowhere'))).rejects.toThrow('no such file or folder');
    mkdirSync(join(folder, 'empty'));
    await expect(load(join(folder, 'empty'))).rejects.toThrow('no .json');
  });
});

describe.skipIf(!existsSync(synthea))('Synthea (skipped where ../shared/data is absent)', () => {
  const home = temporaryFolder();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await serverProcess(home);
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });

  test('all four sets load, every resource is there, and its bytes are those of the file', { timeout: 120_000 }, async () => {
    const names = ['smart-r4', 'hiv-r4', 'iris-r4', 'bulk-r4'];
    const expected = new Map<string, Set<string>>();
    const texts = names.flatMap((name) => readdirSync(join(synthea, name)).map((each) => join(synthea, name, each)));
    for (const path of texts) {
      const text = gunzipSync(readFileSync(path)).toString();
      const resources: Anything[] = path.includes('.ndjson')
        ? text
            .trim()
            .split('\n')
            .map((line) => ({ resource: JSON.parse(line) }))
        : JSON.parse(text).entry;
      for (const { resource, fullUrl } of resources) {
        const ids = expected.get(resource.resourceType) ?? new Set();
        expected.set(resource.resourceType, ids.add(fullUrl?.replace('urn:uuid:', '') ?? resource.id));
      }
    }
    const made = new Map<string, number>();
    for (const name of names) {
      const report = await loadInto({ url: server.url, authorization }, counted(loadData(join(synthea, name)), made));
      expect(report.resources).toBeGreaterThan(1000);
    }
    const ask = client(server.url);
    for (const [type, ids] of expected)
      expect([type, (await ask('GET', `${type}?_summary=count`)).json.total]).toEqual([type, ids.size + (made.get(type) ?? 0)]);

    // Bytes: what a read gives, without the server's marks and with the references as they were, is in the file as it stands.
    const [path = ''] = texts;
    const text = gunzipSync(readFileSync(path)).toString();
    const { entry } = JSON.parse(text) as {
      readonly entry: readonly {
        readonly fullUrl: string;
        readonly resource: { readonly resourceType: string; readonly id: string };
      }[];
    };
    for (const { fullUrl, resource } of entry.slice(0, 60)) {
      const read = await ask('GET', `${resource.resourceType}/${fullUrl.replace('urn:uuid:', '')}/_history/1`);
      const plain = read.text
        .replace(/,"meta":\{"versionId":"1","lastUpdated":"[^"]*"\}/, '')
        .replace(/"versionId":"1","lastUpdated":"[^"]*",/, '')
        .replace(/"reference":"[A-Z][A-Za-z]+\/([^"]+)"/g, '"reference":"urn:uuid:$1"');
      expect(
        text.includes(plain) || text.includes(plain.replace(`,"id":"${fullUrl.replace('urn:uuid:', '')}"`, '')),
        read.text.slice(0, 300),
      ).toBe(true);
    }
  });
});

async function* counted<T extends { readonly type: string; readonly placeholder: boolean }>(
  source: AsyncIterable<T>,
  made: Map<string, number>,
): AsyncIterable<T> {
  for await (const each of source) {
    if (each.placeholder) made.set(each.type, (made.get(each.type) ?? 0) + 1);
    yield each;
  }
}
