/** `fireguard probe URL`: asks a FHIR server what it supports, says what will be narrowed, and writes the section for the configuration. */
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';

/** What a missing ability means, in the operator's words. */
const without = {
  ifMatch: 'nothing can be updated, patched or deleted',
  sortById: 'pages may repeat or miss entries whose sort keys are equal',
  compartmentSearch: 'searches in a compartment are asked reference by reference',
  postSearch: 'searches that are too long for a URL are refused',
  maxCount: 'pages are asked no larger than that',
  history: 'no history is served',
  transactions: 'no transaction is served',
} as const;

export const probe: Command = {
  name: 'probe',
  summary: 'Find out what a FHIR server supports (reads only), and write the section for the configuration',
  arguments: ['URL'],
  options: {
    'token-env': { type: 'string', value: 'NAME', what: 'environment variable that holds a bearer token for the server' },
  },
  async run(given, out) {
    const [{ versionNamed }, { upstreamSection }, upstream, { dialectOf }] = await Promise.all([
      import('@fireguard/engine'),
      import('../upstream/config.ts'),
      import('../upstream/probe.ts'),
      import('../upstream/dialects.ts'),
    ]);
    const variable = given.text('token-env');
    const bearer = variable === undefined ? undefined : process.env[variable];
    if (variable !== undefined && (bearer === undefined || bearer === ''))
      throw new CliError(`The environment variable ${variable} is not set.`);
    const url = given.rest[0]!.replace(/\/$/, '');
    const settings = upstreamSection.safeParse({
      url,
      connections: 1,
      ...(bearer === undefined ? {} : { credentials: { bearer } }),
    });
    if (!settings.success) throw new CliError(`${given.rest[0]} is not the base URL of a FHIR server.`);

    const { fhirVersion, dialect, strict, findings } = await upstream.probe(settings.data).catch((error: unknown) => {
      if (error instanceof SyntaxError) throw new CliError('What answers there is not a FHIR server.');
      throw error;
    });
    out.print(`FHIR ${fhirVersion ?? '(it does not say which)'}, looks like: ${dialect}`);
    const version = fhirVersion === undefined ? undefined : versionNamed(fhirVersion);
    if (version === undefined) out.print('R4, R4B, R5 and R6 are served: this server cannot be protected yet.');
    if (version === 'R6') out.print('Of R6 the elements are not published yet: no writes, masks, summaries and XML.');
    if (!strict)
      out.print(
        'It ignores search parameters that it does not know, so a search may find more than was meant (never more than is permitted).',
      );
    for (const { ability, value, because } of findings) {
      const told = typeof value === 'number' ? String(value) : value ? 'yes' : 'no';
      out.print(`${ability.padEnd(18)}${told.padEnd(5)}${because}${value === true ? '' : `: ${without[ability]}`}`);
    }
    const usual = dialectOf(dialect);
    const other = findings.filter(({ ability, value }) => usual[ability] !== value);
    out.print('');
    out.print('upstream:');
    out.print(`  url: ${url}`);
    out.print(`  dialect: ${dialect}`);
    if (version !== undefined) out.print(`  fhirVersion: ${version}`);
    if (other.length > 0) out.print('  abilities:');
    for (const { ability, value } of other) out.print(`    ${ability}: ${value}`);
    if (variable !== undefined) out.print(`  credentials:\n    bearer: \${env:${variable}}`);
    return 0;
  },
};
