/**
 * that breaking the glass would help is told to those alone who may break it, and only where it would show more (docs/how-to/let-clinicians-break-the-glass.md).
 * Whether it is told, and where, is the same in both worlds, as everything else is.
 */
import type { Answered } from './gateway.ts';
import { interactions } from './naive/interactions.ts';
import { naiveTypes } from './naive/types.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';
import { hasNext } from './wrong-instance.ts';

export function tellsOfTheGlass({ text }: Pick<Answered, 'text'>): boolean {
  return text.includes('"code":"suppressed"');
}

export function wrongHint(
  { method, target }: Asked,
  pages: readonly Answered[],
  { decider, upstream, before }: Pick<Judging, 'decider' | 'upstream' | 'before'>,
): string | undefined {
  const told = pages.some(tellsOfTheGlass);
  const all = [...before.current.values(), ...upstream.current().values()];
  if (told) {
    if (!Object.keys(naiveTypes).some((type) => interactions.some((each) => decider.mayBreakGlass(type, each))))
      return 'tells somebody of breaking the glass who may not';
    const would = all.some((one) => interactions.some((each) => decider.sees(one, each) === 'openable'));
    return would ? undefined : 'tells of breaking the glass, which would show nothing more';
  }
  // A search that asks nothing of what it reads, to its end. Of what a Bundle holds nobody is told.
  const [, type] = method === 'GET' ? (/^\/([A-Z][A-Za-z]+)(?:\?_count=[1-9]\d*)?$/.exec(target) ?? []) : [];
  if (type === undefined || type === 'Bundle' || pages[0]!.status !== 200 || hasNext(pages.at(-1)!)) return undefined;
  const would = all.some((one) => one.resourceType === type && decider.sees(one, 'search') === 'openable');
  return would ? 'does not tell of breaking the glass, which would show more' : undefined;
}
