/** Real resources of every R4 type: byte for byte where nothing is masked (I12), and exactly without an element where it is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { decideByTable } from '../../test/permits.ts';
import type { Permit } from '../decision/permit.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { resourceBytes } from './resource-bytes.ts';
import { judge, type Visible } from './visible.ts';

const place = path.resolve(import.meta.dirname, '../../../../shared/data/fhir-examples/r4');
const files = existsSync(place)
  ? readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  : [];
const bases = { ours: 'https://guard.example/fhir', upstream: 'http://upstream.internal/fhir' };
type Json = Record<string, unknown>;

function visible(document: JsonDocument, type: string, mask: readonly string[]): Visible {
  const permit = decideByTable({ interaction: 'read', type, policies: { '*': { mask } } }) as Permit;
  const candidate = { type, id: 'x', document, node: document.root, patients: [], undetermined: false };
  const judged = judge(permit, candidate, { relations: new Map(), consents: new Map() });
  if (judged.kind === 'withheld') throw new Error('withheld');
  return judged;
}

function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

function withoutElement(resource: Json, element: string): Json {
  const { [element]: _x, [`_${element}`]: _y, text: _text, meta, contained, ...rest } = structuredClone(resource);
  const tag = [
    ...(((meta as Json | undefined)?.['tag'] as object[] | undefined) ?? []),
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
  ];
  const parts = (contained as Json[] | undefined)?.map((part) => {
    const { text: _inner, ...kept } = part;
    if (part['resourceType'] !== resource['resourceType']) return kept;
    const { [element]: _a, [`_${element}`]: _b, ...copy } = kept;
    return copy;
  });
  // What is contained is a part of what names it.
  const reached = (from: unknown): readonly Json[] =>
    (parts ?? []).filter((part) => texts(from).includes(`#${part['id'] as string}`));
  let left = reached(rest);
  for (let more = reached(left); more.some((one) => !left.includes(one)); more = reached(left))
    left = [...new Set([...left, ...more])];
  const security = [
    ...(((meta as Json | undefined)?.['security'] as object[] | undefined) ?? []),
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' },
  ];
  return {
    ...rest,
    ...(left.length === 0 || element === 'contained' ? {} : { contained: (parts ?? []).filter((one) => left.includes(one)) }),
    meta: { ...(meta as Json | undefined), security, tag },
  };
}

describe.skipIf(files.length === 0)('published R4 examples (skipped without ../shared/data)', () => {
  test(`${files.length} files leave as they came, and without an element as if it had never been there`, () => {
    let masked = 0;
    for (const file of files) {
      const bytes = readFileSync(path.join(place, file));
      let document: JsonDocument;
      try {
        document = scan(bytes);
      } catch {
        continue; // Examples that are no strict JSON belong to the scanner's tests.
      }
      const resource = JSON.parse(bytes.toString()) as Json;
      const type = resource['resourceType'] as string;
      const [plain] = resourceBytes([visible(document, type, [])], bases);
      expect(Buffer.compare(plain!, document.slice(document.root))).toBe(0);

      const elements = Object.keys(resource).filter(
        (key) => !['resourceType', 'id', 'meta', 'text'].includes(key) && !key.startsWith('_'),
      );
      for (const element of elements) {
        const [without] = resourceBytes([visible(document, type, [element])], bases);
        expect(JSON.parse(new TextDecoder().decode(without))).toEqual(withoutElement(resource, element));
        masked++;
      }
    }
    expect(masked).toBeGreaterThan(1000);
  });
});
