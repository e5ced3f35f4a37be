/** draft-johnston-http-category-header-02 as a table: what invokes break-the-glass, what says nothing, what is refused. */
import { Problem } from '@fireguard/engine';
import { expect, test } from 'vitest';
import { invokesBreakGlass } from './category-header.ts';

const term = 'http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG';
const scheme = 'scheme="http://hl7.org/fhir/tag/security"';

test.each([
  ['as the page has it', [`${term}; ${scheme}; label="break the glass"`], true],
  ['other order, other case of names', [`${term};LABEL="a, b; c";Scheme="http://hl7.org/fhir/tag/security"`], true],
  ['label*', [`${term}; ${scheme}; label*=UTF-8''br%C3%A9aker`], true],
  ['an unknown parameter', [`${term}; ${scheme}; x; y=z`], true],
  ['beside another, in one line', [`dog; label="a \\"quoted\\", comma"; scheme="http://x.example/", ${term}; ${scheme}`], true],
  ['in the second of two lines', ['dog; scheme="http://x.example/"', `${term}; ${scheme}`], true],
  ['twice', [`${term}; ${scheme}, ${term}; ${scheme}`], true],
  ['an unquoted scheme', [`${term}; scheme=http://hl7.org/fhir/tag/security`], true],
  ['no scheme', [term], false],
  ['another scheme', [`${term}; scheme="http://hl7.org/fhir/tag/profile"`], false],
  ['the first scheme counts', [`${term}; scheme="http://x.example/"; ${scheme}`], false],
  ['another case of the scheme', [`${term}; scheme="HTTP://hl7.org/fhir/tag/security"`], false],
  ['the old code', [`http://hl7.org/fhir/security-label#break-the-glass; ${scheme}`], false],
  ['inside a label', [`dog; label="${term}; ${scheme}"; ${scheme}`], false],
  ['nothing', [], false],
  ['empty', ['', ' , '], false],
])('%s', (_, lines, invoked) => expect(invokesBreakGlass(lines)).toBe(invoked));

test.each([
  ['a quote that does not end', [`${term}; ${scheme}; label="break`]],
  ['a space in the term', [`http://x.example/ ${term}; ${scheme}`]],
  ['a term of other letters', [`${term}é; ${scheme}`]],
  ['too long', [`${term}; ${scheme}; label="${'x'.repeat(1100)}"`]],
  ['too many', [Array.from({ length: 17 }, () => 'dog').join(',')]],
])('is refused: %s', (_, lines) => expect(() => invokesBreakGlass(lines)).toThrow(Problem));

test.each([
  ['it', [`http://hl7.org/fhir/security-label#break-the-glass; ${scheme}`], true],
  ['the present one as well', [`${term}; ${scheme}`], true],
  ['it without its scheme', ['http://hl7.org/fhir/security-label#break-the-glass'], false],
  ['another of its system', [`http://hl7.org/fhir/security-label#emergency; ${scheme}`], false],
  ['it inside a label', [`dog; label="http://hl7.org/fhir/security-label#break-the-glass"; ${scheme}`], false],
])('R-220 where the old code is taken: %s', (_, lines, invoked) => expect(invokesBreakGlass(lines, true)).toBe(invoked));
