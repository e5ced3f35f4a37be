/** OpenID Connect Discovery §4: where the endpoints are, from the issuer alone. */
import { CliError } from '../cli-error.ts';
import type { Browser } from './browser.ts';

export interface Endpoints {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

export async function discover(browser: Browser, issuer: string): Promise<Endpoints> {
  const page = await browser.get(`${issuer}/.well-known/openid-configuration`);
  const found = page.status === 200 ? (JSON.parse(page.text) as Partial<Endpoints>) : {};
  // OpenID Connect Discovery §4.3: the issuer must be the one that was asked, or somebody else answers for it.
  if (found.issuer !== issuer || found.authorization_endpoint === undefined || found.token_endpoint === undefined) {
    throw new CliError(`${issuer} is not the issuer of a Fireguard. Take the issuer that the demo printed.`);
  }
  return found as Endpoints;
}
