/** Registering an app or a service. What the kind does not have is not asked for; the server says what does not go together. */
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { admin } from '../admin-client.ts';
import type { ClientKind, NewClient } from '../admin-shapes.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAct } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';
import { KINDS } from './words.ts';

export interface NewClientFormProps {
  readonly isOff: boolean;
  readonly onSignedOut: () => void;
  readonly onAdded: (added: { readonly id: string; readonly secret?: string }) => void;
}

const ORDER: readonly ClientKind[] = ['public', 'symmetric', 'asymmetric', 'backend'];

export function NewClientForm({ isOff, onSignedOut, onAdded }: NewClientFormProps) {
  const act = useAct(onSignedOut);
  const [kind, setKind] = useState<ClientKind>();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (kind === undefined) return;
    const added = clientOf(kind, new FormData(event.currentTarget));
    act.run(() => admin.addClient(added), onAdded);
  };
  const isApp = kind !== undefined && kind !== 'backend';
  const hasKeys = kind === 'asymmetric' || kind === 'backend';
  return (
    <form className="card stack fields" onSubmit={send} aria-labelledby="case">
      <CaseHeading id="new">Register an app or a service</CaseHeading>
      <ProblemBox text={act.problem} />
      <fieldset className="plain">
        <legend>
          <strong>Kind</strong>
        </legend>
        {ORDER.map((one) => (
          <p key={one}>
            <label className="choice">
              <input type="radio" name="kind" value={one} required onChange={() => setKind(one)} />{' '}
              <span>
                <strong>{KINDS[one].words}</strong> <span className="quiet">{KINDS[one].hint}</span>
              </span>
            </label>
          </p>
        ))}
      </fieldset>
      <TextInput
        name="name"
        label="Name"
        description="As people see it when they sign in."
        required
        withAsterisk={false}
        maxLength={200}
        autoComplete="off"
      />
      <TextInput
        name="id"
        label="Id (optional)"
        description="Left empty: one is made."
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
      />
      {isApp && (
        <div>
          <label htmlFor="redirects">
            <strong>Returns to</strong>
          </label>
          <p className="quiet" id="redirects-hint">
            Addresses that people are sent back to, one a line. Compared exactly, character by character.
          </p>
          <textarea id="redirects" name="redirects" rows={2} required spellCheck={false} aria-describedby="redirects-hint" />
        </div>
      )}
      <TextInput
        name="scope"
        label="May ask for"
        description="SMART scopes, such as: launch/patient patient/*.rs openid fhirUser. Never a permit by itself."
        maxLength={4000}
        autoComplete="off"
        spellCheck={false}
      />
      {kind === 'backend' && (
        <TextInput
          name="roles"
          label="Roles (optional)"
          description="With spaces between them."
          maxLength={1300}
          autoComplete="off"
        />
      )}
      {hasKeys && (
        <TextInput
          name="jwksUri"
          type="url"
          label="Keys at"
          description="Where it publishes its keys (https). A file of keys is registered in a terminal: fireguard client add --jwks FILE"
          required
          withAsterisk={false}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <p className="row">
        <Button type="submit" disabled={isOff || act.isBusy}>
          Register
        </Button>
        <a href={addressTo('apps')}>Go back, register none</a>
      </p>
    </form>
  );
}

function clientOf(kind: ClientKind, form: FormData): NewClient {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const words = (name: string) =>
    text(name)
      .split(/[\s,]+/)
      .filter((word) => word !== '');
  const [id, jwksUri] = [text('id'), text('jwksUri')];
  return {
    kind,
    name: text('name'),
    redirectUris: words('redirects'),
    scope: text('scope'),
    roles: words('roles'),
    ...(id === '' ? {} : { id }),
    ...(jwksUri === '' ? {} : { jwksUri }),
  };
}
