/** The filters. They take effect with "Show", not while typing: every look is recorded. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { View } from './view.ts';
import { purposes } from './words.ts';

export function AuditFilters({ view, onShow }: { readonly view: View; readonly onShow: (view: View) => void }) {
  const [typed, setTyped] = useState(view);
  const set = (name: keyof View) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setTyped((old) => ({ ...old, [name]: value }));
  };
  const show = (event: FormEvent) => {
    event.preventDefault();
    onShow({ ...typed, patient: typed.patient.trim(), agent: typed.agent.trim(), cursor: '', open: '' });
  };
  return (
    <form className="filters aside-while-reading" onSubmit={show}>
      <NativeSelect
        label="Time"
        value={typed.time}
        onChange={set('time')}
        data={[
          { value: 'today', label: 'Today' },
          { value: 'week', label: 'Last 7 days' },
          { value: 'month', label: 'Last 30 days' },
          { value: 'all', label: 'All' },
        ]}
      />
      <TextInput
        label="Patient"
        value={typed.patient}
        onChange={set('patient')}
        autoComplete="off"
        spellCheck={false}
        maxLength={72}
      />
      <TextInput
        label="Person or app"
        value={typed.agent}
        onChange={set('agent')}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
      />
      <NativeSelect
        label="Outcome"
        value={typed.outcome}
        onChange={set('outcome')}
        data={[
          { value: '', label: 'Any' },
          { value: 'permit', label: 'Permit' },
          { value: 'masked', label: 'Masked' },
          { value: 'deny', label: 'Deny' },
          { value: 'failure', label: 'Failed' },
          { value: 'unknown', label: 'Unknown' },
        ]}
      />
      <NativeSelect
        label="Purpose"
        value={typed.purpose}
        onChange={set('purpose')}
        data={[{ value: '', label: 'Any' }, ...purposes.map(([value, label]) => ({ value, label }))]}
      />
      <Button type="submit" variant="default">
        Show
      </Button>
    </form>
  );
}
