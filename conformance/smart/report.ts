/** docs/conformance.md: what was asked, what came of it, and the mutant that shows that each row can fail. */
import type { Result } from './run-rows.ts';
import type { Subject } from './subject.ts';

export function report(subject: Subject, results: readonly Result[]): string {
  const passed = results.filter((result) => result.passed).length;
  const cell = (text: string) =>
    text.replaceAll('|', '\\|').replaceAll(subject.fhir, '{base}').replaceAll(subject.issuer, '{issuer}');
  const rows = results.map(
    ({ row, passed: ok, note }) =>
      `| \`${row.id}\` | ${cell(row.says)} | ${ok ? 'pass' : `**fail**: ${cell(note)}`} | ${cell(row.mutant(subject).name)} |`,
  );
  return `# Conformance: SMART App Launch 2.2

Written by \`npm run conformance -- smart --report docs/conformance.md\`. The rows ask in our own words what the public suites ask (Inferno's SMART App Launch 2.2 suite: ids
\`smart-1\` to \`smart-4\` in its numbering; the launch, scope, introspection and revocation groups of the (g)(10) suite: \`g10-…\`), then what SMART App Launch 2.2.0 and
RFC 6749, 7009, 7523, 7591, 7636, 7662, 8414, 8693, 8705, 9068, 9126, 9207, 9325, 9449, 9470, 9700 and 9728, OpenID Connect and FAPI 2.0 demand of a server and those suites
leave out. Which SHALL of the IG each asks: \`npm run conformance -- smart --list\`. They speak to the demo over TLS from outside; the launch that
most rows of a kind look at is approved in a real Chromium, the rest by the pages' forms.

The last column is a server in which what the row asks for is broken; \`npm run conformance -- smart --mutants\` holds each row against it, and passes only where
each row fails by its own assertion.

What this does not show: the public suites themselves were not run (they need Ruby and Docker); UDAP and the OpenID Foundation's suite have no rows here.

Result: ${passed} passed, ${results.length - passed} failed.

| id | what must hold | result | mutant that must fail |
|---|---|---|---|
${rows.join('\n')}
`;
}
