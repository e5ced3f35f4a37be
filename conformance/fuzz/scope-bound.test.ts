import { expect, test } from 'vitest';
import { isWithin } from './scope-bound.ts';

test.each([
  ['patient/Observation.rs', ['patient/*.rs'], true],
  ['patient/Observation.read', ['patient/*.rs'], true],
  ['patient/Observation.rs', ['patient/*.read'], true],
  ['patient/Observation.cruds', ['patient/Observation.rs', 'patient/*.cud'], true],
  ['patient/Observation.rs?category=x', ['patient/Observation.rs'], true],
  ['patient/Observation.rs?code=y&category=x', ['patient/Observation.rs?category=x'], true],
  ['openid', ['openid'], true],
  ['patient/*.rs', ['patient/Observation.rs'], false],
  ['user/Observation.rs', ['patient/*.rs'], false],
  ['patient/Observation.rs', ['patient/Observation.rs?category=x'], false],
  ['patient/Observation.rs?category=y', ['patient/Observation.rs?category=x'], false],
  ['patient/Observation.cruds', ['patient/Observation.rs'], false],
  ['patient/Observation.*', ['patient/Observation.read'], false],
  ['__admin', ['patient/*.cruds'], false],
  ['patient/observation.sr', ['patient/*.cruds'], false],
])('%s lies within %o: %s', (one, bounds, within) => {
  expect(isWithin(one, bounds)).toBe(within);
});
