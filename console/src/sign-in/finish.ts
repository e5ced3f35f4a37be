/** RFC 6749 §4.1.2 and RFC 9207: takes the answer out of the address and exchanges the code. */
import type { Settings } from '../settings.ts';
import { redirectUri } from './begin.ts';
import { keepSession, takePending } from './session.ts';

export type SignInEnd = 'none' | 'signed-in' | 'declined' | 'failed';

export async function finishSignIn(settings: Settings): Promise<SignInEnd> {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('code') && !answer.has('error')) return 'none';
  const pending = takePending();
  // At once, so that the code is neither kept in the history nor taken twice by a reload.
  history.replaceState(null, '', `${location.pathname}${pending?.view ?? ''}`);
  const issuer = answer.get('iss');
  if (pending === undefined || answer.get('state') !== pending.state || (issuer !== null && issuer !== settings.issuer))
    return 'failed';
  const code = answer.get('code');
  if (code === null) return answer.get('error') === 'access_denied' ? 'declined' : 'failed';
  const response = await fetch('/token', {
    method: 'POST',
    credentials: 'omit',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri(settings),
      client_id: settings.clientId,
      code_verifier: pending.verifier,
    }).toString(),
  }).catch(() => undefined);
  if (response?.status !== 200) return 'failed';
  const { access_token, expires_in } = (await response.json()) as { access_token: string; expires_in: number };
  keepSession({ token: access_token, expiresAt: Date.now() + expires_in * 1000 });
  return 'signed-in';
}
