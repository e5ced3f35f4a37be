/** FHIR R4 xml.html: what JSON says, said in XML, to the letter or not at all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { jsonOf } from './json-of.ts';
import { wellFormedDiv } from './well-formed-div.ts';
import { xmlOf } from './xml-of.ts';

const encode = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const xml = (value: unknown) => new TextDecoder().decode(xmlOf(encode(value), 'R4')).replace(/^<\?xml[^>]*\?>/, '');
const NS = 'xmlns="http://hl7.org/fhir"';

describe('the XML form', () => {
  test('elements are in the order of the definitions, ids and urls of extensions are attributes', () => {
    const patient = {
      resourceType: 'Patient',
      gender: 'female',
      active: true,
      id: 'p1',
      extension: [{ url: 'http://a/b', valueString: 'x' }],
      name: [{ id: 'n1', given: ['Ann', 'B'], family: 'Smith' }],
    };
    expect(xml(patient)).toBe(
      `<Patient ${NS}><id value="p1"/><extension url="http://a/b"><valueString value="x"/></extension><active value="true"/>` +
        '<name id="n1"><family value="Smith"/><given value="Ann"/><given value="B"/></name><gender value="female"/></Patient>',
    );
  });

  test('decimals keep every digit, and extensions of primitives their place', () => {
    expect(xml('{"resourceType":"Observation","valueQuantity":{"value":1.10}}')).toContain('<value value="1.10"/>');
    expect(xml('{"resourceType":"Observation","valueQuantity":{"value":1.00E-5}}')).toContain('<value value="1.00E-5"/>');
    const names = {
      resourceType: 'Patient',
      name: [{ given: ['Ann', null], _given: [null, { id: 'g', extension: [{ url: 'u', valueCode: 'c' }] }] }],
      _birthDate: { extension: [{ url: 'u', valueCode: 'unknown' }] },
    };
    expect(xml(names)).toContain(
      '<given value="Ann"/><given id="g"><extension url="u"><valueCode value="c"/></extension></given>',
    );
    expect(xml(names)).toContain('<birthDate><extension url="u"><valueCode value="unknown"/></extension></birthDate>');
  });

  test('text cannot leave its attribute', () => {
    expect(xml({ resourceType: 'Patient', language: '"/><script>&\n' })).toContain(
      'value="&quot;/&gt;&lt;script&gt;&amp;&#10;"',
    );
  });

  test('resources inside resources are wrapped', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: [{ resource: { resourceType: 'Patient', contained: [{ resourceType: 'Organization', id: 'o' }] } }],
    };
    expect(xml(bundle)).toContain(
      '<entry><resource><Patient><contained><Organization><id value="o"/></Organization></contained></Patient></resource></entry>',
    );
  });

  test('laid out for people: a line for each element, narratives as they are', () => {
    const div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>a</p>  <p>b</p></div>';
    const patient = {
      resourceType: 'Patient',
      text: { status: 'generated', div },
      contained: [{ resourceType: 'Basic' }],
      active: true,
    };
    const text = new TextDecoder().decode(xmlOf(encode(patient), 'R4', true));
    expect(text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Patient ${NS}>\n  <text>\n    <status value="generated"/>\n    ${div}\n  </text>\n  <contained>\n` +
        '    <Basic>\n    </Basic>\n  </contained>\n  <active value="true"/>\n</Patient>\n',
    );
    expect(new TextDecoder().decode(jsonOf(encode(text), 'R4'))).toBe(JSON.stringify(patient));
  });

  test('what cannot be said is refused as a whole', () => {
    for (const odd of [
      { resourceType: 'Patient', nonsense: 1 },
      { resourceType: 'Nothing' },
      { resourceType: 'Patient', language: 'a\u0001' },
      { resourceType: 'Patient', name: ['x'] },
      { resourceType: 'Patient', language: { a: 1 } },
      { resourceType: 'Patient', _language: { id: 'a', other: 1 } },
      { resourceType: 'Patient', text: { status: 'generated', div: '<div><script></div>' } },
    ])
      expect(() => xml(odd), JSON.stringify(odd)).toThrow(Problem);
  });
});

test('a narrative is well-formed by itself, or not there', () => {
  const inside = 'xmlns="http://www.w3.org/1999/xhtml"';
  expect(wellFormedDiv(`<div ${inside}><p class='a'>x&nbsp;&lt;<br/></p></div>`)).toBe(
    `<div ${inside}><p class='a'>x&#160;&lt;<br/></p></div>`,
  );
  expect(wellFormedDiv('<div>x</div>')).toBe(`<div ${inside}>x</div>`);
  for (const odd of [
    '',
    'x',
    '<p>x</p>',
    '<div>',
    '<div></div></text></Patient>',
    '<div></div><div></div>',
    '<div><!-- x --></div>',
    '<div><![CDATA[x]]></div>',
    '<!DOCTYPE div [<!ENTITY e "x">]><div>&e;</div>',
    '<div>&e;</div>',
    '<div a="1" a="2"></div>',
    '<div a=1></div>',
    '<div><b></div></b>',
    '<div x:y="1"></div>',
    '<div xmlns="http://elsewhere">x</div>',
    '<div>\u0000</div>',
  ])
    expect(wellFormedDiv(odd), odd).toBeUndefined();
});

const examples = path.resolve(import.meta.dirname, '../../../../shared/data/fhir-examples/r4');

test.skipIf(!existsSync(examples))('the examples of the specification can be said in XML', () => {
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  const unsaid = files.filter((file) => {
    try {
      xmlOf(readFileSync(path.join(examples, file)), 'R4');
      return false;
    } catch (error) {
      if (error instanceof Problem) return true;
      throw error;
    }
  });
  expect(files.length).toBeGreaterThan(100);
  expect(unsaid).toEqual([]);
});
