/** One alert: what rang and why, whom its notice reached, the record that met the rule, and what was found. */
import { Button } from '@mantine/core';
import type { FormEvent } from 'react';
import { admin } from '../admin-client.ts';
import type { WholeAlert } from '../admin-shapes.ts';
import { RecordCard } from '../audit/record-card.tsx';
import { dayText, fullDateText, minuteText } from '../audit/times.ts';
import { fragmentOf, viewOf } from '../audit/view.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAct } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';
import { useCase } from '../parts/use-case.tsx';

export interface AlertCaseProps {
  readonly id: string;
  readonly state: 'open' | 'all';
  readonly onSignedOut: () => void;
  readonly onClosed: () => void;
}

export function AlertCase({ id, state, onSignedOut, onClosed }: AlertCaseProps) {
  const open = useCase({ id, onSignedOut, onChanged: onClosed }, admin.alert);
  if (open.shown === undefined) return open.instead;
  const { shown: alert, changed } = open;
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={addressTo('alerts', state)}>All alerts</a>
      </p>
      <section className="card stack">
        <CaseHeading id={alert.id}>{alert.doer.name}</CaseHeading>
        <p>
          {alert.description}: {alert.count === 1 ? 'once' : `${alert.count} times`}, until{' '}
          <time dateTime={alert.at}>{fullDateText(alert.at)}</time>
        </p>
        <dl className="facts">
          <dt>Rule</dt>
          <dd className="mono">{alert.rule}</dd>
          <dt>Told</dt>
          <dd>{alert.told.length === 0 ? 'Nobody: no target takes alerts' : alert.told.map(toldText).join('; ')}</dd>
        </dl>
        <p>
          <a href={fragmentOf({ ...viewOf(''), time: 'month', agent: alert.doer.id })}>What else they did, in the audit</a>
        </p>
      </section>
      <RecordCard heading="The record that met the rule" row={alert.met} />
      <Found alert={alert} onSignedOut={onSignedOut} onDone={changed} />
    </article>
  );
}

function toldText({ target, delivered, failure }: WholeAlert['told'][number]): string {
  if (delivered !== null) return `${target}, ${minuteText(delivered)}`;
  return failure === null ? `${target}, on its way` : `${target}, not yet: ${failure}`;
}

function Found({
  alert,
  onSignedOut,
  onDone,
}: {
  readonly alert: WholeAlert;
  readonly onSignedOut: () => void;
  readonly onDone: () => void;
}) {
  const act = useAct(onSignedOut);
  if (alert.closed !== undefined)
    return (
      <section className="card stack" aria-labelledby="found">
        <h3 id="found">What was found</h3>
        <div className="note">
          <p>
            <strong>{alert.closed.by}</strong>, {dayText(alert.closed.at)}, {minuteText(alert.closed.at)}
          </p>
          <p>{alert.closed.note}</p>
        </div>
      </section>
    );
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get('note') ?? '').trim();
    act.run(() => admin.closeAlert(alert.id, note), onDone);
  };
  return (
    <form className="card stack" onSubmit={send} aria-labelledby="found">
      <h3 id="found">What did you find?</h3>
      <ProblemBox text={act.problem} />
      <div>
        <label htmlFor="note">
          <strong>Note</strong>
        </label>
        <p className="quiet" id="note-hint">
          It stays with the alert for good, with your name.
        </p>
        <textarea id="note" name="note" rows={3} maxLength={2000} required aria-describedby="note-hint" />
      </div>
      <p>
        <Button type="submit" disabled={act.isBusy}>
          Close the alert
        </Button>
      </p>
    </form>
  );
}
