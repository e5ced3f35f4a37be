/** `fireguard policy import` on the examples of HL7's own guides, read in place: each is either kept as its text says, or refused with the reason. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Given } from '../../../src/cli/command.ts';
import { policyImport } from '../../../src/cli/policy-import.ts';
import { fireguard } from './kit.ts';

const examples = path.resolve(import.meta.dirname, '../../../../../shared/data/fhir-examples/r6-permission');
const actors = [
  'PractitionerRole/DrRole=physician',
  'PractitionerRole/DieticianRole=dietician',
  'PractitionerRole/AdminRole=admin',
]
  .concat(['PractitionerRole/RegistrationRole=registrar', 'Organization/ex-organization=member', 'Organization/f203=member'])
  .flatMap((actor) => ['--actor', actor]);

/** Kept: number of rules, which is data times activities, summed over the rules; otherwise why not. */
const expected: Readonly<Record<string, number | RegExp>> = {
  // Every role with its interactions and purposes, for each confidentiality.
  'Permission-ex-overriding-abac-by-tag.xml': 14,
  'Permission-ex-overriding-rbac-by-resource.xml': 37,
  'Permission-ex-overriding-rbac-by-role.xml': 28,
  'Permission-ex-permission-intermediate-authoredby.xml': /author depends on the type/,
  'Permission-ex-permission-intermediate-not-authoredby.xml': /author depends on the type/,
  'Permission-ex-permission-not-bob.xml': 2,
  'Permission-ex-permission-patient-authoredby.xml': /author depends on the type/,
  'Permission-ex-permission-patient-directory-all.xml': 2,
  'Permission-ex-permission-timeout.xml': 1,
  'permission-example-base.xml': 1,
  // A Bundle, in which the Permission says how the rest is to be used.
  'permission-example-bundle-residual.xml': /holds no Permission/,
  'permission-example-composite.xml': 2,
  // An instance of another server.
  'permission-example-saner.xml': /is no resource of this server/,
  'prm-1.f1.fail.xml': /prm-1/,
  'prm-1.f3.fail.xml': /prm-1/,
  'prm-1.f4.fail.xml': /prm-1/,
  'prm-1.p1.pass.xml': 2,
  'prm-1.p2.pass.xml': 2,
};

test.skipIf(!existsSync(examples))(
  'R6 Permission: every example is kept whole or refused with the reason (skipped without ../shared/data)',
  async () => {
    expect(readdirSync(examples).sort()).toEqual(Object.keys(expected).sort());
    const other = ['--with', path.join(examples, 'permission-example-base.xml')];
    for (const [name, outcome] of Object.entries(expected)) {
      let [status, out, err] = [0, '', ''];
      try {
        status = await run([path.join(examples, name), ...actors, ...other], (line) => {
          out += `${line}\n`;
        });
      } catch (error) {
        [status, err] = [1, (error as Error).message];
      }
      if (typeof outcome === 'number')
        expect([name, status, [...out.matchAll(/^ {2}- id: /gm)].length]).toEqual([name, 0, outcome]);
      else expect([name, status, err]).toEqual([name, 1, expect.stringMatching(outcome)]);
    }
  },
);

test('at the command line', async () => {
  const { status, err } = await fireguard(['policy', 'import', fileURLToPath(import.meta.url)]);
  expect([status, err]).toEqual([1, expect.stringContaining('is neither JSON nor XML')]);
});

/** In this process, since eighteen starts take long. */
function run(args: readonly string[], print: (line: string) => void): Promise<number> {
  const [file, ...rest] = args;
  const all = (name: string) => rest.filter((_, at) => rest[at - 1] === `--${name}`);
  const given: Given = { text: () => undefined, needed: () => '', all, flag: () => false, rest: [file!] };
  return policyImport.run(given, { print, tell: () => undefined });
}
