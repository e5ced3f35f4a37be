/** Which screen: signing in, or the audit. Nothing is asked of the admin API before somebody is signed in. */
import { useEffect, useState } from 'react';
import { AdminProblem, admin } from './admin-client.ts';
import type { Status } from './admin-shapes.ts';
import { AuditScreen } from './audit/audit-screen.tsx';
import { Frame } from './parts/frame.tsx';
import { ReviewScreen } from './review/review-screen.tsx';
import { useIsReview } from './review/use-place.ts';
import type { Settings } from './settings.ts';
import { finishSignIn, type SignInEnd } from './sign-in/finish.ts';
import { currentSession } from './sign-in/session.ts';
import { SignInPage, type SignInReason } from './sign-in/sign-in-page.tsx';
import { signOut } from './sign-in/sign-out.ts';

type Place =
  | { readonly at: 'beginning' }
  | { readonly at: 'door'; readonly reason: SignInReason }
  | { readonly at: 'problem'; readonly text: string }
  | { readonly at: 'desk'; readonly status: Status };

export function App({ settings }: { readonly settings: Settings }) {
  const [place, setPlace] = useState<Place>({ at: 'beginning' });
  const isReview = useIsReview();

  useEffect(() => {
    const stop = new AbortController();
    void begin(settings, stop.signal).then((next) => {
      if (!stop.signal.aborted) setPlace(next);
    });
    return () => stop.abort();
  }, [settings]);

  switch (place.at) {
    case 'beginning':
      return (
        <Frame title="Fireguard" person={undefined} onSignOut={undefined}>
          <p className="alone quiet">Opening …</p>
        </Frame>
      );
    case 'door':
      return <SignInPage settings={settings} reason={place.reason} />;
    case 'problem':
      return (
        <Frame title="Problem" person={undefined} onSignOut={() => void signOut(settings)}>
          <div className="alone">
            <div className="problem" role="alert">
              <h1>The console cannot be opened</h1>
              <p>{place.text}</p>
            </div>
          </div>
        </Frame>
      );
    case 'desk': {
      const Screen = isReview ? ReviewScreen : AuditScreen;
      return (
        <Screen
          status={place.status}
          onSignOut={() => void signOut(settings)}
          onSignedOut={() => setPlace({ at: 'door', reason: 'ended' })}
        />
      );
    }
  }
}

/** One exchange per code, however often React runs the effect. */
let finishing: Promise<SignInEnd> | undefined;

async function begin(settings: Settings, signal: AbortSignal): Promise<Place> {
  finishing ??= finishSignIn(settings);
  const end = await finishing;
  if (end === 'declined' || end === 'failed') return { at: 'door', reason: end };
  if (currentSession() === undefined) return { at: 'door', reason: 'first' };
  try {
    return { at: 'desk', status: await admin.status(signal) };
  } catch (error) {
    if (error instanceof AdminProblem && error.kind === 'signed-out') return { at: 'door', reason: 'ended' };
    return {
      at: 'problem',
      text: error instanceof AdminProblem ? error.message : 'Something is wrong with this page. Load it again.',
    };
  }
}
