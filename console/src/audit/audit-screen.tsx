/** The audit page: everything that can be seen follows from the address and from what the admin API answers to it. */
import { useState } from 'react';
import { admin } from '../admin-client.ts';
import type { AuditPage } from '../admin-shapes.ts';
import { AuditDrawer } from './audit-drawer.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { saveFile } from './save-file.ts';
import { SavedViews } from './saved-views.tsx';
import { Seal } from './seal.tsx';
import { useAnswer } from './use-answer.ts';
import { useView } from './use-view.ts';
import { commandOf, fragmentOf, queryOf, type View } from './view.ts';

export function AuditScreen({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const view = useView();
  const { open: _drawer, ...listed } = view;
  const [asks, setAsks] = useState(0);
  const key = `${asks} ${fragmentOf({ ...listed, open: '' })}`;
  const answer = useAnswer(key, (signal) => admin.audit(queryOf(view, Date.now()), signal), onSignedOut);
  const verification = useAnswer(`${asks}`, admin.verify, onSignedOut);
  const page = answer.is === 'here' ? answer.value : answer.is === 'waiting' ? answer.before : undefined;
  const row = page?.records.find(({ id }) => id === view.open);

  const show = (next: View) => {
    const fragment = fragmentOf(next);
    // The same question again is a question too.
    if (fragment === fragmentOf(viewWithout(view))) setAsks((count) => count + 1);
    location.hash = fragment;
  };

  return (
    <div className={row === undefined ? undefined : 'is-reading'}>
      <div className="desk-head">
        <div>
          <h1>Audit</h1>
          <p className="quiet aside-while-reading">Every decision, sign-in and change. Looking here is recorded too.</p>
        </div>
        <p className="cli">
          <Seal verification={verification} />
          {page !== undefined && page.records.length > 0 && (
            <button type="button" className="link aside-while-reading" onClick={() => download(page)}>
              Download
            </button>
          )}
        </p>
      </div>
      <div className="desk-body stack">
        <AuditFilters key={fragmentOf({ ...listed, cursor: '', open: '' })} view={view} onShow={show} />
        <SavedViews view={view} />
        {answer.is === 'problem' && (
          <div className="problem" role="alert">
            <h2>The audit cannot be shown</h2>
            <p>{answer.text}</p>
          </div>
        )}
        {page === undefined && answer.is === 'waiting' && <p className="quiet">Reading the audit …</p>}
        {page !== undefined && (
          <div className={row === undefined ? 'split' : 'split is-open'} aria-busy={answer.is === 'waiting'}>
            <div className="aside-while-reading">
              <AuditTable page={page} view={view} />
            </div>
            {row !== undefined && <AuditDrawer key={row.id} row={row} view={view} verification={verification} />}
          </div>
        )}
        <p className="cli">
          The same in a terminal: <code>{commandOf(view, Date.now())}</code>
        </p>
      </div>
    </div>
  );
}

function viewWithout(view: View): View {
  return { ...view, cursor: '', open: '' };
}

/** What is shown, one record a line. */
function download(page: AuditPage): void {
  saveFile('audit.ndjson', page.records.map((record) => `${JSON.stringify(record)}\n`).join(''), 'application/x-ndjson');
}
