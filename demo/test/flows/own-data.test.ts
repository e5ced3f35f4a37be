// Users' own data behind Fireguard: everything is loaded, and a physician gets exactly what the words of the default policies give them, to the byte.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, allPages, type FhirCaller, fhirCaller, keysOf } from '../caller.ts';
import { patientsOf, permitted } from '../naive-physician.ts';
import { type RawEntry, rawMembers } from '../raw-json.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

const synthea = path.resolve(import.meta.dirname, '../../../../shared/data/synthea');
const present = existsSync(synthea);
if (!present) console.warn(`own-data: skipped, there is no ${synthea}`);

/** The largest set is read in large pages; the small ones in pages that do not come out even. */
const sets = [
  { name: 'smart-r4', pageSize: 1000 },
  { name: 'hiv-r4', pageSize: 501 },
  { name: 'iris-r4', pageSize: 37 },
  { name: 'bulk-r4', pageSize: 99 },
] as const;

describe.skipIf(!present).each(sets)('--data $name', ({ name, pageSize }) => {
  let demo: RunningDemo;
  let upstream: FhirCaller;
  let physician: FhirCaller;
  let theirs: ReadonlySet<string>;
  const behind = new Map<string, readonly RawEntry[]>();

  beforeAll(async () => {
    demo = await startDemo({ args: ['--data', path.join(synthea, name)], within: 150_000 });
    upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
    for (const type of new Set(inFiles(name).map((key) => key.split('/')[0]!))) {
      behind.set(type, (await allPages(upstream, `${type}?_count=1000`)).entries);
    }
    const persona = demo.state.personas.find((one) => one.name === 'family-physician')!;
    theirs = patientsOf({
      byType: behind,
      fhirUser: persona.fhirUser ?? 'nobody',
      ownFacts: await ownFacts(demo, persona.username),
    });
    physician = fhirCaller(demo.state.fhir, `Bearer ${await demo.token('family-physician', 'user/*.rs')}`);
  }, 300_000);
  afterAll(() => demo?.dispose());

  test('every resource of the files is there, and what it made itself it said', () => {
    const expected = new Set(inFiles(name));
    const loaded = [...behind.values()].flatMap(keysOf);
    expect(new Set(loaded).size).toBe(loaded.length);
    expect(loaded.filter((key) => expected.has(key)).length).toBe(expected.size);
    const made = Number(/(\d+) (\w+) that the data only name by identifier/.exec(demo.printed())?.[1] ?? 0);
    const extra = loaded.filter((key) => !expected.has(key));
    if (made === 0) expect(extra).toEqual([]);
  });

  test('the physician has patients and strangers, so that the next test can fail', () => {
    expect(theirs.size).toBeGreaterThan(0);
    expect(theirs.size).toBeLessThan(behind.get('Patient')!.length);
  });

  test('R-002 R-036 a physician’s searches give exactly the permitted subset, page by page, to the byte', async () => {
    for (const [type, all] of behind) {
      // What the shipped label rules call violence is for the care team alone, and this physician is none of it.
      const should = all.filter((entry) => permitted(entry, theirs) && !isAboutViolence(entry));
      const { status, entries, pages } = await allPages(physician, `${type}?_count=${pageSize}`);
      expect(`${type} ${status}`).toBe(`${type} 200`);
      expect(keysOf(entries).toSorted()).toEqual(keysOf(should).toSorted());
      expect(pages.length).toBe(Math.max(1, Math.ceil(should.length / pageSize)));
      const sources = new Map(should.map(({ id, raw }) => [id, raw]));
      for (const { id, raw, fullUrl } of entries) {
        expectSameBytes(type, raw, sources.get(id)!);
        expect(fullUrl).toBe(`${demo.state.fhir}/${type}/${id}`);
      }
      for (const page of pages) expectOwnLinks(page);
    }
  }, 240_000);

  test('read, vread and POST _search give the same bytes; a stranger’s record is not found', async () => {
    for (const type of ['Patient', 'Encounter', 'Observation', 'Condition']) {
      const [mine, others] = [true, false].map((wanted) =>
        (behind.get(type) ?? []).filter((entry) => permitted(entry, theirs) === wanted),
      );
      for (const { id, raw } of every(mine!, 5)) {
        const read = await physician('GET', `${type}/${id}`);
        expect(read.status).toBe(200);
        expectSameBytes(type, read.text, raw);
        const version = (JSON.parse(raw) as Anything).meta.versionId;
        expect((await physician('GET', `${type}/${id}/_history/${version}`)).text).toBe(read.text);
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        const found = await physician('POST', `${type}/_search`, { headers: form, body: `_id=${id}` });
        expect(found.text).toContain(read.text);
      }
      for (const { id } of every(others!, 5)) {
        expect((await physician('GET', `${type}/${id}`)).status).toBe(404);
        expect(JSON.parse((await physician('GET', `${type}?_id=${id}`)).text).entry).toBeUndefined();
      }
    }
  }, 60_000);

  function expectOwnLinks(page: Answer): void {
    expect(page.text).not.toContain(new URL(demo.state.upstream.url).host);
    for (const { url } of JSON.parse(page.text).link)
      expect(url.startsWith(`${demo.state.fhir}/`) || url.startsWith(`${demo.state.fhir}?`)).toBe(true);
  }

  /** But for references that carried the other base; of a practitioner, the private details are gone and what is left is untouched. */
  function expectSameBytes(type: string, raw: string, source: string): void {
    const rebased = source.replaceAll(`"${demo.state.upstream.url}/`, `"${demo.state.fhir}/`);
    if (type !== 'Practitioner') {
      if (raw !== rebased) expect(raw).toBe(rebased);
      return;
    }
    const [left, whole] = [rawMembers(raw), rawMembers(rebased)];
    const kept = [...whole.keys()].filter(
      (member) => !['text', 'birthDate', 'address', 'telecom'].includes(member.replace(/^_/, '')),
    );
    expect([...left.keys()].toSorted()).toEqual([...new Set([...kept, 'meta'])].toSorted());
    for (const member of kept) if (member !== 'meta') expect(left.get(member)).toBe(whole.get(member));
    expect(JSON.parse(left.get('meta')!).tag.map((tag: Anything) => tag.code)).toContain('SUBSETTED');
  }
});

/** `Type/id` of each resource in the files, once. What a transaction creates is called by its `urn:uuid`. */
function inFiles(name: string): readonly string[] {
  const folder = path.join(synthea, name);
  const keys = readdirSync(folder).flatMap((file) => {
    const bytes = readFileSync(path.join(folder, file));
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    if (file.includes('.ndjson'))
      return text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => keyOf({ resource: JSON.parse(line) }));
    return (JSON.parse(text).entry as Anything[]).map(keyOf);
  });
  return [...new Set(keys)];
}

function keyOf({ resource, fullUrl, request }: Anything): string {
  const urn = /^urn:uuid:(.+)$/.exec(fullUrl ?? '')?.[1];
  return `${resource.resourceType}/${request?.method === 'POST' ? (urn ?? resource.id) : (resource.id ?? urn)}`;
}

async function ownFacts(demo: RunningDemo, username: string): Promise<readonly string[]> {
  const ask = async (place: string): Promise<Anything> =>
    (await fetch(`${demo.state.admin.url}${place}`, { headers: { authorization: `Bearer ${demo.state.admin.token}` } })).json();
  const person = (await ask('/people')).people.find((one: Anything) => one.username === username);
  const { relations } = await ask(`/relations?person=${person.id}`);
  return relations.map((one: Anything) => one.patient.replace(/^Patient\//, ''));
}

const every = <T>(list: readonly T[], wanted: number): readonly T[] =>
  list.filter((_, at) => at % Math.max(1, Math.floor(list.length / wanted)) === 0).slice(0, wanted);

/** By the words of the data, not by the codes of the rules. */
function isAboutViolence({ raw }: { readonly raw: string }): boolean {
  return /partner abuse|domestic abuse/i.test(raw);
}
