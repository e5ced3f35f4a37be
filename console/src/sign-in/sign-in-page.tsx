/** What is there before anybody is known: one sentence and one button. */
import { Button } from '@mantine/core';
import { Frame } from '../parts/frame.tsx';
import type { Settings } from '../settings.ts';
import { beginSignIn } from './begin.ts';

export type SignInReason = 'first' | 'declined' | 'failed' | 'ended';

const sentences: Readonly<Record<SignInReason, string>> = {
  first: 'The console is for the privacy and security offices. What you look at here is recorded.',
  declined: 'You did not sign in, and nothing was shown.',
  failed: 'Signing in did not work, and nothing was shown. Try again; if it fails again, ask whoever runs Fireguard.',
  ended: 'Your time here has ended, or your access was changed. Sign in again to go on where you were.',
};

export function SignInPage({ settings, reason }: { readonly settings: Settings; readonly reason: SignInReason }) {
  return (
    <Frame title="Sign in" person={undefined} onSignOut={undefined}>
      <div className="alone stack">
        <h1>Sign in</h1>
        <p role={reason === 'first' ? undefined : 'status'}>{sentences[reason]}</p>
        <Button size="md" onClick={() => void beginSignIn(settings)}>
          Sign in
        </Button>
      </div>
    </Frame>
  );
}
