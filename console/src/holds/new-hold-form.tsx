/** Placing a hold: of whom, of when, and why. What is left empty does not narrow it. */
import { Button, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { admin } from '../admin-client.ts';
import type { NewHold } from '../admin-shapes.ts';
import { CaseHeading } from '../parts/desk.tsx';
import { ProblemBox } from '../parts/problem.tsx';
import { useAct } from '../parts/use-act.ts';
import { addressTo } from '../parts/use-address.ts';

export interface NewHoldFormProps {
  readonly onSignedOut: () => void;
  readonly onMade: (id: string) => void;
}

export function NewHoldForm({ onSignedOut, onMade }: NewHoldFormProps) {
  const act = useAct(onSignedOut);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const hold = holdOf(new FormData(event.currentTarget));
    act.run(
      () => admin.makeHold(hold),
      ({ id }) => onMade(id),
    );
  };
  return (
    <form className="card stack fields" onSubmit={send} aria-labelledby="case">
      <CaseHeading id="new">Place a hold</CaseHeading>
      <ProblemBox text={act.problem} />
      <TextInput
        name="patient"
        label="Patient (optional)"
        description="Number in the record system. Left empty: everybody."
        autoComplete="off"
        spellCheck={false}
        maxLength={72}
      />
      <TextInput name="since" type="date" label="From (optional)" description="Left empty: from the beginning." />
      <TextInput
        name="until"
        type="date"
        label="To the end of (optional)"
        description="Left empty: also what is still to come."
      />
      <div>
        <label htmlFor="reason">
          <strong>Why</strong>
        </label>
        <p className="quiet" id="reason-hint">
          For example the number of the court’s order. It stays with the hold for good.
        </p>
        <textarea id="reason" name="reason" rows={3} maxLength={1000} required aria-describedby="reason-hint" />
      </div>
      <p className="row">
        <Button type="submit" disabled={act.isBusy}>
          Place the hold
        </Button>
        <a href={addressTo('holds')}>Go back, place none</a>
      </p>
    </form>
  );
}

/** Days begin at midnight here; the last one is covered to its end. */
function holdOf(form: FormData): NewHold {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const [patient, since, until] = [text('patient'), text('since'), text('until')];
  return {
    reason: text('reason'),
    ...(patient === '' ? {} : { patient }),
    ...(since === '' ? {} : { since: new Date(`${since}T00:00`).toISOString() }),
    ...(until === '' ? {} : { until: dayAfter(until).toISOString() }),
  };
}

function dayAfter(day: string): Date {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + 1);
  return date;
}
