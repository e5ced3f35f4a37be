/** RFC 9700 and the OAuth 2.1 draft, rule by rule (bcp.yaml): each has tests that try to break it, and every test that it names is there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { allRows } from '../../../../conformance/smart/rows/all.ts';

interface Rule {
  readonly at: string;
  readonly rule: string;
  readonly rows?: readonly string[];
  readonly tests?: readonly string[];
  readonly why?: string;
}

const rules = parse(readFileSync(path.join(import.meta.dirname, 'bcp.yaml'), 'utf8')) as readonly Rule[];
const tests = path.resolve(import.meta.dirname, '../..');
const ids = allRows.map(({ id }) => id);

test('R-095 RFC 9700: the list is whole: sections 2.1 to 2.6 and 4.1 to 4.17', () => {
  const sections = [
    '2.1',
    '2.1.1',
    '2.1.2',
    '2.2.1',
    '2.2.2',
    '2.3',
    '2.4',
    '2.5',
    '2.6',
    ...Array.from({ length: 17 }, (_, at) => `4.${at + 1}`),
  ];
  const named = rules.map(({ at }) => at);
  expect(
    sections.filter((one) => !named.some((at) => at === `RFC 9700 §${one}` || at.startsWith(`RFC 9700 §${one}.`))),
  ).toEqual([]);
});

test.each(rules.map((rule) => [`${rule.at}: ${rule.rule}`, rule] as const))(
  'R-095 %s',
  (_title, { rows = [], tests: named = [], why = '' }) => {
    expect(rows.length + named.length > 0 || why.length > 20, 'neither tests nor a reason').toBe(true);
    for (const id of rows) expect(ids.filter((one) => one === id || one.startsWith(`${id}-`)).length, id).toBeGreaterThan(0);
    for (const one of named) {
      const [file = '', title = ''] = one.split(/: (.*)/s);
      expect(existsSync(path.join(tests, file)), file).toBe(true);
      expect(readFileSync(path.join(tests, file), 'utf8'), one).toContain(title);
    }
  },
);
