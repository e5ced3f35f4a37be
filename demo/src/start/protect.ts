/** Fireguard in front of the upstream, configured as an operator would for one machine. */
import type { FhirVersion } from '@fireguard/engine';
import { type Running, start } from 'fireguard';
import { defaultConfig } from 'fireguard/config';
import { layOver } from './lay-over.ts';
import { type DemoOptions, DemoProblem } from './options.ts';
import type { TestCertificates } from './test-ca.ts';

export async function protect(
  options: DemoOptions,
  upstream: { readonly url: string; readonly authorization: string; readonly fhirVersion: FhirVersion },
  certificates: TestCertificates | undefined,
  say: (line: string) => void,
): Promise<Running> {
  const own = options.upstream === undefined;
  const ours = {
    profile: 'development' as const,
    home: options.home,
    http: {
      pages: { host: 'localhost', port: options.port },
      api: { host: '127.0.0.1', port: options.port + 1 },
      ...(certificates === undefined ? {} : { tls: { key: certificates.keyFile, certificate: certificates.certificateFile } }),
    },
    upstream: {
      url: upstream.url,
      fhirVersion: upstream.fhirVersion,
      ...(own ? { dialect: 'demo' as const, exclusive: true } : {}),
      ...credentials(upstream.authorization),
    },
    // Nobody who tries this has set up a second factor yet.
    breakGlass: { stepUp: 'password' as const },
    pages: {
      hospital: 'Alder Vale Hospital',
      helpLine: '01632 960 142',
      access: {
        website: 'https://aldervale.example',
        portal: 'https://portal.aldervale.example',
        city: 'Alder Vale',
        country: 'GB',
      },
      securityContact: 'mailto:security@aldervale.example',
    },
  };
  return start(defaultConfig(layOver(ours, options.settings)), { tell: (line) => say(line) });
}

function credentials(authorization: string): object {
  if (authorization === '') return { acceptUpstreamWithoutCredentials: true };
  const [scheme = '', value = ''] = authorization.split(/ +/, 2);
  if (scheme.toLowerCase() === 'bearer' && value !== '') return { credentials: { bearer: value } };
  const [username, password] = Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s, 2);
  if (scheme.toLowerCase() === 'basic' && username && password) return { credentials: { username, password } };
  throw new DemoProblem('FIREGUARD_UPSTREAM_AUTHORIZATION must be “Bearer …” or “Basic …”.');
}
