/**
 * OpenID Connect Back-Channel Logout 1.0 §2.5: every app of a session that wants to know of its end is told. One that cannot be reached keeps nobody
 * signed in here: its tokens are ended before anybody is told.
 */
import type Provider from 'oidc-provider';

export interface SessionApp {
  readonly clientId: string;
  /** Its own name for the session. */
  readonly sid: string | undefined;
}

export async function tellApps(provider: Provider, personId: string, apps: readonly SessionApp[]): Promise<void> {
  const told = apps.map(async ({ clientId, sid }) => {
    const client = await provider.Client.find(clientId);
    if (client?.backchannelLogoutUri === undefined) return;
    // The provider's own, which its types leave out.
    const { backchannelLogout } = client as unknown as {
      backchannelLogout(sub: string, sid: string | undefined): Promise<void>;
    };
    await backchannelLogout.call(client, personId, sid);
  });
  await Promise.allSettled(told);
}
