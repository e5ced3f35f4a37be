/**
 * The part of the conformance run that fits in every test run: the rows of one app of each kind and of backend services, a sample of the mutants, and 400
 * fuzzed requests. All of it is `npm run conformance -- smart`, `-- smart --mutants` and `npm run fuzz -- oauth`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fuzzOauth } from './fuzz/fuzz-oauth.ts';
import { isAt, type Mutant } from './mutants/mutant.ts';
import { anythingGoes, withField } from './mutants/spoil-answers.ts';
import { closeBrowser } from './smart/approve-by-browser.ts';
import { allRows } from './smart/rows/all.ts';
import { runMutants, runRows } from './smart/run-rows.ts';
import { faults, shalls } from './smart/shalls.ts';
import { type Subject, startSubject } from './smart/subject.ts';

let subject: Subject;
beforeAll(async () => {
  subject = await startSubject();
});
afterAll(async () => {
  await closeBrowser();
  await subject?.stop();
});

const failures = (results: Awaited<ReturnType<typeof runRows>>) =>
  results.filter(({ passed }) => !passed).map(({ row, note }) => `${row.id}: ${note}`);

test('ids are fixed and none is used twice; there are more than a hundred rows', () => {
  const ids = allRows.map(({ id }) => id);
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  expect(ids.every((id) => /^(smart|g10)-[a-zA-Z0-9.-]+$/.test(id))).toBe(true);
  expect(ids.length).toBeGreaterThan(100);
});

test('every SHALL of SMART App Launch 2.2.0 that binds a server has rows, or a reason why none can ask it', () => {
  expect(faults()).toEqual([]);
  expect(shalls.length).toBeGreaterThan(170);
});

test('R-093 R-094 the running server passes the SMART rows', { timeout: 600_000 }, async () => {
  const rows = allRows.filter(({ id }) => !/-(symmetric|asymmetric)$/.test(id));
  expect(failures(await runRows(subject, rows, () => undefined))).toEqual([]);
});

test('rows fail where what they ask for is missing', { timeout: 600_000 }, async () => {
  const rows = allRows.filter((_row, at) => at % 23 === 7);
  expect(failures(await runMutants(subject, rows, () => undefined))).toEqual([]);
});

test('R-095 400 fuzzed requests: no failure inside, nothing told, no token and no redirect that nobody is owed', {
  timeout: 600_000,
}, async () => {
  const { complaints, counts } = await fuzzOauth(subject, 400, 42);
  expect(complaints).toEqual([]);
  expect(counts.get('codes') ?? 0).toBeGreaterThan(0);
  expect(counts.get('refresh_token tokens') ?? 0).toBeGreaterThan(0);
});

test('R-095 the judge of the fuzzer sees servers that give what nobody is owed', { timeout: 600_000 }, async () => {
  const widened: Mutant = {
    name: 'every refresh and exchange is widened',
    answer: (answer, ask) =>
      isAt(ask, '/token')
        ? { ...answer, text: answer.text.replace(/"scope":"[^"]*"/, '"scope":"user/*.cruds system/*.rs"') }
        : answer,
  };
  for (const mutant of [anythingGoes('anything')(), widened, withField('/introspect', 'active', true)()]) {
    const { complaints } = await fuzzOauth(subject, 200, 7, mutant);
    expect(complaints.length, mutant.name).toBeGreaterThan(0);
  }
});
