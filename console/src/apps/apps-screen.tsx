/** Apps and services: `#/apps`, `#/apps/ID`, and `#/apps/+new` where one is registered (no client id begins so). */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import { useAnswer } from '../audit/use-answer.ts';
import { Desk } from '../parts/desk.tsx';
import { addressTo, useAddress } from '../parts/use-address.ts';
import { ClientCase } from './client-case.tsx';
import { NewClientForm } from './new-client-form.tsx';
import { KINDS } from './words.ts';

const NEW = '+new';

export interface AppsScreenProps {
  readonly mayAdminister: boolean;
  readonly onSignedOut: () => void;
}

export function AppsScreen({ mayAdminister, onSignedOut }: AppsScreenProps) {
  const [open] = useAddress().rest;
  const [changes, setChanges] = useState(0);
  /** Of the one that was just registered here. It is nowhere else. */
  const [fresh, setFresh] = useState<{ readonly id: string; readonly secret: string }>();
  const list = useAnswer(`${changes}`, admin.clients, onSignedOut);
  const clients = list.is === 'here' ? list.value.clients : list.is === 'waiting' ? list.before?.clients : undefined;
  const changed = () => setChanges((count) => count + 1);
  return (
    <Desk
      heading="Apps"
      lead="Apps and services that may ask for something here. What they get is decided anew with each request."
      above={
        mayAdminister ? (
          <p>
            <a href={addressTo('apps', NEW)}>Register an app or a service</a>
          </p>
        ) : (
          <p className="quiet">Registering and changing apps needs the role security-administrator.</p>
        )
      }
      problem={list.is === 'problem' ? list.text : undefined}
      isWaiting={list.is === 'waiting'}
      items={clients?.map((one) => ({
        key: one.id,
        to: addressTo('apps', one.id),
        isOpen: one.id === open,
        name: one.name,
        badge: one.disabled && <span className="badge deny">Disabled</span>,
        context: (
          <>
            {KINDS[one.kind].words}, <span className="mono">{one.id}</span>
          </>
        ),
      }))}
      listName="Apps and services"
      none="There is none yet."
      command={commandOf(open)}
    >
      {open === undefined ? undefined : open === NEW ? (
        <NewClientForm
          isOff={!mayAdminister}
          onSignedOut={onSignedOut}
          onAdded={({ id, secret }) => {
            setFresh(secret === undefined ? undefined : { id, secret });
            changed();
            location.hash = addressTo('apps', id);
          }}
        />
      ) : (
        <ClientCase
          key={open}
          id={open}
          secret={fresh?.id === open ? fresh.secret : undefined}
          mayAdminister={mayAdminister}
          onSignedOut={onSignedOut}
          onChanged={changed}
        />
      )}
    </Desk>
  );
}

function commandOf(open: string | undefined): string {
  if (open === undefined) return 'fireguard client list';
  return open === NEW ? 'fireguard client add --kind KIND --name NAME' : `fireguard client show ${open}`;
}
