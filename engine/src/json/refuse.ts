/** Every refusal of a document goes through here: the public text names the rule, the detail the byte offset, neither the content. */
import { Problem } from '../problem.ts';

export function refuse(rule: string, offset: number): never {
  throw new Problem('json-invalid', `The body is not valid JSON: ${rule}`, { detail: `at byte ${offset}` });
}
