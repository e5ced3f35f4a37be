/** The filters of "who looked": what a query may ask, as values; whatever else it says counts as not asked. */
import type { Looker, LooksBy } from '../../storage/looks.ts';
import type { Texts } from '../pages/texts.ts';
import type { LookFilter } from '../pages/who-looked.ts';

const DAY_MS = 86_400_000;

const times = { month: 30, year: 365, all: undefined } as const;

/** Purposes of use by what a patient would call them. Who named none works in care, as far as is known. */
const reasons = {
  care: { codes: ['TREAT', 'ETREAT', 'COC', 'CAREMGT'], none: true },
  emergency: { codes: ['BTG', 'ETREAT'], none: false },
  money: { codes: ['HPAYMT'], none: false },
  house: { codes: ['HOPERAT'], none: false },
  research: { codes: ['HRESCH', 'PUBHLTH'], none: false },
  request: { codes: ['PATRQT', 'FAMRQT'], none: false },
} as const;

const kinds = { looked: false, changed: true } as const;

const ID = /^[\w.~:-]{1,128}$/;

export interface AskedFilters {
  readonly time: keyof typeof times;
  /** `people`, `apps`, `p.<id>` or `a.<id>`; empty: everyone. */
  readonly who: string;
  readonly why: keyof typeof reasons | '';
  readonly what: keyof typeof kinds | '';
}

export function filtersIn(query: unknown): AskedFilters {
  const text = (name: string) => {
    const value = (query as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? value : '';
  };
  const one = <Key extends string>(value: string, of: Readonly<Record<Key, unknown>>): Key | '' =>
    Object.hasOwn(of, value) ? (value as Key) : '';
  const who = text('who');
  const isWho = who === 'people' || who === 'apps' || (/^[pa]\./.test(who) && ID.test(who.slice(2)));
  return {
    time: one(text('time'), times) || 'month',
    who: isWho ? who : '',
    why: one(text('why'), reasons),
    what: one(text('what'), kinds),
  };
}

/** As the trail is asked. `now` in milliseconds since the epoch. */
export function askedOf({ who, why, what, time }: AskedFilters, now: number) {
  return {
    from: sinceOf(time, now),
    by: byOf(who),
    why: why === '' ? undefined : reasons[why],
    changes: what === '' ? undefined : kinds[what],
  };
}

export function sinceOf(time: AskedFilters['time'], now: number): Date | undefined {
  const days = times[time];
  return days === undefined ? undefined : new Date(now - days * DAY_MS);
}

/** Somebody by name who did not look in the time that is chosen cannot be chosen in it: what the form shows is what is listed. */
export function withKnown(asked: AskedFilters, lookers: readonly Looker[]): AskedFilters {
  const { who } = asked;
  const isNamed = who.startsWith('p.') || who.startsWith('a.');
  return isNamed && !lookers.some((one) => nameOf(one) === who) ? { ...asked, who: '' } : asked;
}

function nameOf({ person, app }: Looker): string {
  return person !== null ? `p.${person}` : `a.${app ?? ''}`;
}

function byOf(who: string): LooksBy {
  if (who === 'people' || who === 'apps') return who;
  if (who === '') return 'everyone';
  return who.startsWith('p.') ? { person: who.slice(2) } : { app: who.slice(2) };
}

/** As a query; what is not asked is not in it. */
export function queryFor({ time, who, why, what }: AskedFilters): URLSearchParams {
  const query = new URLSearchParams();
  if (time !== 'month') query.set('time', time);
  for (const [name, value] of Object.entries({ who, why, what })) if (value !== '') query.set(name, value);
  return query;
}

/** `lookers`: who can be chosen by name: those of the time that is chosen. */
export function lookFilters(
  asked: AskedFilters,
  lookers: readonly Looker[],
  { looked: { choices } }: Texts,
): readonly LookFilter[] {
  const named = lookers.flatMap((one): (readonly [string, string])[] => {
    const value = nameOf(one);
    return one.name !== null && ID.test(value.slice(2)) ? [[value, one.name]] : [];
  });
  const entries = <Key extends string>(of: Readonly<Record<Key, unknown>>, words: Readonly<Record<Key, string>>) =>
    (Object.keys(of) as Key[]).map((key) => [key, words[key]] as const);
  return [
    { name: 'time', chosen: asked.time, choices: entries(times, choices.time) },
    {
      name: 'who',
      chosen: asked.who,
      choices: [['', choices.everyone], ['people', choices.people], ['apps', choices.apps], ...named],
    },
    { name: 'why', chosen: asked.why, choices: [['', choices.anyReason], ...entries(reasons, choices.why)] },
    { name: 'what', chosen: asked.what, choices: [['', choices.anything], ...entries(kinds, choices.what)] },
  ];
}
