/** One record: what happened, why, who, and its place in the chain. Beside the list from 60 rem, a page of its own on a phone. Focus goes in and comes back. */
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { AdminProblem, admin } from '../admin-client.ts';
import type { AuditRow, Verification } from '../admin-shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { Outcome } from '../parts/outcome.tsx';
import { saveFile } from './save-file.ts';
import { fullText, minuteText } from './times.ts';
import type { Answer } from './use-answer.ts';
import { fragmentOf, type View } from './view.ts';
import { didWhat, purposeWord, wasTold, who } from './words.ts';

export function AuditDrawer({
  row,
  view,
  verification,
}: {
  readonly row: AuditRow;
  readonly view: View;
  readonly verification: Answer<Verification>;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    return () => document.getElementById(`row-${row.id}`)?.focus();
  }, [row.id]);
  return (
    <section className="drawer" aria-labelledby="record">
      <div className="bar">
        <div>
          <h2 id="record" ref={heading} tabIndex={-1}>
            {didWhat(row)}
          </h2>
          <p className="small quiet">
            <time dateTime={row.recorded}>{fullText(row.recorded)}</time>
          </p>
        </div>
        <a href={fragmentOf({ ...view, open: '' })} aria-label="Close the record">
          <Icon name="close" />
        </a>
      </div>
      <div className="stack-s">
        <p>
          <Outcome kind={row.outcome} />
        </p>
        {row.reason !== undefined && <p>{row.reason}</p>}
      </div>
      <dl className="facts">
        <Fact name="Who" value={[who(row), ...row.roles].join(', ')} />
        <Fact name="Through" value={row.person === undefined ? undefined : row.client?.name} />
        <Fact name="Purpose" value={row.purposes.map(purposeWord).join(', ')} />
        <Patients ids={row.patients} view={view} />
        <Fact name="Asked" value={row.asked?.split('\r\n')[0]?.replace(/ HTTP\/[\d.]+$/, '')} mono />
        <Fact name="Was told" value={row.status === undefined ? undefined : wasTold(row.status)} />
        <Fact name="Masked" value={row.masked.join(', ')} mono />
        <Fact
          name="Kept back"
          value={row.withheld === 0 ? undefined : `${row.withheld} ${row.withheld === 1 ? 'entry' : 'entries'}`}
        />
        <Fact name="Rules" value={row.rules.join(', ')} mono />
        <Fact name="From" value={row.address} />
      </dl>
      <dl className="facts">
        <Fact name="Record" value={row.id} mono />
        <dt>Chain</dt>
        <dd>
          <span className="num">{row.sequence.toLocaleString()}</span> on {row.node.split('/')[0]}
          {verification.is === 'here' && verification.value.ok && verification.value.checkedAt > row.recorded && ', unbroken'}
        </dd>
        {verification.is === 'here' && <Fact name="Checked" value={minuteText(verification.value.checkedAt)} />}
        <Fact name="Request" value={row.requestId} mono />
      </dl>
      <EventDownload id={row.event} />
    </section>
  );
}

function Fact({ name, value, mono }: { readonly name: string; readonly value: string | undefined; readonly mono?: true }) {
  if (value === undefined || value === '') return null;
  return (
    <>
      <dt>{name}</dt>
      <dd className={mono ? 'mono' : undefined}>{value}</dd>
    </>
  );
}

const SHOWN = 3;

/** Each leads to what else was recorded about them. */
function Patients({ ids, view }: { readonly ids: readonly string[]; readonly view: View }) {
  if (ids.length === 0) return null;
  const link = (id: string) => (
    <div key={id} className="num">
      <a href={fragmentOf({ ...view, patient: id, cursor: '', open: '' })}>{id}</a>
    </div>
  );
  return (
    <>
      <dt>{ids.length === 1 ? 'Patient' : 'Patients'}</dt>
      <dd>
        {ids.slice(0, SHOWN).map(link)}
        {ids.length > SHOWN && (
          <details>
            <summary>{ids.length - SHOWN} more</summary>
            {ids.slice(SHOWN).map(link)}
          </details>
        )}
      </dd>
    </>
  );
}

function EventDownload({ id }: { readonly id: string }) {
  const [problem, setProblem] = useState<string>();
  const download = async () => {
    try {
      setProblem(undefined);
      saveFile(`AuditEvent-${id}.json`, `${JSON.stringify(await admin.auditEvent(id), null, 2)}\n`, 'application/fhir+json');
    } catch (error) {
      setProblem(error instanceof AdminProblem ? error.message : 'The file could not be made.');
    }
  };
  return (
    <div className="acts stack-s">
      <Button variant="default" leftSection={<Icon name="down" />} onClick={() => void download()}>
        AuditEvent
      </Button>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  );
}
