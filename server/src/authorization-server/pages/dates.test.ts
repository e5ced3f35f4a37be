import { expect, test } from 'vitest';
import { clockTime, clockTimeFrom, dayHeading, longDate } from './dates.ts';
import { english, german } from './language.ts';

const night = Date.UTC(2026, 10, 23, 23, 14, 8);
const berlin = { language: german, timeZone: 'Europe/Berlin' };
const utc = { language: english, timeZone: 'UTC' };

test('times are read as the hospital’s clocks show them, to the minute; UTC, which no wall shows, says its name', () => {
  expect([longDate(night, utc), clockTime(night, utc)]).toEqual(['23 November 2026', '23:14 UTC']);
  // After midnight there: another day, in both.
  expect([longDate(night, berlin), clockTime(night, berlin)]).toEqual(['24. November 2026', '00:14']);
  expect(dayHeading(night, utc)).toMatch(/^Monday,? 23 November 2026$/);
  expect(dayHeading(night, berlin)).toMatch(/^Dienstag, 24\. November 2026$/);
  // Across the change of the clocks.
  expect(clockTime(Date.UTC(2026, 6, 1, 12), berlin)).toBe('14:00');
});

test('a time to wait for is never too early', () => {
  expect(clockTimeFrom(night, utc)).toBe('23:15 UTC');
  expect(clockTimeFrom(Date.UTC(2026, 10, 23, 23, 14), utc)).toBe('23:14 UTC');
});
