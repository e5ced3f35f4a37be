/**
 * `$validate` (resource-operation-validate.html), as far as it needs nothing but what was sent: JSON, type, element names. INVARIANT: nothing is looked
 * up, neither the instance nor what is pointed to, so that the answer cannot depend on what is hidden.
 */

import type { OperationInput } from '../operation/operation-input.ts';
import { Problem } from '../problem.ts';
import { releaseValid } from '../release/release-valid.ts';
import type { Released } from '../release/released.ts';
import { checkElements, typeOfResource } from '../request/resource-body.ts';
import type { Given } from './given.ts';
import type { Called } from './operation.ts';

const modes: ReadonlySet<string> = new Set(['create', 'update']);

export function validate({ tables }: Given, { type }: Called, input: OperationInput): Released {
  const mode = input.one('mode');
  if (mode !== undefined && !modes.has(mode))
    throw new Problem('parameter-invalid', 'Only the modes create and update are served, without a look at what is stored.');
  const { resource } = input;
  if (resource === undefined) throw new Problem('body-missing', 'There is no resource to validate.');
  const { document, node } = resource;
  if (typeOfResource(document, node) !== type)
    throw new Problem('resource-invalid', 'The resource is not of the type that the URL names.');
  checkElements(document, node, type, tables);
  return releaseValid();
}
