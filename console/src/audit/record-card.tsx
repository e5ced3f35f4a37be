/** One audit record in short, in another room: what happened, when, who, whose record. */
import type { AuditRow } from '../admin-shapes.ts';
import { Outcome } from '../parts/outcome.tsx';
import { fullDateText } from './times.ts';
import { didWhat, purposeWord, through, who } from './words.ts';

export interface RecordCardProps {
  readonly heading: string;
  /** Null: its month was let go. */
  readonly row: AuditRow | null;
}

const MOST_PATIENTS = 5;

export function RecordCard({ heading, row }: RecordCardProps) {
  return (
    <section className="card stack" aria-labelledby="record-card">
      <h3 id="record-card">{heading}</h3>
      {row === null ? <p className="quiet">It is no longer kept.</p> : <Facts row={row} />}
    </section>
  );
}

function Facts({ row }: { readonly row: AuditRow }) {
  const { patients } = row;
  const more = patients.length - MOST_PATIENTS;
  const facts: readonly (readonly [name: string, value: string, isMono?: true])[] = [
    ['When', fullDateText(row.recorded)],
    ['Who', [who(row), ...row.roles].join(', ')],
    ['Through', through(row)],
    ['Purpose', row.purposes.map(purposeWord).join(', ')],
    [
      patients.length === 1 ? 'Patient' : 'Patients',
      `${patients.slice(0, MOST_PATIENTS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
      true,
    ],
    ['From', row.address ?? '', true],
    ['Record', row.id, true],
  ];
  return (
    <>
      <p>
        <Outcome kind={row.outcome} /> <strong>{didWhat(row)}</strong>
      </p>
      {row.reason !== undefined && <p>{row.reason}</p>}
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value, isMono]) => (
            <div className="fact" key={name}>
              <dt>{name}</dt>
              <dd className={isMono === true ? 'mono' : undefined}>{value}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}
