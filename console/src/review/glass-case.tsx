/** One broken glass: why, what was opened, what was said about it, and the decision. */
import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { AdminProblem, admin } from '../admin-client.ts';
import type { WholeGlass } from '../admin-shapes.ts';
import { dayText, timeText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { fragmentFor, type Queue } from './use-place.ts';

export interface GlassCaseProps {
  readonly id: string;
  readonly queue: Queue;
  readonly onSignedOut: () => void;
  readonly onDecided: () => void;
}

const REASONS: Readonly<Record<string, string>> = {
  'cannot-speak': 'The patient is unconscious or cannot speak',
  'life-in-danger': 'Life or limb is in danger',
  'medicine-now': 'A medicine must be given, and nobody knows what the patient takes',
  'others-in-danger': 'Someone else is in danger',
  'another-emergency': 'Another emergency',
};

export function GlassCase({ id, queue, onSignedOut, onDecided }: GlassCaseProps) {
  const [asks, setAsks] = useState(0);
  const answer = useAnswer(`${asks} ${id}`, (signal) => admin.glass(id, signal), onSignedOut);
  const glass = answer.is === 'here' ? answer.value : answer.is === 'waiting' ? answer.before : undefined;
  if (answer.is === 'problem')
    return (
      <div className="problem" role="alert">
        <h2>The case cannot be shown</h2>
        <p>{answer.text}</p>
      </div>
    );
  if (glass === undefined) return <p className="quiet">Reading …</p>;
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={fragmentFor(queue)}>All cases</a>
      </p>
      <Facts glass={glass} />
      <Looks glass={glass} />
      <Decision
        glass={glass}
        onDone={() => {
          setAsks((count) => count + 1);
          onDecided();
        }}
      />
    </article>
  );
}

function Facts({ glass }: { readonly glass: WholeGlass }) {
  const { person, patient, client, openedAt, endedAt, endedBy, reasonCode, reason, before, dueAt } = glass;
  return (
    <section className="card stack">
      <h2 id="case">
        {person.name} opened {patient === null ? 'no record' : <span className="num">Patient/{patient}</span>}
      </h2>
      <p className="quiet">
        <span className="num">{glass.id}</span>, {dayText(openedAt)}, <time>{timeText(openedAt)}</time>
        {endedAt === null ? ', open now' : ` to ${timeText(endedAt)}`}
        {endedBy !== null && `: ${endedBy}`}
      </p>
      <div className="note">
        <p>
          <strong>{REASONS[reasonCode] ?? reasonCode}</strong>
        </p>
        <p>“{reason}”</p>
      </div>
      <dl className="facts">
        {client !== null && (
          <>
            <dt>Through</dt>
            <dd>{client.name}</dd>
          </>
        )}
        <dt>Before</dt>
        <dd>{before === 0 ? 'Not once in the 90 days before' : `${before} openings in the 90 days before`}</dd>
        <dt>Review</dt>
        <dd>{glass.outcome === null ? `By ${dayText(dueAt)}` : `${OUTCOMES[glass.outcome]}, ${glass.decidedBy ?? ''}`}</dd>
      </dl>
    </section>
  );
}

const OUTCOMES = { justified: 'Justified', asked: 'Asked', 'not-justified': 'Not justified' } as const;

function Looks({ glass }: { readonly glass: WholeGlass }) {
  return (
    <section className="card stack" aria-labelledby="looks">
      <h3 id="looks">What was opened</h3>
      {glass.looks.length === 0 ? (
        <p className="quiet">Nothing.</p>
      ) : (
        <ol className="line">
          {glass.looks.map((look) => (
            <li key={look.recordId}>
              <time>{timeText(look.at)}</time> <span>{look.what}</span>{' '}
              <span className="quiet">{look.outcome === 'permit' ? `${look.resources.length} shown` : 'refused'}</span>
            </li>
          ))}
        </ol>
      )}
      {glass.notes.map((note) => (
        <div className="note" key={`${note.at} ${note.author}`}>
          <p>
            <strong>{note.author}</strong>, {dayText(note.at)}
          </p>
          <p>{note.text}</p>
        </div>
      ))}
    </section>
  );
}

type Outcome = keyof typeof OUTCOMES;

const CHOICES: readonly (readonly [Outcome, string, string])[] = [
  ['justified', 'Justified', 'Closes the case'],
  ['asked', 'Ask', 'Waits for an answer'],
  ['not-justified', 'Not justified', 'Closes the case, for who decides what follows'],
];

function Decision({ glass, onDone }: { readonly glass: WholeGlass; readonly onDone: () => void }) {
  const [problem, setProblem] = useState<string>();
  if (glass.endedAt === null) return <p className="quiet">It is still open: it can be reviewed once it has ended.</p>;
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const outcome = String(form.get('outcome')) as Outcome;
    const note = String(form.get('note') ?? '').trim();
    admin.review(glass.id, { outcome, ...(note === '' ? {} : { note }) }).then(onDone, (error: unknown) => {
      setProblem(error instanceof AdminProblem ? error.message : 'It could not be sent. Try again.');
    });
  };
  return (
    <form className="card stack" onSubmit={send} aria-labelledby="decision">
      <h3 id="decision">Your decision</h3>
      {problem !== undefined && (
        <div className="problem" role="alert">
          <p>{problem}</p>
        </div>
      )}
      <fieldset className="plain">
        <legend className="hide">Decision</legend>
        {CHOICES.map(([value, words, hint]) => (
          <p key={value}>
            <label>
              <input type="radio" name="outcome" value={value} required /> <strong>{words}</strong>{' '}
              <span className="quiet">{hint}</span>
            </label>
          </p>
        ))}
      </fieldset>
      <p>
        <label htmlFor="note">
          <strong>Note</strong> <span className="quiet">{glass.person.name} will see it. It stays with the case for good.</span>
        </label>
      </p>
      <textarea id="note" name="note" rows={3} maxLength={2000} />
      <p>
        <Button type="submit">Send</Button>
      </p>
    </form>
  );
}
