/** An outcome: word, shape and border say it, colour repeats it. A deny is the system at work, so it is not red. */
import type { RowOutcome } from '../admin-shapes.ts';
import { Icon, type IconName } from './icon.tsx';

const looks: Readonly<Record<RowOutcome, { readonly word: string; readonly shape: string; readonly icon: IconName }>> = {
  permit: { word: 'Permit', shape: 'permit', icon: 'tick' },
  masked: { word: 'Masked', shape: 'masked', icon: 'eye' },
  deny: { word: 'Deny', shape: 'deny', icon: 'bar' },
  failure: { word: 'Failed', shape: 'plain', icon: 'cross' },
  unknown: { word: 'Unknown', shape: 'plain', icon: 'question' },
};

export function Outcome({ kind }: { readonly kind: RowOutcome }) {
  const { word, shape, icon } = looks[kind];
  return (
    <span className={`badge ${shape}`}>
      <Icon name={icon} /> {word}
    </span>
  );
}
