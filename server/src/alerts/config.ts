/** Alert rules: data that a privacy office can read and change. */
import { z } from 'zod';

const words = z.array(z.string().min(1).max(100)).min(1).max(100);

const rule = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9-]{1,60}$/),
    description: z.string().min(1).max(300).describe('One sentence, as the officers will read it.'),
    when: z
      .strictObject({
        kinds: words.optional().describe('Kinds of audit records: request, sign-in, token, administration, audit-read, …'),
        actions: words.optional().describe('Interactions or acts: read, search, user-disabled, …'),
        outcomes: z
          .array(z.enum(['permit', 'deny', 'failure', 'unknown']))
          .min(1)
          .optional(),
        types: words.optional().describe('Resource types asked for.'),
        roles: words.optional().describe('At least one role of who asked.'),
        purposes: words.optional().describe('At least one purpose-of-use code, such as BTG.'),
        rules: words.optional().describe('At least one rule that decided.'),
      })
      .prefault({})
      .describe('Which records it is about; what is left out may be anything.'),
    unusual: z
      .enum(['same-surname', 'vip', 'no-relation'])
      .optional()
      .describe(
        'Only for a patient who has a surname of the person who asks; who is labelled VIP; to whom the person has no known relation.',
      ),
    count: z.int().min(1).max(100_000).default(1).describe('How many it takes.'),
    of: z.enum(['records', 'patients']).default('records').describe('What is counted: records, or different patients.'),
    per: z.enum(['person', 'client', 'address']).default('person').describe('By whom.'),
    withinMinutes: z
      .int()
      .min(1)
      .max(1440)
      .default(60)
      .describe('In which time; and how long it is not told again of the same one.'),
  })
  .refine(({ unusual, count }) => unusual === undefined || count === 1, {
    message: 'what is unusual is told each time: no count',
    path: ['count'],
  });

const shipped: readonly z.input<typeof rule>[] = [
  {
    id: 'glass-broken',
    description: 'Somebody broke the glass.',
    when: { kinds: ['request'], purposes: ['BTG'], outcomes: ['permit'] },
    withinMinutes: 15,
  },
  {
    id: 'failed-sign-ins-of-a-person',
    description: 'Signing in failed again and again for one person.',
    when: { kinds: ['sign-in'], outcomes: ['deny', 'failure'] },
    count: 10,
    withinMinutes: 10,
  },
  {
    id: 'failed-sign-ins-from-an-address',
    description: 'Signing in failed again and again from one address.',
    when: { kinds: ['sign-in'], outcomes: ['deny', 'failure'] },
    count: 20,
    per: 'address',
    withinMinutes: 10,
  },
  {
    id: 'many-patients',
    description: 'One person opened the records of many patients.',
    when: { kinds: ['request'], outcomes: ['permit'] },
    count: 100,
    of: 'patients',
  },
  {
    id: 'many-denied',
    description: 'One person was refused again and again.',
    when: { kinds: ['request'], outcomes: ['deny'] },
    count: 30,
    withinMinutes: 10,
  },
];

export const alertsSection = z
  .strictObject({
    rules: z
      .array(rule)
      .max(200)
      .default(() => shipped.map((one) => rule.parse(one)))
      .describe('When the officers are told. Default: a broken glass, failed sign-ins, many patients, many refusals.'),
  })
  .prefault({});

export type AlertRule = z.infer<typeof rule>;
/** `caller`: the person, or the service where none asks; of rules that policies demand. */
export type WatchedRule = Omit<AlertRule, 'per'> & { readonly per: AlertRule['per'] | 'caller' };
