import { expect, test } from 'vitest';
import type { Brand } from './brand.ts';
import { brandOf } from './brand.ts';
import { english, german, languages } from './language.ts';
import { spoken } from './spoken.ts';
import { texts } from './texts.ts';

type Leaf = readonly [path: string, value: unknown];

function leaves(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

/** What a text says, with words in the places of what it is given. */
const said = (value: unknown): string =>
  typeof value === 'function' ? String((value as (...given: unknown[]) => unknown)('«a»', '«b»')) : String(value);

/** The same word in both languages, or a form without words. */
const alike = /^(problemTitle|sign-in\.problem$|code\.label|constraints\.|consent\.kindOf|enrol\.passkeyName)/;

test.each(Object.values(languages).filter(({ code }) => code !== 'en'))(
  '$code has every text that English has, and no other',
  ({ texts: other }) => {
    const translations = new Map(leaves(other));
    expect([...translations.keys()].sort()).toEqual(
      leaves(texts)
        .map(([path]) => path)
        .sort(),
    );
    for (const [path, value] of leaves(texts)) {
      const translated = translations.get(path);
      expect([path, typeof translated]).toEqual([path, typeof value]);
      expect(said(translated).trim(), path).not.toBe('');
      // What a text is given is said in every language.
      for (const given of ['«a»', '«b»'])
        expect([path, said(translated).includes(given)]).toEqual([path, said(value).includes(given)]);
      if (!alike.test(path) && /[a-z]{4}/i.test(said(value).replace(/«[ab]»|<[^>]*>/g, '')))
        expect(said(translated), path).not.toBe(said(value));
    }
  },
);

const brand: Brand = brandOf({ name: 'Alder Vale', helpLine: '1' });

test.each([
  ['nothing', undefined, undefined, 'en'],
  ['a language of the browser', undefined, 'de', 'de'],
  ['a special one of it', undefined, 'de-AT,de;q=0.9,en;q=0.8', 'de'],
  ['the better of two', undefined, 'en;q=0.3, de;q=0.7', 'de'],
  ['one that nobody speaks here, then German', undefined, 'fi, de;q=0.5', 'de'],
  ['one that nobody speaks here', undefined, 'fi', 'en'],
  ['what is refused', undefined, 'de;q=0, fi', 'en'],
  ['any', undefined, '*', 'en'],
  ['what the app asks for, against the browser', 'de-CH en', 'en', 'de'],
  ['what the app asks for in vain', 'fi', 'de', 'de'],
  ['rubbish', ';;;', ',;q=,=;-', 'en'],
  ['the name of something else', '__proto__ constructor', 'toString', 'en'],
])('%s', (_what, uiLocales, acceptLanguage, code) => {
  expect(spoken(brand, { uiLocales, acceptLanguage }).language.code).toBe(code);
});

test('a hospital’s first language is the one where nobody asks', () => {
  const first = brandOf({ name: 'Alder Vale', helpLine: '1', languages: [german, english] });
  expect(spoken(first, { uiLocales: undefined, acceptLanguage: 'fi' }).language.code).toBe('de');
  const only = brandOf({ name: 'Alder Vale', helpLine: '1', languages: [german] });
  expect(spoken(only, { uiLocales: 'en', acceptLanguage: 'en' }).language.code).toBe('de');
});
