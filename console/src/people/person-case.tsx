/** One person: how they sign in and what they hold; their roles; help when they cannot sign in; disabling. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { admin } from '../admin-client.ts';
import type { WholePerson } from '../admin-shapes.ts';
import { dateText } from '../audit/times.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { SwitchCard } from '../parts/switch-card.tsx';
import type { Acting } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';
import { type CaseGiven, useCase } from '../parts/use-case.tsx';

export interface PersonCaseProps extends CaseGiven {
  readonly mayAdminister: boolean;
}

export function PersonCase({ mayAdminister, ...given }: PersonCaseProps) {
  const [done, setDone] = useState<string>();
  const open = useCase(given, admin.person);
  if (open.shown === undefined) return open.instead;
  const { shown: person, act } = open;
  const changed = (words: string) => () => {
    setDone(words);
    open.changed();
  };
  const doing = { person, act, changed, isOff: !mayAdminister || act.isBusy };
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={addressTo('people')}>All people</a>
      </p>
      <Facts person={person} />
      {!mayAdminister && <p className="quiet">Changing people needs the role security-administrator.</p>}
      {done !== undefined && (
        <p className="note is-good" role="status">
          {done}
        </p>
      )}
      <ProblemBox text={act.problem} />
      <Roles key={person.roles.join(' ')} {...doing} />
      <Help {...doing} />
      <Switch {...doing} />
    </article>
  );
}

const FACTORS = { totp: 'authenticator app', passkey: 'passkey', recovery: 'recovery codes' } as const;

function Facts({ person }: { readonly person: WholePerson }) {
  const { factors, externalIdentities, sessions, apps } = person;
  return (
    <section className="card stack">
      <CaseHeading id={person.id}>{person.name}</CaseHeading>
      {person.disabled && (
        <p>
          <span className="badge deny">Disabled</span>
        </p>
      )}
      <dl className="facts">
        <dt>Username</dt>
        <dd className="mono">{person.username}</dd>
        <dt>In FHIR</dt>
        <dd className="mono">{person.fhirUser ?? 'nobody'}</dd>
        <dt>Added</dt>
        <dd>{dateText(person.createdAt)}</dd>
        <dt>Second step</dt>
        <dd>
          {factors.length === 0
            ? 'None set up'
            : factors.map(({ kind, count }) => (count === 1 ? FACTORS[kind] : `${FACTORS[kind]} (${count})`)).join(', ')}
        </dd>
        {externalIdentities.length > 0 && (
          <>
            <dt>Also by</dt>
            <dd>{externalIdentities.map(({ issuer }) => issuer).join(', ')}</dd>
          </>
        )}
        <dt>Signed in</dt>
        <dd>{sessions === 0 ? 'Nowhere' : sessions === 1 ? 'In one place' : `In ${sessions} places`}</dd>
        <dt>Apps</dt>
        <dd>{apps.length === 0 ? 'None' : apps.map(({ client }) => client).join(', ')}</dd>
      </dl>
    </section>
  );
}

interface Doing {
  readonly person: WholePerson;
  readonly act: Acting;
  readonly changed: (words: string) => () => void;
  readonly isOff: boolean;
}

function Roles({ person, act, changed, isOff }: Doing) {
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('roles') ?? '');
    const roles = given.split(/[\s,]+/).filter((role) => role !== '');
    act.run(() => admin.setRoles(person.id, roles), changed('The roles are changed. They count from the next request.'));
  };
  return (
    <form className="card stack fields" onSubmit={send} aria-labelledby="roles">
      <h3 id="roles">Roles</h3>
      <TextInput
        name="roles"
        label="Exactly these"
        description="With spaces between them, such as: physician break-the-glass"
        defaultValue={person.roles.join(' ')}
        disabled={isOff}
        autoComplete="off"
        spellCheck={false}
        maxLength={1300}
      />
      <p>
        <Button type="submit" variant="default" disabled={isOff}>
          Give exactly these
        </Button>
      </p>
    </form>
  );
}

function Help({ person, act, changed, isOff }: Doing) {
  return (
    <section className="card stack" aria-labelledby="help">
      <h3 id="help">When they cannot sign in</h3>
      <p className="quiet">Make sure first that it is really them.</p>
      <div className="row">
        <Button
          variant="default"
          disabled={isOff}
          onClick={() => act.run(() => admin.unlock(person.id), changed('They can try again at once.'))}
        >
          Forget failed tries
        </Button>
        <Button
          variant="default"
          disabled={isOff || person.factors.length === 0}
          onClick={() =>
            act.run(
              () => admin.resetFactors(person.id),
              changed('The second step is forgotten. They are signed out everywhere, and set up a new one when they sign in.'),
            )
          }
        >
          Forget the second step of {person.name}
        </Button>
      </div>
      {person.factors.length === 0 && <p className="quiet">No second step is set up, so there is none to forget.</p>}
    </section>
  );
}

function Switch({ person, act, changed, isOff }: Doing) {
  return (
    <SwitchCard
      name={person.name}
      isDisabled={person.disabled}
      meaning={
        person.disabled
          ? 'They can sign in again, with the roles above.'
          : 'They are signed out everywhere, and every app that works in their name stops, at once. They can be enabled again.'
      }
      isOff={isOff}
      onSwitch={(to) =>
        act.run(
          () => admin.switchPerson(person.id, to),
          changed(person.disabled ? 'They can sign in again.' : 'They are disabled, and signed out everywhere.'),
        )
      }
    />
  );
}
