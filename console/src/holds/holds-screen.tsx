/** Legal holds: `#/holds`, `#/holds/ID`, and `#/holds/new` where one is placed. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { Hold } from '../admin-shapes.ts';
import { dateText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { addressTo, useAddress } from '../parts/use-address.ts';
import { HoldCase } from './hold-case.tsx';
import { NewHoldForm } from './new-hold-form.tsx';
import { coverText } from './words.ts';

export function HoldsScreen({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const [open] = useAddress().rest;
  const [changes, setChanges] = useState(0);
  const list = useAnswer(`${changes}`, admin.holds, onSignedOut);
  const answer = list.is === 'here' ? list.value : list.is === 'waiting' ? list.before : undefined;
  const hold = answer?.holds.find(({ id }) => id === open);
  const changed = () => setChanges((count) => count + 1);
  return (
    <Desk
      heading="Legal holds"
      lead="What a hold covers stays in the audit, however old it is, until the hold is released."
      above={
        <>
          {answer?.keepsAll === true && (
            <p className="quiet">
              No retention is set, so every month is kept anyway. Holds count from the day that one is set.
            </p>
          )}
          <p>
            <a href={addressTo('holds', 'new')}>Place a hold</a>
          </p>
        </>
      }
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={answer?.holds.map((one) => ({
        key: one.id,
        to: addressTo('holds', one.id),
        isOpen: one.id === open,
        name: coverText(one),
        badge: badgeOf(one),
        context: (
          <>
            {one.made.by}, {dateText(one.made.at)}
          </>
        ),
      }))}
      listName="Legal holds"
      none="There is no hold."
      command={commandOf(open, hold)}
    >
      {open === 'new' ? (
        <NewHoldForm
          onSignedOut={onSignedOut}
          onMade={(id) => {
            changed();
            location.hash = addressTo('holds', id);
          }}
        />
      ) : hold !== undefined ? (
        <HoldCase key={hold.id} hold={hold} onSignedOut={onSignedOut} onReleased={changed} />
      ) : undefined}
    </Desk>
  );
}

function badgeOf({ released }: Hold) {
  return released === undefined ? (
    <span className="badge masked">In force</span>
  ) : (
    <span className="badge plain">Released</span>
  );
}

function commandOf(open: string | undefined, hold: Hold | undefined): string {
  if (open === 'new') return 'fireguard hold add --patient ID --reason TEXT';
  return hold === undefined || hold.released !== undefined ? 'fireguard hold list' : `fireguard hold release ${hold.id}`;
}
