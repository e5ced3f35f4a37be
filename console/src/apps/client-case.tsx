/** One app or service: its registration, another secret, disabling. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { Client } from '../admin-shapes.ts';
import { dateText } from '../audit/times.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { SwitchCard } from '../parts/switch-card.tsx';
import { addressTo } from '../parts/use-address.ts';
import { type CaseGiven, useCase } from '../parts/use-case.tsx';
import { SecretBox } from './secret-box.tsx';
import { KINDS } from './words.ts';

export interface ClientCaseProps extends CaseGiven {
  /** Made a moment ago. */
  readonly secret: string | undefined;
  readonly mayAdminister: boolean;
}

export function ClientCase({ secret: first, mayAdminister, ...given }: ClientCaseProps) {
  const [secret, setSecret] = useState(first);
  const open = useCase(given, admin.client);
  if (open.shown === undefined) return open.instead;
  const { shown: client, act, changed } = open;
  const isOff = !mayAdminister || act.isBusy;
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={addressTo('apps')}>All apps</a>
      </p>
      {secret !== undefined && <SecretBox secret={secret} />}
      <Facts client={client} />
      <ProblemBox text={act.problem} />
      {client.kind === 'symmetric' && (
        <section className="card stack" aria-labelledby="renew">
          <h3 id="renew">Another secret</h3>
          <p>The one before is worth nothing at once: the app works again when it has the new one.</p>
          <p>
            <Button
              variant="default"
              disabled={isOff}
              onClick={() =>
                act.run(
                  () => admin.renewSecret(client.id),
                  (made) => {
                    setSecret(made.secret);
                    scrollTo({ top: 0 });
                  },
                )
              }
            >
              Make another secret for {client.name}
            </Button>
          </p>
        </section>
      )}
      <SwitchCard
        name={client.name}
        isDisabled={client.disabled}
        meaning={
          client.disabled
            ? 'It can be used again. What it held before stays ended.'
            : 'Everything that it holds ends at once, for everybody. It can be enabled again.'
        }
        isOff={isOff}
        onSwitch={(to) => act.run(() => admin.switchClient(client.id, to), changed)}
      />
    </article>
  );
}

function Facts({ client }: { readonly client: Client }) {
  const { kind, redirectUris, scope, roles, jwksUri, keys } = client;
  return (
    <section className="card stack">
      <CaseHeading id={client.id}>{client.name}</CaseHeading>
      {client.disabled && (
        <p>
          <span className="badge deny">Disabled</span>
        </p>
      )}
      <dl className="facts">
        <dt>Id</dt>
        <dd className="mono">{client.id}</dd>
        <dt>Kind</dt>
        <dd>
          {KINDS[kind].words}. {KINDS[kind].hint}
        </dd>
        <dt>Registered</dt>
        <dd>{dateText(client.createdAt)}</dd>
        {redirectUris.length > 0 && (
          <>
            <dt>Returns to</dt>
            <dd className="mono">
              {redirectUris.map((uri) => (
                <div key={uri}>{uri}</div>
              ))}
            </dd>
          </>
        )}
        <dt>May ask for</dt>
        <dd className="mono">{scope === '' ? 'nothing' : scope}</dd>
        {roles.length > 0 && (
          <>
            <dt>Roles</dt>
            <dd>{roles.join(', ')}</dd>
          </>
        )}
        {jwksUri !== null && (
          <>
            <dt>Keys at</dt>
            <dd className="mono">{jwksUri}</dd>
          </>
        )}
        {keys.length > 0 && (
          <>
            <dt>Keys</dt>
            <dd className="mono">{keys.map(({ kid, kty }) => kid ?? kty).join(', ')}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
