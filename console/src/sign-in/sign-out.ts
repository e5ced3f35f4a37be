/** RFC 7009: ends the token at the server, forgets it here, and goes where the session at the issuer is ended too. */
import type { Settings } from '../settings.ts';
import { currentSession, endSession } from './session.ts';

export async function signOut(settings: Settings): Promise<void> {
  const session = currentSession();
  endSession();
  if (session !== undefined) {
    await fetch('/revoke', {
      method: 'POST',
      credentials: 'omit',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token: session.token, client_id: settings.clientId }).toString(),
    }).catch(() => undefined);
  }
  location.assign('/sign-out');
}
