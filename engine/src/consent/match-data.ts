/** FHIR consent.html: the conditions of a provision on the data. What cannot be told is `maybe`. */
import type { ConsentContext } from './consent-effect.ts';
import type { Condition, Effect } from './directive.ts';
import { matchClass } from './match-class.ts';
import { matchCode } from './match-code.ts';
import { matchDataPeriod } from './match-data-period.ts';
import { matchLabels } from './match-labels.ts';
import { matchReference } from './match-reference.ts';
import type { ConsentMatter } from './matter.ts';
import { any, type Truth } from './truth.ts';

export type DataCondition = Condition & {
  readonly element: 'securityLabel' | 'class' | 'code' | 'dataPeriod' | 'data' | 'unknown';
};

export function matchData(
  { element, values }: DataCondition,
  effect: Effect,
  matter: ConsentMatter,
  context: ConsentContext,
): Truth {
  switch (element) {
    case 'securityLabel':
      return matchLabels(values, effect, matter.labels);
    case 'class':
      return any(values.map((one) => matchClass(one, matter)));
    case 'code':
      return any(values.map((one) => matchCode(one, matter)));
    case 'dataPeriod':
      return matchDataPeriod(values[0], matter);
    case 'data':
      return any(values.map((one) => matchReference(one, matter, context.bases)));
    case 'unknown':
      return 'maybe';
  }
}
