/** The list: two lines a row, what and then its context; the time is the link. */
import type { AuditPage, AuditRow } from '../admin-shapes.ts';
import { Outcome } from '../parts/outcome.tsx';
import { dayText, timeText } from './times.ts';
import { fragmentOf, type View } from './view.ts';
import { didWhat, through, who, withWhat } from './words.ts';

export function AuditTable({ page, view }: { readonly page: AuditPage; readonly view: View }) {
  if (page.records.length === 0) {
    return (
      <div className="card">
        <p className="say">Nothing was recorded that fits.</p>
      </div>
    );
  }
  return (
    <div className="card">
      <table className="grid">
        <caption className="hide">Audit records, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Outcome</th>
            <th scope="col">Who</th>
            <th scope="col">Did what</th>
            <th scope="col">Patient</th>
          </tr>
        </thead>
        <tbody>
          {page.records.map((row) => (
            <Row key={row.id} row={row} view={view} />
          ))}
        </tbody>
      </table>
      <div className="pager">
        <span>
          {view.cursor === '' ? 'The newest ' : ''}
          <span className="num">{page.records.length}</span> {page.records.length === 1 ? 'record' : 'records'}
          {page.lag > 0 && `; ${page.lag} more are safe on disk and not listed yet`}
        </span>
        <span>
          {view.cursor !== '' && <a href={fragmentOf({ ...view, cursor: '', open: '' })}>Newest</a>}{' '}
          {page.next !== null && <a href={fragmentOf({ ...view, cursor: page.next, open: '' })}>Older</a>}
        </span>
      </div>
    </div>
  );
}

function Row({ row, view }: { readonly row: AuditRow; readonly view: View }) {
  const isOpen = view.open === row.id;
  return (
    <tr className={isOpen ? 'is-open' : undefined}>
      <th scope="row">
        <a id={`row-${row.id}`} href={fragmentOf({ ...view, open: row.id })} aria-current={isOpen ? 'true' : undefined}>
          <time dateTime={row.recorded}>
            {view.time !== 'today' && `${dayText(row.recorded)} `}
            {timeText(row.recorded)}
          </time>
        </a>
      </th>
      <td>
        <Outcome kind={row.outcome} />
      </td>
      <td className="wide">
        {who(row)}
        <span className="two">{through(row)}</span>
      </td>
      <td className="wide">
        {didWhat(row)}
        <span className="two">{withWhat(row)}</span>
      </td>
      <td className={row.patients.length === 0 ? 'wide none' : 'wide'}>
        <Patients ids={row.patients} />
      </td>
    </tr>
  );
}

function Patients({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return '–';
  if (ids.length > 2) return `${ids.length} patients`;
  return ids.map((id) => (
    <span key={id} className="id num" title={id}>
      {id}
    </span>
  ));
}
