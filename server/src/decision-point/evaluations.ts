/** AuthZEN §7: many questions in one request, in order; what stands beside them is the default of each, replaced as a whole and never merged. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { type Asking, type AuthZenDecision, evaluate, evaluationShape } from './evaluation.ts';

/** Questions in one request. */
const MOST = 200;
const AT_ONCE = 8;

const { shape } = evaluationShape;
const loose = z.object({
  subject: z.unknown().optional(),
  action: z.unknown().optional(),
  resource: z.unknown().optional(),
  context: z.unknown().optional(),
});

export const evaluationsShape = loose.extend({
  evaluations: z.array(loose).max(MOST).optional(),
  options: z
    .looseObject({
      evaluations_semantic: z.enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']).default('execute_all'),
    })
    .optional(),
});

export type Evaluations = z.infer<typeof evaluationsShape>;

/** Without `evaluations` it is a single question, and a single decision is what it gets. Throws Problem for that one. */
export async function evaluateAll(
  asked: Evaluations,
  asking: Asking,
): Promise<AuthZenDecision | { readonly evaluations: readonly AuthZenDecision[] }> {
  const { evaluations = [], options, ...defaults } = asked;
  if (evaluations.length === 0) return evaluate(parsed(defaults), asking);
  const semantic = options?.evaluations_semantic ?? 'execute_all';
  const questions = evaluations.map((one) => ({ ...defaults, ...one }));
  const stop = semantic === 'execute_all' ? undefined : semantic === 'permit_on_first_permit';
  const step = stop === undefined ? AT_ONCE : 1;
  const decisions: AuthZenDecision[] = [];
  for (let at = 0; at < questions.length; at += step) {
    decisions.push(...(await Promise.all(questions.slice(at, at + step).map((one) => item(one, asking)))));
    if (stop !== undefined && decisions.at(-1)!.decision === stop) break;
  }
  return { evaluations: decisions };
}

/** What fails in one question is told in its place and is a no. */
async function item(question: unknown, asking: Asking): Promise<AuthZenDecision> {
  try {
    return await evaluate(parsed(question), asking);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { decision: false, context: { error: { status: error.answer.status, message: error.publicText } } };
  }
}

function parsed(question: unknown) {
  const read = evaluationShape.safeParse(question);
  if (read.success) return read.data;
  const at = read.error.issues[0]?.path.join('.') ?? '';
  const known = Object.keys(shape).some((key) => at === key || at.startsWith(`${key}.`));
  throw new Problem('parameter-invalid', known ? `${at} is missing or is not right.` : 'The question is not right.');
}
