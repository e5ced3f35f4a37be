// biome-ignore-all lint/suspicious/noExplicitAny: what was read is looked into.
/** DICOM audit messages in and out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { dicomMessage } from './dicom-message.ts';
import { readDicomMessage } from './read-dicom-message.ts';
import { readXml } from './read-xml.ts';

const event = {
  resourceType: 'AuditEvent',
  type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110112', display: 'Query' },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'search-type', display: 'search' }],
  action: 'E',
  recorded: '2026-05-01T10:00:00.123Z',
  outcome: '0',
  agent: [
    {
      who: { identifier: { value: 'Zoë "<&>" 患者' } },
      name: 'O\u0000Neil\n',
      requestor: true,
      network: { address: '198.51.100.7', type: '2' },
    },
  ],
  source: { site: 's', observer: { display: 'gateway' }, type: [{ system: 'x', code: '4' }] },
  entity: [
    { type: { code: '2' }, role: { code: '24' }, query: 'R0VUIC9yNA==' },
    { what: { reference: 'Patient/p1' }, type: { code: '1' }, role: { code: '1' } },
  ],
} as const;

test('an event goes out and comes back with the same meaning, whatever the names hold', () => {
  const back = readDicomMessage(dicomMessage(event)) as Record<string, any>;
  expect(back).toMatchObject({
    ...{ type: { code: '110112' }, subtype: [{ code: 'search-type' }], action: 'E', recorded: event.recorded, outcome: '0' },
    agent: [
      {
        who: { identifier: { value: 'Zoë "<&>" 患者' } },
        name: 'O\uFFFDNeil\n',
        requestor: true,
        network: { address: '198.51.100.7', type: '2' },
      },
    ],
    source: { site: 's', observer: { identifier: { value: 'gateway' } } },
  });
  expect(back['entity'][0]).toMatchObject({ query: 'R0VUIC9yNA==', role: { code: '24' } });
  expect(back['entity'][1]).toMatchObject({ what: { reference: 'Patient/p1' }, type: { code: '1' } });
});

test.each([
  ['a document type', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><AuditMessage>&x;</AuditMessage>'],
  ['an entity of its own', '<AuditMessage>&x;</AuditMessage>'],
  ['a bare ampersand', '<AuditMessage a="a & b"/>'],
  ['something open', '<AuditMessage><a></AuditMessage>'],
  ['the same attribute twice', '<AuditMessage a="1" a="2"/>'],
  ['two roots', '<a/><b/>'],
  ['no end of depth', '<a>'.repeat(100) + '</a>'.repeat(100)],
  ['an instruction inside', '<a><?php x?></a>'],
])('refused: %s', (_name, xml) => {
  expect(readXml(xml)).toBeUndefined();
});

const samples = path.resolve(import.meta.dirname, '../../../../shared/data/audit/atna-xml');

describe.skipIf(!existsSync(samples))('published messages (../shared/data/audit/atna-xml, skipped when absent)', () => {
  test.each(existsSync(samples) ? readdirSync(samples) : [])('%s is understood as a whole', (name) => {
    const xml = readFileSync(path.join(samples, name), 'utf8');
    const read = readDicomMessage(xml) as Record<string, any>;
    const count = (tag: string) => xml.match(new RegExp(`<${tag}[\\s>/]`, 'g'))?.length ?? 0;
    expect(read['agent']).toHaveLength(count('ActiveParticipant'));
    expect(read['entity'] ?? []).toHaveLength(count('ParticipantObjectIdentification'));
    expect(read['subtype'] ?? []).toHaveLength(count('EventTypeCode'));
    expect(Number.isNaN(Date.parse(read['recorded']))).toBe(false);
    // Every code that the message gives is in the event.
    for (const [, code] of xml.matchAll(/(?:csd-)?code="([^"]+)"/gi))
      expect(JSON.stringify(read)).toContain(JSON.stringify(code));
    expect(dicomMessage(read as never)).toContain('<AuditMessage>');
  });
});
