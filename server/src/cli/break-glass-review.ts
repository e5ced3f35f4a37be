/** `fireguard break-glass review ID`: shows one; with --outcome decides about it. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText } from './table.ts';

interface Glass {
  readonly id: string;
  readonly person: { readonly name: string };
  readonly patient: string | null;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly endedBy: string | null;
  readonly reasonCode: string;
  readonly reason: string;
  readonly dueAt: string;
  readonly outcome: string | null;
  readonly decidedBy: string | null;
  readonly before: number;
  readonly looks: readonly { readonly at: string; readonly what: string; readonly outcome: string }[];
  readonly notes: readonly { readonly at: string; readonly author: string; readonly text: string }[];
}

export const breakGlassReview: Command = {
  name: 'break-glass review',
  summary: 'Show a broken glass; with --outcome, decide about it',
  arguments: ['ID'],
  options: {
    outcome: { type: 'string', value: 'OUTCOME', what: 'justified, asked or not-justified' },
    note: { type: 'string', value: 'TEXT', what: 'what you ask, or why; the person sees it' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const at = `/admin/break-glass/${encodeURIComponent(given.rest[0]!)}`;
    const outcome = given.text('outcome');
    const note = given.text('note');
    const glass = (outcome === undefined
      ? await admin.call('GET', at)
      : await admin.call('POST', `${at}/review`, { outcome, ...(note === undefined ? {} : { note }) })) as unknown as Glass;
    out.print(given.flag('json') ? JSON.stringify(glass) : inWords(glass));
    return 0;
  },
};

function inWords(one: Glass): string {
  const lines = [
    `${one.id}: ${safeText(one.person.name)} opened ${one.patient === null ? 'nobody' : `Patient/${one.patient}`}`,
    `  from ${one.openedAt} to ${one.endedAt ?? 'now'}${one.endedBy === null ? '' : ` (${safeText(one.endedBy)})`}`,
    `  reason: ${one.reasonCode}, "${safeText(one.reason)}"`,
    `  broke the glass ${one.before} times in the 90 days before`,
    `  ${one.outcome === null ? `undecided, due ${one.dueAt.slice(0, 10)}` : `${one.outcome}, by ${safeText(one.decidedBy ?? '')}`}`,
    ...one.looks.map(({ at, what, outcome }) => `  ${at}  ${safeText(what)}  ${outcome}`),
    ...one.notes.map(({ at, author, text }) => `  ${at}  ${safeText(author)}: ${safeText(text)}`),
  ];
  return lines.join('\n');
}
