/** Broken glasses: each waits here until someone has decided. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { BrokenGlass } from '../admin-shapes.ts';
import { dayText, minuteText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { GlassCase } from './glass-case.tsx';
import { fragmentFor, type Queue, usePlace } from './use-place.ts';

const QUEUES: readonly (readonly [Queue, string])[] = [
  ['undecided', 'To decide'],
  ['asked', 'Waiting for an answer'],
  ['decided', 'Decided'],
];

export function ReviewScreen({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const { queue, open } = usePlace();
  const [decided, setDecided] = useState(0);
  const list = useAnswer(`${decided} ${queue}`, (signal) => admin.glasses(queue, signal), onSignedOut);
  const glasses = list.is === 'here' ? list.value.glasses : list.is === 'waiting' ? list.before?.glasses : undefined;
  return (
    <Desk
      heading="Broken glass"
      lead="Each opening waits here until someone has decided. Looking is recorded."
      tabs={QUEUES.map(([name, words]) => ({ words, to: fragmentFor(name), isCurrent: name === queue }))}
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={glasses?.map((one) => ({
        key: one.id,
        to: fragmentFor(queue, one.id),
        isOpen: one.id === open,
        name: one.person.name,
        badge: <span className={one.overdue ? 'badge due' : 'badge plain'}>{stateOf(one)}</span>,
        context: (
          <>
            <span className="num">{one.id}</span>, {dayText(one.openedAt)}, {minuteText(one.openedAt)}
          </>
        ),
      }))}
      listName="Cases"
      none="There is none."
      command={open === undefined ? `fireguard break-glass list --queue ${queue}` : `fireguard break-glass review ${open}`}
    >
      {open !== undefined && (
        <GlassCase key={open} id={open} queue={queue} onSignedOut={onSignedOut} onDecided={() => setDecided((n) => n + 1)} />
      )}
    </Desk>
  );
}

function stateOf({ outcome, overdue, dueAt }: BrokenGlass): string {
  if (outcome === 'justified') return 'Justified';
  if (outcome === 'not-justified') return 'Not justified';
  return `${overdue ? 'Overdue, ' : 'By '}${dayText(dueAt)}`;
}
