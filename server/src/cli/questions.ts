/** `fireguard question list` and `question answer ID`: what patients ask about entries of their access log. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText, table } from './table.ts';

interface Question {
  readonly id: string;
  readonly person: { readonly name: string };
  readonly patient: string;
  readonly text: string;
  readonly askedAt: string;
  readonly about: { readonly record: string };
  readonly answer?: { readonly by: string };
}

export const questionList: Command = {
  name: 'question list',
  summary: 'What patients ask about entries of their access log; --all for the answered ones too',
  options: { all: { type: 'boolean', what: 'those that are answered too' }, home: homeOption, json: jsonOption },
  async run(given, out) {
    const { questions } = await adminClient(given.text('home')).call<{ questions: readonly Question[] }>(
      'GET',
      `/admin/questions?state=${given.flag('all') ? 'all' : 'open'}`,
    );
    if (given.flag('json')) out.print(JSON.stringify(questions));
    else if (questions.length === 0) out.tell('There is none.');
    else
      out.print(
        table(
          ['ID', 'ASKED', 'WHO', 'PATIENT', 'RECORD', 'ANSWERED BY', 'QUESTION'],
          questions.map((one) => [
            one.id,
            one.askedAt,
            one.person.name,
            one.patient,
            one.about.record,
            one.answer?.by ?? '-',
            one.text,
          ]),
        ),
      );
    return 0;
  },
};

export const questionAnswer: Command = {
  name: 'question answer',
  summary: 'Answer a patient’s question; they read it beside the entry',
  arguments: ['ID'],
  options: {
    text: { type: 'string', required: true, value: 'TEXT', what: 'the answer, once and for good' },
    home: homeOption,
  },
  async run(given, out) {
    const id = given.rest[0]!;
    const { person } = await adminClient(given.text('home')).call<Question>(
      'POST',
      `/admin/questions/${encodeURIComponent(id)}/answer`,
      { text: given.needed('text') },
    );
    out.print(`${safeText(person.name)} can read it.`);
    return 0;
  },
};
