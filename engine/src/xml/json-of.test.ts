/** FHIR xml.html: what XML says, said in JSON, to the letter or not at all. Hardening and R-244: nothing that a document type could do. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FhirVersion } from '../fhir/version.ts';
import { scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { jsonOf } from './json-of.ts';
import { xmlOf } from './xml-of.ts';

const NS = 'xmlns="http://hl7.org/fhir"';
const XHTML = 'xmlns="http://www.w3.org/1999/xhtml"';
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const json = (xml: string, version: FhirVersion = 'R4') => decode(jsonOf(encode(xml), version));
const xml = (text: string, version: FhirVersion = 'R4') => decode(xmlOf(encode(text), version));

/** The public text after its beginning; undefined = it was read. */
function refusal(text: string | Uint8Array): string | undefined {
  try {
    jsonOf(typeof text === 'string' ? encode(text) : text, 'R4');
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'xml-invalid') throw error;
    expect(error.answer.status).toBe(400);
    return error.publicText.replace('The body is not valid FHIR XML: ', '');
  }
}

/** Written in the order of the definitions, so that both ways must give the same bytes. */
const fixtures: readonly (readonly [FhirVersion, string])[] = [
  ['R4', '{"resourceType":"Patient","id":"p","active":false,"multipleBirthInteger":-2}'],
  ['R4', '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.10,"unit":"g"}}'],
  ['R4', '{"resourceType":"Observation","valueQuantity":{"value":-0.0010E-5}}'],
  ['R4', '{"resourceType":"Observation","valueQuantity":{"value":123456789012345678901234567890.0}}'],
  [
    'R4',
    '{"resourceType":"Patient","_active":{"id":"a"},"name":[{"given":["Ann",null,"C"],"_given":[null,{"extension":[{"url":"http://a/b","valueCode":"c"}]},null]}],' +
      '"birthDate":"1970-03-30","_birthDate":{"id":"b","extension":[{"url":"http://t","valueDateTime":"1970-03-30T10:00:00+01:00"}]}}',
  ],
  [
    'R4',
    '{"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://x","extension":[{"url":"y","valueBoolean":true}]}]}}',
  ],
  [
    'R4',
    '{"resourceType":"Patient","text":{"id":"t","extension":[{"url":"http://x","valueInteger":3}],"status":"generated",' +
      '"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p class=\'a\'>1 &lt; 2 <b>&#160;x</b><br/>\\n  ü</p></div>"}}',
  ],
  [
    'R4',
    '{"resourceType":"MedicationRequest","contained":[{"resourceType":"Medication","id":"m","ingredient":[{"strength":{"numerator":{"value":0.50}}}]}]}',
  ],
  [
    'R4',
    '{"resourceType":"Bundle","type":"batch","entry":[{"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Basic","id":"b"}}]},' +
      '"request":{"method":"POST","url":"Bundle"}}]}',
  ],
  [
    'R4',
    '{"resourceType":"Parameters","parameter":[{"name":"a","valueDecimal":1.0},{"name":"b","part":[{"name":"c","resource":{"resourceType":"Basic"}}]}]}',
  ],
  ['R4', '{"resourceType":"Basic","implicitRules":"  leading, \\"quoted\\", <tag>, & \\ttab \\n line, 🙂, \'  "}'],
  ['R5', '{"resourceType":"Observation","valueInteger":7,"component":[{"valueInteger":1}]}'],
  ['R5', '{"resourceType":"DocumentReference","content":[{"attachment":{"size":"9007199254740993","height":20}}]}'],
  ['R4B', '{"resourceType":"NutritionProduct","status":"active","knownAllergen":[{"concept":{"text":"milk"}}]}'],
];

describe('JSON to XML to JSON', () => {
  test.each(fixtures)('%s %s', (version, text) => {
    expect(json(xml(text, version), version)).toBe(text);
  });

  test('whatever text stands in an element comes back', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((one) => one.isWellFormed());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold
    const sayable = text.filter((one) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(one));
    fc.assert(
      fc.property(sayable, (value) => {
        const one = JSON.stringify({ resourceType: 'Basic', language: value });
        expect(json(xml(one))).toBe(one);
      }),
    );
  });
});

describe('what is read', () => {
  test('elements in any order are written in that of the definitions; comments and white space between them go', () => {
    const text = `<?xml version="1.0" encoding="utf-8"?>\r\n<!-- a --><Patient ${NS} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">
      <gender value='male'/> <!-- - --> <active value="true"></active>
      <name><given value="A"/><family value="B"/><given value="C"/></name>
    </Patient>\n`;
    expect(json(text)).toBe(
      '{"resourceType":"Patient","active":true,"name":[{"family":"B","given":["A","C"]}],"gender":"male"}',
    );
  });

  test('white space in an attribute is a space, unless it is written as a reference (XML 1.0 §3.3.3)', () => {
    expect(json(`<Basic ${NS}><language value="a\r\nb\tc&#10;d&#x41;&apos;"/></Basic>`)).toBe(
      '{"resourceType":"Basic","language":"a b c\\ndA\'"}',
    );
  });

  test('a byte order mark is passed over', () => expect(json(`\ufeff<Basic ${NS}/>`)).toBe('{"resourceType":"Basic"}'));
});

describe('what is refused, with a text that says why and repeats nothing', () => {
  const patient = (inside: string) => `<Patient ${NS}>${inside}</Patient>`;
  test.each([
    ['', 'there is no element'],
    ['   ', 'there is no element'],
    ['{}', 'text between the elements'],
    ['<Patient/>', 'the namespace must be http://hl7.org/fhir'],
    ['<Patient xmlns="http://elsewhere"/>', 'the namespace must be http://hl7.org/fhir'],
    [`<f:Patient xmlns:f="http://hl7.org/fhir"/>`, 'names with a prefix are not read: use the default namespace'],
    [`<Nothing ${NS}/>`, 'there is no resource type of this name'],
    [`<HumanName ${NS}/>`, 'there is no resource type of this name'],
    [`<patient ${NS}/>`, 'there is no resource type of this name'],
    [`<!DOCTYPE Patient [<!ENTITY e SYSTEM "file:///etc/passwd">]>${patient('')}`, 'document types and entities are not read'],
    [`<?xml-stylesheet href="x"?>${patient('')}`, 'processing instructions are not read'],
    [`<?xml version="1.0" encoding="ISO-8859-1"?>${patient('')}`, 'it must be UTF-8'],
    [`<?xml version="1.0" encoding="UTF-16"?>${patient('')}`, 'it must be UTF-8'],
    [`${patient('')}${patient('')}`, 'something follows the resource'],
    [patient('<?php ?>'), 'processing instructions are not read'],
    [patient('<![CDATA[x]]>'), 'CDATA sections are not read'],
    [patient('text'), 'text between the elements'],
    [patient('<!-- a -- b -->'), 'a comment that does not end as comments do'],
    [patient('<!-- a'), 'a comment that does not end as comments do'],
    [patient('<active value="&e;"/>'), 'an entity that XML does not define'],
    [patient('<active value="&#0;"/>'), 'a reference to a character that XML does not have'],
    [patient('<active value="&#xD800;"/>'), 'a reference to a character that XML does not have'],
    [patient('<active value="\u0001"/>'), 'a character that XML does not have'],
    [patient('<active value="true" value="false"/>'), 'an attribute twice'],
    [patient('<active value=true/>'), 'a tag that does not end as tags do'],
    [patient('<active value="<"/>'), 'a tag that does not end as tags do'],
    [patient(`<active ${Array.from({ length: 20 }, (_, at) => `a${at}="1"`).join(' ')}/>`), 'too many attributes'],
    [patient('<active value="true" other="x"/>'), 'an attribute that FHIR does not have'],
    [patient('<active value=""/>'), 'an attribute that says nothing'],
    [patient('<active/>'), 'an element that says nothing'],
    [patient('<name/>'), 'an element that says nothing'],
    [patient('<active value="TRUE"/>'), 'a value that is no boolean'],
    [patient('<active value="1"/>'), 'a value that is no boolean'],
    [patient('<multipleBirthInteger value="+1"/>'), 'a value that is no integer'],
    [patient('<multipleBirthInteger value="1.0"/>'), 'a value that is no integer'],
    [patient('<active value="true"/><active value="true"/>'), 'an element twice that may be there once'],
    [patient('<nonsense value="true"/>'), 'an element that its type does not have'],
    [patient('<active value="true"><nonsense/></active>'), 'an element that its type does not have'],
    [patient('<name><family value="x"></name>'), 'an end tag of another element'],
    [`<Patient ${NS}><name>`, 'an element that does not end'],
    [patient('<name xmlns="http://elsewhere"><family value="x"/></name>'), 'the namespace must be http://hl7.org/fhir'],
    [patient('<contained/>'), 'one resource belongs here'],
    [patient('<contained><Basic/><Basic/></contained>'), 'one resource belongs here'],
    [patient('<contained id="x"><Basic/></contained>'), 'an attribute that FHIR does not have'],
    [patient('<contained><HumanName/></contained>'), 'there is no resource type of this name'],
    [patient('<id value="x" url="y"/>'), 'an attribute that FHIR does not have'],
    [`<Patient ${NS} id="x"/>`, 'an attribute that resources do not have'],
    [`<Basic ${NS}>${'<extension url="a">'.repeat(100)}`, 'nested too deeply'],
    [`<Observation ${NS}><valueQuantity><value value="01.0"/></valueQuantity></Observation>`, 'a value that is no decimal'],
    [`<Observation ${NS}><valueQuantity><value value="NaN"/></valueQuantity></Observation>`, 'a value that is no decimal'],
  ])('R-244 %s', (text, why) => expect(refusal(text)).toBe(why));

  const narrative = 'a narrative that is not well-formed XHTML of one div, without comments, CDATA and instructions';
  test.each([
    '<div>no namespace</div>',
    `<div ${XHTML}><!-- x --></div>`,
    `<div ${XHTML}><![CDATA[x]]></div>`,
    `<div ${XHTML}>&nbsp;</div>`,
    `<div ${XHTML}>&e;</div>`,
    `<div ${XHTML}><p></div>`,
    `<div ${XHTML}/>`,
    `<div ${XHTML}><p a="1" a="2"/></div>`,
    `<div ${XHTML}><?php ?></div>`,
    `<div ${XHTML}>`,
  ])('a narrative %s', (div) => {
    expect(refusal(patient(`<text><status value="generated"/>${div}</text>`))).toBe(narrative);
  });

  test('bytes that are no UTF-8', () => expect(refusal(new Uint8Array([0x3c, 0xff, 0x3e]))).toBe('it must be UTF-8'));

  test('no time is lost on what does not end', () => {
    const began = process.threadCpuUsage().user / 1000;
    for (const long of ['<a '.repeat(200_000), `<!--${'-'.repeat(500_000)}`, `<a ${'b '.repeat(200_000)}`, '&'.repeat(500_000)])
      for (const text of [long, patient(long), patient(`<text><div ${XHTML}>${long}`), patient(`<active value="${long}`)])
        expect(refusal(text)).toBeDefined();
    expect(process.threadCpuUsage().user / 1000 - began).toBeLessThan(10_000);
  });
});

test('whatever becomes of a document, it is read or refused, and what is read is strict JSON', () => {
  const documents = fixtures.filter(([version]) => version === 'R4').map(([, text]) => xml(text));
  const pieces = [
    '<',
    '>',
    '"',
    "'",
    '&',
    '&#10;',
    '<!--',
    '-->',
    '<?',
    ']]>',
    '/>',
    '</',
    ' value="1"',
    '\u0000',
    '<div xmlns="http://www.w3.org/1999/xhtml">',
    ' ',
  ];
  const mutation = fc.tuple(fc.nat(), fc.nat(20), fc.constantFrom(...pieces, ''));
  fc.assert(
    fc.property(fc.constantFrom(...documents), fc.array(mutation, { minLength: 1, maxLength: 4 }), (document, mutations) => {
      const changed = mutations.reduce((text, [place, length, piece]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + piece + text.slice(at + length);
      }, document);
      try {
        scan(jsonOf(encode(changed), 'R4'));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        expect(error.answer.status).toBe(400);
      }
    }),
    { numRuns: 2000 },
  );
});

/** Of the JavaScript that Node 24 has, not yet in the library types. */
const numbersAsWritten = JSON as typeof JSON & { rawJSON(text: string): object; isRawJSON(value: unknown): boolean };

/** Without white space, members by name, text as JavaScript writes it, numbers as they were written. */
function canonical(text: string): string {
  const sort = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sort);
    if (typeof value !== 'object' || value === null || numbersAsWritten.isRawJSON(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, sort(one)]),
    );
  };
  const numbers = (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' ? numbersAsWritten.rawJSON(source!) : value;
  return JSON.stringify(sort(JSON.parse(text, numbers as never)));
}

/** Some examples of R5 write an integer64 as a number, which JSON has as text (R5 json.html#primitive). */
const withIntegers = (text: string) =>
  text.replace(/"(size|eventNumber|eventsSinceSubscriptionStart)"\s*:\s*(\d+)/g, '"$1":"$2"');

/** What XML says in another way: the no-break space by number, and text around a narrative is not part of it. */
const sameNarrative = (text: string) =>
  text.replace(
    /"div"\s*:\s*"((?:[^"\\]|\\.)*)"/g,
    (_all, div: string) => `"div":"${div.trim().replaceAll('&nbsp;', '&#160;')}"`,
  );

describe.each([
  ['R4', 'r4'],
  ['R5', 'r5'],
] as const)('the examples of %s', (version, folder) => {
  const examples = path.resolve(import.meta.dirname, '../../../../shared/data/fhir-examples', folder);
  test.skipIf(!existsSync(examples))('come back from XML as they were, every one', () => {
    const files = readdirSync(examples).filter((file) => file.endsWith('.json'));
    const different: string[] = [];
    for (const file of files) {
      const text = readFileSync(path.join(examples, file), 'utf8').replace(/^\ufeff/, '');
      try {
        const back = decode(jsonOf(xmlOf(encode(text), version), version));
        scan(encode(back));
        const wanted = version === 'R5' ? withIntegers(text) : text;
        if (canonical(sameNarrative(back)) !== canonical(sameNarrative(wanted))) different.push(file);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        different.push(`${file}: ${error.message} ${error.detail}`);
      }
    }
    expect(files.length).toBeGreaterThan(500);
    expect(different).toEqual([]);
  });
});

const published = path.resolve(import.meta.dirname, '../../../../shared/data/terminology/tho');
test.skipIf(!existsSync(published))('XML that HL7 wrote comes back from JSON as the same elements', () => {
  const files = readdirSync(published).filter((file) => file.endsWith('.xml'));
  for (const file of files) {
    const once = json(readFileSync(path.join(published, file), 'utf8'));
    expect(json(xml(once)), file).toBe(once);
  }
  expect(files.length).toBeGreaterThan(3);
});
