/** One hold: what it keeps and why, and releasing it, which cannot be undone for what is let go afterwards. */
import { Button } from '@mantine/core';
import { admin } from '../admin-client.ts';
import type { Hold } from '../admin-shapes.ts';
import { fullDateText } from '../audit/times.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAct } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';
import { coverText } from './words.ts';

export interface HoldCaseProps {
  readonly hold: Hold;
  readonly onSignedOut: () => void;
  readonly onReleased: () => void;
}

export function HoldCase({ hold, onSignedOut, onReleased }: HoldCaseProps) {
  const act = useAct(onSignedOut);
  const { released, made } = hold;
  return (
    <article className="stack" aria-labelledby="case">
      <p>
        <a href={addressTo('holds')}>All holds</a>
      </p>
      <section className="card stack">
        <CaseHeading id={hold.id}>{coverText(hold)}</CaseHeading>
        <div className="note">
          <p>{hold.reason}</p>
        </div>
        <dl className="facts">
          <dt>Placed</dt>
          <dd>
            {made.by}, {fullDateText(made.at)}
          </dd>
          {released !== undefined && (
            <>
              <dt>Released</dt>
              <dd>
                {released.by}, {fullDateText(released.at)}
              </dd>
            </>
          )}
          <dt>Number</dt>
          <dd className="mono">{hold.id}</dd>
        </dl>
      </section>
      {released === undefined && (
        <section className="card stack" aria-labelledby="release">
          <h3 id="release">Release it</h3>
          <p>
            Months that are older than the retention, and that no other hold covers, are then deleted for good within the hour.
          </p>
          <ProblemBox text={act.problem} />
          <p>
            <Button
              variant="default"
              disabled={act.isBusy}
              onClick={() => act.run(() => admin.releaseHold(hold.id), onReleased)}
            >
              Release the hold on {coverText(hold)}
            </Button>
          </p>
        </section>
      )}
    </article>
  );
}
