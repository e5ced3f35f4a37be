import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../storage/testing.ts';
import { createThrottle, type Throttle } from './throttle.ts';

let database: TestDatabase;
let here: Throttle;
let there: Throttle;
beforeAll(async () => {
  database = await testDatabase();
  here = createThrottle((await database.open('here')).db, 'secret');
  there = createThrottle((await database.open('there')).db, 'secret');
});
afterAll(() => database.drop());

test('R-048 repeated failures wait, on every node, counted by whichever is asked', async () => {
  expect(await here.tried('Ada', '10.0.0.1')).toBeUndefined();
  expect(await there.tried('ada', '10.0.0.1')).toBeUndefined();
  expect(await here.tried('ada', '10.0.0.1')).toBeUndefined();
  expect(await there.tried('ADA', '10.0.0.1')).toBeGreaterThan(Date.now());
  await here.succeeded('ada', '10.0.0.1');
  expect(await there.tried('ada', '10.0.0.1')).toBeUndefined();
});

test('R-048 of many tries at once, no more are looked at than one after the other', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 ? here : there).tried('flood', '10.0.0.2')));
  expect(answers.filter((until) => until === undefined)).toHaveLength(3);
});

test('R-048 an attacker cannot lock out somebody who signs in from elsewhere', async () => {
  for (let at = 0; at < 6; at++) await here.tried('bea', '203.0.113.9');
  expect(await here.tried('bea', '203.0.113.9')).toBeGreaterThan(Date.now());
  expect(await here.tried('bea', '10.0.0.3')).toBeUndefined();
});

test('one address that tries many names waits too; one whose people succeed does not', async () => {
  for (let at = 0; at < 101; at++) {
    await here.tried(`good-${at}`, '10.0.0.4');
    await here.succeeded(`good-${at}`, '10.0.0.4');
  }
  expect(await here.tried('somebody', '10.0.0.4')).toBeUndefined();
  for (let at = 0; at < 101; at++) await here.tried(`name-${at}`, '203.0.113.10');
  expect(await there.tried('somebody new', '203.0.113.10')).toBeGreaterThan(Date.now());
});

test('R-048 codes are counted per person, whatever address they come from', async () => {
  for (let at = 0; at < 5; at++) expect(await here.codeTried('person-1')).toBeUndefined();
  expect(await there.codeTried('person-1')).toBeGreaterThan(Date.now());
  expect(await there.codeTried('person-2')).toBeUndefined();
  await there.codeSucceeded('person-1');
  expect(await here.codeTried('person-1')).toBeUndefined();
});
