/** `fireguard policy import` */
import type { CallerCondition } from '@fireguard/engine';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { permissionFile } from './permission-file.ts';

export const policyImport: Command = {
  name: 'policy import',
  summary: 'Write a FHIR Permission (R5 or R6) as a policy set; what cannot be kept exactly is refused with words',
  arguments: ['FILE'],
  options: {
    actor: {
      type: 'string',
      multiple: true,
      value: 'REF=ROLE',
      what: 'the role that an actor is here, such as PractitionerRole/DrRole=physician',
    },
    with: { type: 'string', multiple: true, value: 'FILE', what: 'other Permissions that it imports' },
  },
  async run(given, out) {
    const [{ importPermission, Problem, compilePolicies, r4 }, { stringify }] = await Promise.all([
      import('@fireguard/engine'),
      import('yaml'),
    ]);
    const [place] = given.rest;
    if (place === undefined) throw new CliError('Name a file.');
    const others = new Map(
      given.all('with').map((file) => {
        const permission = permissionFile(file) as { readonly id?: unknown };
        return [`Permission/${String(permission.id)}`, permission as unknown];
      }),
    );
    try {
      const document = importPermission(permissionFile(place), { actors: actorsOf(given.all('actor')), others });
      compilePolicies([document], r4());
      out.print(stringify(document, { lineWidth: 140 }).trimEnd());
      return 0;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new CliError(`${place} is not imported. ${error.detail ?? error.publicText}.`);
    }
  },
};

function actorsOf(written: readonly string[]): ReadonlyMap<string, CallerCondition> {
  return new Map(
    written.map((one) => {
      const [, reference, role] = /^([^=]+)=(.+)$/.exec(one) ?? [];
      if (reference === undefined || role === undefined) throw new CliError(`--actor ${one}: write REF=ROLE.`);
      return [reference, { roles: [role] }];
    }),
  );
}
