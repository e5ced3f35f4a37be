/** What is looked at, as the address's fragment: it can be kept, sent, reloaded, and no server sees it. */
export interface View {
  readonly time: 'today' | 'week' | 'month' | 'all';
  readonly patient: string;
  readonly agent: string;
  readonly outcome: string;
  readonly purpose: string;
  readonly kind: string;
  /** Where this page begins; '' for the newest. */
  readonly cursor: string;
  /** Id of the record in the drawer; '' for none. */
  readonly open: string;
}

const nothing: View = { time: 'today', patient: '', agent: '', outcome: '', purpose: '', kind: '', cursor: '', open: '' };

const times: readonly string[] = ['today', 'week', 'month', 'all'];

export function viewOf(fragment: string): View {
  const at = fragment.indexOf('?');
  const given = new URLSearchParams(at < 0 ? '' : fragment.slice(at + 1));
  const view: Record<string, string> = { ...nothing };
  for (const name of Object.keys(nothing)) view[name] = given.get(name) ?? view[name]!;
  return { ...(view as unknown as View), time: times.includes(view['time']!) ? (view['time'] as View['time']) : 'today' };
}

/** `#/audit?…` with what differs from the first view. */
export function fragmentOf(view: View): string {
  const given = Object.entries(view).filter(([name, value]) => value !== nothing[name as keyof View]);
  return given.length === 0 ? '#/audit' : `#/audit?${new URLSearchParams(given)}`;
}

/** The admin API's query for it. `now` in milliseconds since the epoch; days begin at midnight here. */
export function queryOf(view: View, now: number): URLSearchParams {
  const query = new URLSearchParams();
  const since = sinceOf(view.time, now);
  if (since !== undefined) query.set('since', since.toISOString());
  for (const name of ['patient', 'agent', 'outcome', 'purpose', 'kind', 'cursor'] as const) {
    if (view[name] !== '') query.set(name, view[name]);
  }
  return query;
}

/** The same in a terminal. */
export function commandOf(view: View, now: number): string {
  const since = sinceOf(view.time, now);
  const day = since === undefined ? '2000-01-01' : localDay(since);
  const words = [`--since ${view.time === 'today' ? 'today' : day}`];
  for (const name of ['patient', 'agent', 'outcome', 'purpose', 'kind'] as const) {
    if (view[name] !== '') words.push(`--${name} ${quoted(view[name])}`);
  }
  return `fireguard audit list ${words.join(' ')}`;
}

function sinceOf(time: View['time'], now: number): Date | undefined {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  switch (time) {
    case 'today':
      return midnight;
    case 'week':
      midnight.setDate(midnight.getDate() - 6);
      return midnight;
    case 'month':
      midnight.setDate(midnight.getDate() - 29);
      return midnight;
    case 'all':
      return undefined;
  }
}

function localDay(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** For a POSIX shell: what is shown can be pasted, whatever was typed. */
function quoted(text: string): string {
  return /^[A-Za-z0-9._/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
