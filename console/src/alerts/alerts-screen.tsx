/** Alerts: those that wait to be looked at, and all; `#/alerts`, `#/alerts/all`, `#/alerts/open/ID`. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { Alert } from '../admin-shapes.ts';
import { dayText, minuteText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { addressTo, useAddress } from '../parts/use-address.ts';
import { AlertCase } from './alert-case.tsx';

export function AlertsScreen({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const [which, open] = useAddress().rest;
  const state = which === 'all' ? 'all' : 'open';
  const [closed, setClosed] = useState(0);
  const list = useAnswer(`${closed} ${state}`, (signal) => admin.alerts(state, signal), onSignedOut);
  const alerts = list.is === 'here' ? list.value.alerts : list.is === 'waiting' ? list.before?.alerts : undefined;
  return (
    <Desk
      heading="Alerts"
      lead="A rule on the audit was met. Each waits here until someone has looked at it. Looking is recorded."
      tabs={[
        { words: 'To look at', to: addressTo('alerts', 'open'), isCurrent: state === 'open' },
        { words: 'All', to: addressTo('alerts', 'all'), isCurrent: state === 'all' },
      ]}
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={alerts?.map((one) => ({
        key: one.id,
        to: addressTo('alerts', state, one.id),
        isOpen: one.id === open,
        name: one.doer.name,
        badge: badgeOf(one),
        context: (
          <>
            {one.description}, {dayText(one.at)}, {minuteText(one.at)}
          </>
        ),
      }))}
      listName="Alerts"
      none={state === 'open' ? 'Nothing waits.' : 'No rule was met yet.'}
      command={
        open === undefined
          ? `fireguard alert list${state === 'all' ? ' --all' : ''}`
          : `fireguard alert close ${open} --note TEXT`
      }
    >
      {open !== undefined && (
        <AlertCase
          key={open}
          id={open}
          state={state}
          onSignedOut={onSignedOut}
          onClosed={() => setClosed((count) => count + 1)}
        />
      )}
    </Desk>
  );
}

function badgeOf({ closed, count }: Alert) {
  if (closed !== undefined) return <span className="badge plain">Closed</span>;
  return <span className="badge due">{count === 1 ? 'Once' : `${count} times`}</span>;
}
