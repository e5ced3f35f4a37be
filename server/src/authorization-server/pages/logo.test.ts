import { expect, test } from 'vitest';
import { sanitisedLogo } from './logo.ts';

const svg = (inner: string, more = '') => `<svg viewBox="0 0 32 32"${more}>${inner}</svg>`;

test('shapes stay, declaration, comments and size go', () => {
  const source = `<?xml version="1.0"?><!-- made by hand --><svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32" fill="none">
    <g stroke="currentColor" stroke-width="2"><circle cx="16" cy="16" r="15"/><path d="M1 2l3-4z" transform="rotate(45 1 2)"></path></g></svg>`;
  expect(sanitisedLogo(source).toString()).toBe(
    '<svg viewBox="0 0 32 32" aria-hidden="true" fill="none"><g stroke="currentColor" stroke-width="2"><circle cx="16" cy="16" r="15"/><path d="M1 2l3-4z" transform="rotate(45 1 2)"/></g></svg>',
  );
});

test.each([
  svg('<script>alert(1)</script>'),
  svg('<path d="M0 0" onload="alert(1)"/>'),
  svg('<path d="M0 0"/>', ' onload="alert(1)"'),
  svg('<image href="https://evil.example/x"/>'),
  svg('<use xlink:href="#a"/>'),
  svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'),
  svg('<foreignObject><b>x</b></foreignObject>'),
  svg('<style>*{fill:red}</style>'),
  svg('<path style="background:url(//evil.example)" d="M0 0"/>'),
  svg('<path fill="url(#a)" d="M0 0"/>'),
  svg('<path d="M0 0" fill="&#34;><script>"/>'),
  svg("<path d='M0 0'/>"),
  svg('<path d="M0 0"'),
  svg('<g><path d="M0 0"/>'),
  svg('</g>'),
  svg('text'),
  svg('<text>name</text>'),
  svg('<!--><script>alert(1)</script>-->'),
  svg('<![CDATA[<script>]]>'),
  '<svg><path d="M0 0"/></svg>',
  `<!DOCTYPE svg [<!ENTITY x "y">]>${svg('<path d="M0 0"/>')}`,
  svg(`<path d="${'M0 0'.repeat(2000)}"/>`),
])('anything else is refused: %s', (source) => {
  expect(() => sanitisedLogo(source)).toThrow('logo');
});
