import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { codeTree } from './codes.ts';
import { confidentialityCode, confidentialityRank, confidentialityRanks, veryRestricted } from './confidentiality.ts';
import { obligationSubsumes, obligations, refrains } from './handling.ts';
import { labelKind } from './label-kind.ts';
import { isPurpose, normalisePurpose, purposeReaches, purposeSubsumes } from './purpose.ts';
import { isSensitivity, sensitivitySubsumes } from './sensitivity.ts';

const system = (name: string): string => `http://terminology.hl7.org/CodeSystem/${name}`;

describe('confidentiality', () => {
  const rank = (code: string) => confidentialityRank(system('v3-Confidentiality'), code);

  test('is one order, and holds every code of the system that is in use', () => {
    const codes = ['U', 'L', 'M', 'N', 'R', 'V'];
    expect(codes.map(rank)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(codes.map((code) => confidentialityCode(rank(code) ?? -1))).toEqual(codes);
    const inUse = [...codeTree('confidentiality').ancestors.keys()].filter((code) => !code.startsWith('_'));
    expect(inUse.sort()).toEqual(Object.keys(confidentialityRanks).sort());
    expect(veryRestricted).toBe(5);
  });

  test('retired and unknown codes have no rank, nor has R of another system', () => {
    for (const code of ['HIV', 'B', 'n', '', 'constructor', '_Confidentiality']) expect(rank(code), code).toBeUndefined();
    expect(confidentialityRank('http://example.org', 'R')).toBeUndefined();
    expect(confidentialityRank(system('v3-ActCode'), 'R')).toBeUndefined();
    expect(confidentialityRank('http://hl7.org/fhir/v3/Confidentiality', 'R')).toBe(4);
    expect(confidentialityCode(-1)).toBe('V');
  });
});

describe('sensitivity', () => {
  test('subsumes downwards', () => {
    for (const [above, below] of [
      ['SPI', 'SUD'],
      ['SPI', 'OPIOIDUD'],
      ['SUD', 'OPIOIDUD'],
      ['SPI', 'PSY'],
      ['BH', 'COGN'],
      ['_ActInformationSensitivityPolicy', 'HIV'],
      ['HIV', 'HIV'],
      ['unheard-of', 'unheard-of'],
    ] as const) {
      expect(sensitivitySubsumes(above, below), `${above} ${below}`).toBe(true);
    }
  });

  test('and nowhere else: ETH is not under SUD', () => {
    for (const [above, below] of [
      ['SUD', 'ETH'],
      ['OPIOIDUD', 'SUD'],
      ['HIV', 'STD'],
      ['SUD', 'unheard-of'],
      ['constructor', 'HIV'],
    ] as const) {
      expect(sensitivitySubsumes(above, below), `${above} ${below}`).toBe(false);
    }
    expect(isSensitivity('VIP')).toBe(true);
    expect(isSensitivity('SICKLE')).toBe(false);
  });
});

describe('purposes', () => {
  const permits = (granted: string, asked: string): boolean =>
    purposeSubsumes({ system: system('v3-ActReason'), code: granted }, { system: system('v3-ActReason'), code: asked });

  test('a permission reaches down, but never to break-the-glass', () => {
    expect(permits('TREAT', 'COC')).toBe(true);
    expect(permits('TREAT', 'ERTREAT')).toBe(true);
    expect(permits('HOPERAT', 'LABELING')).toBe(true);
    expect(permits('BTG', 'BTG')).toBe(true);
    for (const above of ['TREAT', 'ETREAT', 'PurposeOfUse', 'ERTREAT']) expect(permits(above, 'BTG'), above).toBe(false);
    expect(permits('ETREAT', 'TREAT')).toBe(false);
    expect(permits('TREAT', 'HPAYMT')).toBe(false);
  });

  test('a denial reaches break-the-glass too', () => {
    const treat = { system: system('v3-ActReason'), code: 'TREAT' };
    expect(purposeReaches(treat, { system: 'urn:oid:2.16.840.1.113883.5.8', code: 'BTG' })).toBe(true);
    expect(purposeReaches(treat, { system: 'http://example.org', code: 'BTG' })).toBe(false);
    expect(purposeReaches({ system: 'http://example.org', code: 'TREAT' }, treat)).toBe(false);
  });

  test.each([
    ['urn:oid:2.16.840.1.113883.5.8#TREAT', system('v3-ActReason'), 'TREAT'],
    [`${system('v3-ActReason')}#BTG`, system('v3-ActReason'), 'BTG'],
    [`${system('v3-ActReason')}|BTG`, system('v3-ActReason'), 'BTG'],
    ['http://terminology.hl7.org/ValueSet/v3-PurposeOfUse#TREAT', system('v3-ActReason'), 'TREAT'],
    ['http://other.example#X', 'http://other.example', 'X'],
  ])('%s', (text, url, code) => {
    expect(normalisePurpose(text)).toEqual({ system: url, code });
  });

  test('codings, and what is no purpose', () => {
    expect(normalisePurpose({ system: 'http://hl7.org/fhir/v3/ActReason', code: 'TREAT' })).toEqual({
      system: system('v3-ActReason'),
      code: 'TREAT',
    });
    for (const text of ['TREAT', '', '#TREAT', `${system('v3-ActReason')}#`])
      expect(normalisePurpose(text), text).toBeUndefined();
    expect(normalisePurpose({ code: 'TREAT' })).toBeUndefined();
    expect(isPurpose({ system: system('v3-ActReason'), code: 'TREAT' })).toBe(true);
    expect(isPurpose({ system: system('v3-ActReason'), code: 'NONSENSE' })).toBe(false);
    expect(isPurpose({ system: 'http://other.example', code: 'TREAT' })).toBe(false);
  });
});

describe('kinds of label', () => {
  test.each([
    ['v3-Confidentiality', 'R', 'confidentiality'],
    ['v3-Confidentiality', 'nonsense', 'confidentiality'],
    ['v3-ActCode', 'HIV', 'sensitivity'],
    ['v3-ActCode', 'VIP', 'sensitivity'],
    ['v3-ActCode', 'nonsense', 'sensitivity'],
    ['v3-ActCode', 'RESCOMPT', 'compartment'],
    ['v3-ActCode', 'MASK', 'obligation'],
    ['v3-ActCode', 'PROCESSINLINELABEL', 'obligation'],
    ['v3-ActCode', 'NORDSCLCD', 'refrain'],
    ['v3-ActCode', '42CFRPart2', 'policy'],
    ['v3-ActCode', 'RedisclosureProhibitionMark', 'mark'],
    ['v3-ActCode', 'HTEST', 'test'],
    ['v3-ActReason', 'HTEST', 'test'],
    ['v3-ActReason', 'TREAT', 'purpose'],
    ['v3-ObservationValue', 'SUBSETTED', 'integrity'],
    ['v3-ObservationValue', 'A1', 'other'],
  ])('%s %s is %s', (name, code, kind) => {
    expect(labelKind(system(name), code)).toBe(kind);
  });

  test('systems in their older spellings, and systems that are none of these', () => {
    expect(labelKind('http://hl7.org/fhir/v3/Confidentiality', 'R')).toBe('confidentiality');
    expect(labelKind('http://hl7.org/fhir/v3/ActCode', 'HIV')).toBe('sensitivity');
    expect(labelKind('urn:oid:2.16.840.1.113883.5.25', 'R')).toBe('confidentiality');
    expect(labelKind('http://example.org/labels', 'R')).toBe('other');
    expect(labelKind('', 'R')).toBe('other');
    expect(labelKind('constructor', 'R')).toBe('other');
  });
});

test('obligations and refrains', () => {
  expect(obligations()).toEqual(expect.arrayContaining(['MASK', 'REDACT', 'DELAU', 'ENCRYPTT', 'CPLYCUI', 'CUIMark']));
  expect(refrains()).toEqual(expect.arrayContaining(['NOREUSE', 'NORDSCLCD', 'NODSCLCD', 'ORCON', 'NOVIP']));
  expect(obligationSubsumes('ENCRYPT', 'ENCRYPTT')).toBe(true);
  expect(obligationSubsumes('CPLYPOL', 'CPLYCUI')).toBe(true);
  expect(obligationSubsumes('ENCRYPTT', 'ENCRYPT')).toBe(false);
});

const current = fileURLToPath(new URL('../../../../shared/data/terminology/tho/', import.meta.url));
test.skipIf(!existsSync(current)).each([
  ['sensitivity', 'ActCode', '_InformationSensitivityPolicy'],
  ['obligation', 'ActCode', 'ObligationPolicy'],
  ['refrain', 'ActCode', 'RefrainPolicy'],
  ['compartment', 'ActCode', 'COMPT'],
  ['purpose', 'ActReason', 'PurposeOfUse'],
] as const)('every %s of the current HL7 Terminology is here, under the same codes', (kind, file, root) => {
  const xml = gunzipSync(readFileSync(`${current}CodeSystem-v3-${file}.xml.gz`)).toString('utf8');
  const ours = codeTree(kind).ancestors;
  const theirs = closure(conceptsOf(xml), root);
  expect([...theirs.keys()].filter((code) => !ours.has(code))).toEqual([]);
  expect([...ours.keys()].filter((code) => !theirs.has(code))).toEqual([]);
  for (const [code, above] of theirs)
    for (const one of above) expect(ours.get(code)?.has(one), `${one} above ${code}`).toBe(true);
});

/** Code → parents, of codes in use, out of the XML of a code system: read with the bluntest tool, so as to share no mistake with ours. */
function conceptsOf(xml: string): ReadonlyMap<string, readonly string[]> {
  const parents = new Map<string, readonly string[]>();
  for (const block of xml.split('<concept>').slice(1)) {
    const code = /<code value="([^"]*)"/.exec(block)?.[1] ?? '';
    const property = (name: string): readonly string[] =>
      [...block.matchAll(new RegExp(`<code value="${name}"/>\\s*<value\\w+ value="([^"]*)"`, 'g'))].map(
        (match) => match[1] ?? '',
      );
    if (!property('status').includes('retired')) parents.set(code, property('subsumedBy'));
  }
  return parents;
}

function closure(parents: ReadonlyMap<string, readonly string[]>, root: string): ReadonlyMap<string, ReadonlySet<string>> {
  const result = new Map<string, ReadonlySet<string>>();
  for (const code of parents.keys()) {
    const above = new Set([code]);
    for (const one of above) for (const parent of parents.get(one) ?? []) above.add(parent);
    if (above.has(root)) result.set(code, new Set([...above].filter((one) => one === root || closureHas(parents, one, root))));
  }
  return result;
}

function closureHas(parents: ReadonlyMap<string, readonly string[]>, code: string, root: string): boolean {
  const above = new Set([code]);
  for (const one of above) for (const parent of parents.get(one) ?? []) above.add(parent);
  return above.has(root);
}
