/** The gateway's own proof to the upstream (R-010). Read once; never logged, never sent anywhere else. */
import type { UpstreamCredentials } from './config.ts';

/** The value of `Authorization`, or undefined where the operator accepted an upstream without one. */
export function authorizationFor(credentials: UpstreamCredentials | undefined): string | undefined {
  if (credentials === undefined) return undefined;
  if ('bearer' in credentials) return `Bearer ${credentials.bearer}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')}`;
}
