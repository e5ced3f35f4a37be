/** One question: who asks what, about which entry, and the answer. */
import { Button } from '@mantine/core';
import type { FormEvent } from 'react';
import { admin } from '../admin-client.ts';
import type { WholeQuestion } from '../admin-shapes.ts';
import { RecordCard } from '../audit/record-card.tsx';
import { fullDateText } from '../audit/times.ts';
import { fragmentOf, viewOf } from '../audit/view.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAct } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';
import { useCase } from '../parts/use-case.tsx';

export interface QuestionCaseProps {
  readonly id: string;
  readonly state: 'open' | 'all';
  readonly onSignedOut: () => void;
  readonly onAnswered: () => void;
}

export function QuestionCase({ id, state, onSignedOut, onAnswered }: QuestionCaseProps) {
  const open = useCase({ id, onSignedOut, onChanged: onAnswered }, admin.question);
  if (open.shown === undefined) return open.instead;
  const { shown: question, changed } = open;
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={addressTo('questions', state)}>All questions</a>
      </p>
      <section className="card stack">
        <CaseHeading id={question.id}>{question.person.name} asks</CaseHeading>
        <p className="quiet">
          <time dateTime={question.askedAt}>{fullDateText(question.askedAt)}</time>, about the record of{' '}
          <span className="num">Patient/{question.patient}</span>
        </p>
        <div className="note">
          <p>{question.text === '' ? 'Nothing was written: the entry itself is the question.' : question.text}</p>
        </div>
        <p>
          <a href={fragmentOf({ ...viewOf(''), time: 'month', patient: question.patient })}>Who else looked, in the audit</a>
        </p>
      </section>
      <RecordCard heading="The entry" row={question.row} />
      <Answer question={question} onSignedOut={onSignedOut} onDone={changed} />
    </article>
  );
}

interface AnswerProps {
  readonly question: WholeQuestion;
  readonly onSignedOut: () => void;
  readonly onDone: () => void;
}

function Answer({ question, onSignedOut, onDone }: AnswerProps) {
  const act = useAct(onSignedOut);
  const { answer } = question;
  if (answer !== undefined)
    return (
      <section className="card stack" aria-labelledby="answer">
        <h3 id="answer">The answer</h3>
        <div className="note is-good">
          <p>
            <strong>{answer.by}</strong>, {fullDateText(answer.at)}
          </p>
          <p>{answer.text}</p>
        </div>
      </section>
    );
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('text') ?? '').trim();
    act.run(() => admin.answerQuestion(question.id, text), onDone);
  };
  return (
    <form className="card stack" onSubmit={send} aria-labelledby="answer">
      <h3 id="answer">Your answer</h3>
      <ProblemBox text={act.problem} />
      <div>
        <label htmlFor="text">
          <strong>Answer</strong>
        </label>
        <p className="quiet" id="text-hint">
          {question.person.name} reads it beside the entry, as the answer of the privacy office, without your name. It is given
          once.
        </p>
        <textarea id="text" name="text" rows={4} maxLength={2000} required aria-describedby="text-hint" />
      </div>
      <p>
        <Button type="submit" disabled={act.isBusy}>
          Answer
        </Button>
      </p>
    </form>
  );
}
