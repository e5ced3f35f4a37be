/** `fireguard policy explain`: why a case is decided as it is, or why a request that was recorded came out as it did. */
import type { CaseExplanation } from '../policy-trial/explain-case.ts';
import { adminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { type Command, homeOption, type Output } from './command.ts';
import { policyOptions, policyPlace, policyWorlds } from './policy-option.ts';

interface Row {
  readonly outcome: string;
  readonly action: string;
  readonly type?: string;
  readonly rules: readonly string[];
  readonly reason?: string;
  readonly patients: readonly string[];
}

export const policyExplain: Command = {
  name: 'policy explain',
  summary: 'Say in one sentence why, with the rules, facts and conditions behind it: of a case, or of a recorded request',
  arguments: ['[CASES]'],
  options: {
    case: { type: 'string', value: 'TEXT', what: 'of the cases whose names hold this text (default: of all)' },
    trace: { type: 'boolean', what: 'print every condition that was asked too' },
    request: { type: 'string', value: 'ID', what: 'of a request, by its X-Request-Id; looking is recorded' },
    ...policyOptions,
    home: homeOption,
  },
  async run(given, out) {
    const request = given.text('request');
    const [place] = given.rest;
    if ((request === undefined) === (place === undefined))
      throw new CliError('Name a file of cases, or a request with --request.');
    if (request !== undefined) return explainRequest(request, given.text('home'), out);
    const [{ caseBooks }, { explainCase }] = await Promise.all([
      import('./policy-case-books.ts'),
      import('../policy-trial/explain-case.ts'),
    ]);
    const worldOf = await policyWorlds(policyPlace(given));
    const wanted = (given.text('case') ?? '').toLowerCase();
    let told = 0;
    for (const { book, callers } of caseBooks(place!)) {
      for (const one of book.cases) {
        if (!one.case.toLowerCase().includes(wanted)) continue;
        if (told++ > 0) out.print('');
        print(explainCase(one, { ...callers, ...book.callers }, worldOf), given.flag('trace'), out);
      }
    }
    if (told === 0) throw new CliError('No case has such a name.');
    return 0;
  },
};

function print(
  { case: name, sentence, rules, facts, withheld, obligations, near, trace }: CaseExplanation,
  whole: boolean,
  out: Output,
): void {
  out.print(`“${name}”`);
  out.print(`  ${sentence}`);
  for (const { id, description } of rules)
    out.print(`  decided by  ${id}${description === undefined ? '' : `: ${description}`}`);
  for (const fact of facts) out.print(`  known       ${fact}`);
  if (withheld.length > 0) out.print(`  withheld    ${withheld.join(', ')}`);
  if (obligations.length > 0) out.print(`  obliges to  ${obligations.join(', ')}`);
  for (const { rule, because } of near) out.print(`  not         ${rule}, because ${because}`);
  if (!whole) return;
  for (const { rule, condition, held } of trace)
    out.print(`  asked       ${rule}: ${condition} ${held ? 'holds' : 'does not hold'}`);
}

async function explainRequest(id: string, home: string | undefined, out: Output): Promise<number> {
  const { records } = await adminClient(home).call<{ records: readonly Row[] }>(
    'GET',
    `/admin/audit?request=${encodeURIComponent(id)}`,
  );
  if (records.length === 0) throw new CliError('No request with this id was recorded.');
  for (const { outcome, action, type, rules, reason, patients } of records) {
    out.print(
      `${outcome}: ${[action, type].filter((part) => part !== undefined).join(' ')}${reason === undefined ? '' : ` — ${reason}`}`,
    );
    for (const rule of rules) out.print(`  decided by  ${rule}`);
    for (const patient of patients) out.print(`  about       Patient/${patient}`);
  }
  return 0;
}
