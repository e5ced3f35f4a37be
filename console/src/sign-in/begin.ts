/** RFC 7636 §4: goes to the sign-in page with a challenge whose verifier stays in this tab. */
import type { Settings } from '../settings.ts';
import { keepPending } from './session.ts';

export async function beginSignIn(settings: Settings): Promise<void> {
  const verifier = randomText();
  const state = randomText();
  keepPending({ state, verifier, view: location.hash });
  const challenge = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: settings.clientId,
    redirect_uri: redirectUri(settings),
    scope: settings.scope,
    aud: settings.audience,
    state,
    code_challenge: base64url(challenge),
    code_challenge_method: 'S256',
  });
  location.assign(`${settings.issuer}/authorize?${query}`);
}

export function redirectUri(settings: Settings): string {
  return `${settings.issuer}/console/`;
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
