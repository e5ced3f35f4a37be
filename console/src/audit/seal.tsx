/** "Unbroken", and when that was found out. Said only of a journal that was really read to its end. */
import type { Verification } from '../admin-shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { minuteText } from './times.ts';
import type { Answer } from './use-answer.ts';

export function Seal({ verification }: { readonly verification: Answer<Verification> }) {
  switch (verification.is) {
    case 'waiting':
      return <span>Checking the journal …</span>;
    case 'problem':
      return <span>The journal could not be checked: {verification.text}</span>;
    case 'here': {
      const { ok, checkedAt, problem } = verification.value;
      return (
        <span className={ok ? 'seal' : 'seal is-broken'} role={ok ? undefined : 'alert'}>
          <Icon name={ok ? 'lock' : 'cross'} />
          <span>
            {ok ? 'Unbroken, checked at ' : `Broken: ${problem ?? ''}. Checked at `}
            <time dateTime={checkedAt}>{minuteText(checkedAt)}</time>
          </span>
        </span>
      );
    }
  }
}
