/** Views that are asked for often, as links. */
import { fragmentOf, type View } from './view.ts';

const views: readonly (readonly [name: string, part: Pick<View, 'kind' | 'outcome'>])[] = [
  ['All', { kind: '', outcome: '' }],
  ['Denied', { kind: 'request', outcome: 'deny' }],
  ['Failed sign-ins', { kind: 'sign-in', outcome: 'deny' }],
  ['Changes', { kind: 'administration', outcome: '' }],
  ['Looks at the audit', { kind: 'audit-read', outcome: '' }],
];

export function SavedViews({ view }: { readonly view: View }) {
  return (
    <nav className="tabs aside-while-reading" aria-label="Saved views">
      {views.map(([name, part]) => {
        const isCurrent = view.kind === part.kind && (part.kind === '' || view.outcome === part.outcome);
        return (
          <a
            key={name}
            href={fragmentOf({ ...view, ...part, patient: '', agent: '', purpose: '', cursor: '', open: '' })}
            aria-current={isCurrent ? 'page' : undefined}
          >
            {name}
          </a>
        );
      })}
    </nav>
  );
}
