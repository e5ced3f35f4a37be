/** Broken glasses: each waits here until someone has decided. The list beside the case; on a phone, one after the other. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { BrokenGlass, Status } from '../admin-shapes.ts';
import { dayText, minuteText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Frame } from '../parts/frame.tsx';
import { GlassCase } from './glass-case.tsx';
import { fragmentFor, type Queue, usePlace } from './use-place.ts';

export interface ReviewScreenProps {
  readonly status: Status;
  readonly onSignOut: () => void;
  readonly onSignedOut: () => void;
}

const QUEUES: readonly (readonly [Queue, string])[] = [
  ['undecided', 'To decide'],
  ['asked', 'Waiting for an answer'],
  ['decided', 'Decided'],
];

export function ReviewScreen({ status, onSignOut, onSignedOut }: ReviewScreenProps) {
  const { caller } = status;
  return (
    <Frame title="Broken glass" at="review" person={caller} onSignOut={onSignOut}>
      {caller.rights.includes('audit') ? (
        <Review onSignedOut={onSignedOut} />
      ) : (
        <div className="alone stack">
          <h1>Broken glass</h1>
          <p>The privacy office reviews these. {caller.name} does not have the role privacy-officer.</p>
        </div>
      )}
    </Frame>
  );
}

function Review({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const { queue, open } = usePlace();
  const [decided, setDecided] = useState(0);
  const list = useAnswer(`${decided} ${queue}`, (signal) => admin.glasses(queue, signal), onSignedOut);
  const glasses = list.is === 'here' ? list.value.glasses : list.is === 'waiting' ? list.before?.glasses : undefined;
  return (
    <div className={open === undefined ? undefined : 'is-reading'}>
      <div className="desk-head">
        <div>
          <h1>Broken glass</h1>
          <p className="quiet aside-while-reading">Each opening waits here until someone has decided. Looking is recorded.</p>
        </div>
        <nav className="tabs aside-while-reading" aria-label="Show">
          {QUEUES.map(([name, words]) => (
            <a key={name} href={fragmentFor(name)} {...(name === queue ? { 'aria-current': 'page' as const } : {})}>
              {words}
            </a>
          ))}
        </nav>
      </div>
      <div className="desk-body stack">
        {list.is === 'problem' && (
          <div className="problem" role="alert">
            <h2>The cases cannot be shown</h2>
            <p>{list.text}</p>
          </div>
        )}
        {glasses?.length === 0 && <p className="quiet">There is none.</p>}
        <div className={open === undefined ? 'split queue' : 'split is-open queue'} aria-busy={list.is === 'waiting'}>
          {glasses !== undefined && glasses.length > 0 && (
            <nav className="aside-while-reading" aria-label="Cases">
              <ul className="cases">
                {glasses.map((one) => (
                  <CaseLink key={one.id} one={one} queue={queue} open={open} />
                ))}
              </ul>
            </nav>
          )}
          {open !== undefined && (
            <GlassCase
              key={open}
              id={open}
              queue={queue}
              onSignedOut={onSignedOut}
              onDecided={() => setDecided((n) => n + 1)}
            />
          )}
        </div>
        <p className="cli">
          The same in a terminal:{' '}
          <code>
            {open === undefined ? `fireguard break-glass list --queue ${queue}` : `fireguard break-glass review ${open}`}
          </code>
        </p>
      </div>
    </div>
  );
}

function CaseLink({
  one,
  queue,
  open,
}: {
  readonly one: BrokenGlass;
  readonly queue: Queue;
  readonly open: string | undefined;
}) {
  return (
    <li>
      <a href={fragmentFor(queue, one.id)} {...(one.id === open ? { 'aria-current': 'page' as const } : {})}>
        <strong>{one.person.name}</strong>{' '}
        <span className={one.overdue ? 'badge due' : 'badge plain'}>
          {one.outcome === 'justified' || one.outcome === 'not-justified'
            ? one.outcome === 'justified'
              ? 'Justified'
              : 'Not justified'
            : `${one.overdue ? 'Overdue, ' : 'By '}${dayText(one.dueAt)}`}
        </span>
        <span className="two">
          <span className="num">{one.id}</span>, {dayText(one.openedAt)}, {minuteText(one.openedAt)}
        </span>
      </a>
    </li>
  );
}
