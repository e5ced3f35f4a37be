/** Which screen: signing in, or one of the rooms. Nothing is asked of the admin API before somebody is signed in. */
import { useEffect, useState } from 'react';
import { AdminProblem, admin } from './admin-client.ts';
import type { Status } from './admin-shapes.ts';
import { AlertsScreen } from './alerts/alerts-screen.tsx';
import { AppsScreen } from './apps/apps-screen.tsx';
import { AuditScreen } from './audit/audit-screen.tsx';
import { HoldsScreen } from './holds/holds-screen.tsx';
import { NotYours } from './parts/desk.tsx';
import { Frame } from './parts/frame.tsx';
import { type Room, rooms } from './parts/rooms.ts';
import { useAddress } from './parts/use-address.ts';
import { PeopleScreen } from './people/people-screen.tsx';
import { QuestionsScreen } from './questions/questions-screen.tsx';
import { ReviewScreen } from './review/review-screen.tsx';
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
  const { room } = useAddress();

  useEffect(() => {
    const stop = new AbortController();
    void begin(settings, stop.signal).then((next) => {
      if (!stop.signal.aborted) setPlace(next);
    });
    return () => stop.abort();
  }, [settings]);

  // What waits changes as one works: it is asked anew with each room.
  const isAtDesk = place.at === 'desk';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the room says when.
  useEffect(() => {
    if (!isAtDesk) return;
    const stop = new AbortController();
    admin.status(stop.signal).then(
      (status) => setPlace((now) => (now.at === 'desk' ? { at: 'desk', status } : now)),
      // A count that cannot be had is no reason to disturb; the room says what is wrong.
      () => undefined,
    );
    return () => stop.abort();
  }, [room, isAtDesk]);

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
      const { caller } = place.status;
      return (
        <Frame
          title={wordsOf(room)}
          at={room}
          waiting={place.status.waiting}
          person={caller}
          onSignOut={() => void signOut(settings)}
        >
          <RoomOf room={room} caller={caller} onSignedOut={() => setPlace({ at: 'door', reason: 'ended' })} />
        </Frame>
      );
    }
  }
}

interface RoomProps {
  readonly room: Room;
  readonly caller: Status['caller'];
  readonly onSignedOut: () => void;
}

function RoomOf({ room, caller, onSignedOut }: RoomProps) {
  const mayAdminister = caller.rights.includes('administer');
  switch (room) {
    case 'people':
      return <PeopleScreen mayAdminister={mayAdminister} onSignedOut={onSignedOut} />;
    case 'apps':
      return <AppsScreen mayAdminister={mayAdminister} onSignedOut={onSignedOut} />;
    case 'audit':
    case 'review':
    case 'alerts':
    case 'questions':
    case 'holds': {
      if (!caller.rights.includes('audit')) return <NotYours heading={wordsOf(room)} name={caller.name} />;
      const Screen = ofPrivacyOffice[room];
      return <Screen onSignedOut={onSignedOut} />;
    }
  }
}

const ofPrivacyOffice = {
  audit: AuditScreen,
  review: ReviewScreen,
  alerts: AlertsScreen,
  questions: QuestionsScreen,
  holds: HoldsScreen,
} as const;

function wordsOf(room: Room): string {
  return rooms.find((one) => one.room === room)?.words ?? 'Fireguard';
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
