/** Questions of patients: those that wait, and all; `#/questions`, `#/questions/all`, `#/questions/open/ID`. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import { dayText, minuteText } from '../audit/times.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { addressTo, useAddress } from '../parts/use-address.ts';
import { QuestionCase } from './question-case.tsx';

export function QuestionsScreen({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const [which, open] = useAddress().rest;
  const state = which === 'all' ? 'all' : 'open';
  const [answered, setAnswered] = useState(0);
  const list = useAnswer(`${answered} ${state}`, (signal) => admin.questions(state, signal), onSignedOut);
  const questions = list.is === 'here' ? list.value.questions : list.is === 'waiting' ? list.before?.questions : undefined;
  return (
    <Desk
      heading="Questions"
      lead="What patients ask about entries of their access log. Looking is recorded."
      tabs={[
        { words: 'To answer', to: addressTo('questions', 'open'), isCurrent: state === 'open' },
        { words: 'All', to: addressTo('questions', 'all'), isCurrent: state === 'all' },
      ]}
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={questions?.map((one) => ({
        key: one.id,
        to: addressTo('questions', state, one.id),
        isOpen: one.id === open,
        name: one.person.name,
        badge: one.answer !== undefined && <span className="badge plain">Answered</span>,
        context: (
          <>
            {dayText(one.askedAt)}, {minuteText(one.askedAt)}
          </>
        ),
      }))}
      listName="Questions"
      none={state === 'open' ? 'No question waits.' : 'Nobody has asked yet.'}
      command={
        open === undefined
          ? `fireguard question list${state === 'all' ? ' --all' : ''}`
          : `fireguard question answer ${open} --text TEXT`
      }
    >
      {open !== undefined && (
        <QuestionCase
          key={open}
          id={open}
          state={state}
          onSignedOut={onSignedOut}
          onAnswered={() => setAnswered((count) => count + 1)}
        />
      )}
    </Desk>
  );
}
