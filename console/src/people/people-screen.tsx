/** People: `#/people`, `#/people/ID`. What is typed to find somebody stays in the page: a name belongs into no history. */
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { Person } from '../admin-shapes.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { addressTo, useAddress } from '../parts/use-address.ts';
import { PersonCase } from './person-case.tsx';

export interface PeopleScreenProps {
  readonly mayAdminister: boolean;
  readonly onSignedOut: () => void;
}

export function PeopleScreen({ mayAdminister, onSignedOut }: PeopleScreenProps) {
  const [open] = useAddress().rest;
  const [find, setFind] = useState('');
  const [changes, setChanges] = useState(0);
  const list = useAnswer(`${changes}`, admin.people, onSignedOut);
  const people = list.is === 'here' ? list.value.people : list.is === 'waiting' ? list.before?.people : undefined;
  const person = people?.find(({ id }) => id === open);
  return (
    <Desk
      heading="People"
      lead="Everybody who can sign in here. Each change is recorded and takes effect at once."
      above={
        <TextInput
          className="find"
          label="Find"
          description="Part of a name, username or role"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
        />
      }
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={people
        ?.filter((one) => isLike(one, find))
        .map((one) => ({
          key: one.id,
          to: addressTo('people', one.id),
          isOpen: one.id === open,
          name: one.name,
          badge: one.disabled && <span className="badge deny">Disabled</span>,
          context: (
            <>
              <span className="mono">{one.username}</span>
              {one.roles.length > 0 && `, ${one.roles.join(', ')}`}
            </>
          ),
        }))}
      listName="People"
      none={find === '' ? 'There is nobody yet.' : 'Nobody is called so.'}
      command={person === undefined ? 'fireguard user list' : `fireguard user show ${person.username}`}
    >
      {open !== undefined && (
        <PersonCase
          key={open}
          id={open}
          mayAdminister={mayAdminister}
          onSignedOut={onSignedOut}
          onChanged={() => setChanges((count) => count + 1)}
        />
      )}
    </Desk>
  );
}

function isLike({ name, username, roles }: Person, find: string): boolean {
  return `${name} ${username} ${roles.join(' ')}`.toLowerCase().includes(find.trim().toLowerCase());
}
