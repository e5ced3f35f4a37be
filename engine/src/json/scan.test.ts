import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { NONE, name, scan } from './scan.ts';

const attacks = new URL('../../../../shared/data/json-attacks/', import.meta.url);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const scanText = (text: string) => scan(bytesOf(text));
/** The rule that refuses the document; undefined when it is accepted. */
function refusal(bytes: Uint8Array | string, limits = {}): string | undefined {
  try {
    scan(typeof bytes === 'string' ? bytesOf(bytes) : bytes, limits);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.code}: ${error.publicText.replace('The body is not valid JSON: ', '')}`;
  }
}

describe('what is refused', () => {
  const table: readonly [string, string | Uint8Array, string][] = [
    ['a duplicate name', '{"a":1,"b":2,"a":3}', 'duplicate property name'],
    ['a duplicate name further in', '[{"x":{"a":1,"a":1}}]', 'duplicate property name'],
    ['an escape in a name', '{"\\u0061":1}', 'escape in a property name'],
    ['the name that V8 misreads', '{"x":1,"a\\"":1}', 'escape in a property name'],
    ['a control character in a name', '{"a\u0001":1}', 'control character in a string'],
    ['a control character in a string', '"a\nb"', 'control character in a string'],
    ['bytes after the value', '{} {}', 'bytes after the value'],
    ['a trailing NUL', '{}\0', 'bytes after the value'],
    ['a byte order mark', '\ufeff{}', 'value expected'],
    ['nothing', '', 'value expected'],
    ['white space only', ' \n', 'value expected'],
    ['an exotic space', '\u00a0{}', 'value expected'],
    ['a form feed', '\f{}', 'value expected'],
    ['a trailing comma in an array', '[1,]', 'value expected'],
    ['a trailing comma in an object', '{"a":1,}', 'property name expected'],
    ['a missing colon', '{"a" 1}', 'colon expected'],
    ['the wrong bracket', '[1}', 'comma or end of container expected'],
    ['an open array', '[1', 'comma or end of container expected'],
    ['an open object', '{', 'property name expected'],
    ['an open string', '"abc', 'unfinished string'],
    ['an open name', '{"abc', 'unfinished string'],
    ['a string that ends in a backslash', '"\\', 'invalid escape'],
    ['an unknown escape', '"\\x41"', 'invalid escape'],
    ['a short unicode escape', '"\\u00"', 'invalid escape'],
    ['a high surrogate alone', '"\\ud800"', 'unpaired surrogate'],
    ['a low surrogate alone', '"\\udc00"', 'unpaired surrogate'],
    ['two high surrogates', '"\\ud800\\ud800"', 'unpaired surrogate'],
    ['a high surrogate before another escape', '"\\ud800\\n"', 'unpaired surrogate'],
    ['a wrong literal', 'True', 'value expected'],
    ['a cut literal', 'tru', 'value expected'],
    ['a long literal', 'nulll', 'bytes after the value'],
    ['a leading zero', '01', 'bytes after the value'],
    ['a leading zero after a sign', '[-01]', 'comma or end of container expected'],
    ['a plus sign', '+1', 'value expected'],
    ['a bare fraction', '.5', 'value expected'],
    ['a bare point', '1.', 'invalid number'],
    ['a bare sign', '-', 'invalid number'],
    ['an empty exponent', '1e', 'invalid number'],
    ['a signed empty exponent', '1e+', 'invalid number'],
    ['infinity', 'Infinity', 'value expected'],
    ['a comment', '{/**/}', 'property name expected'],
    ['an overlong slash', Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'invalid UTF-8'],
    ['an overlong NUL in three bytes', Uint8Array.of(0x22, 0xe0, 0x80, 0x80, 0x22), 'invalid UTF-8'],
    ['an overlong form in four bytes', Uint8Array.of(0x22, 0xf0, 0x8f, 0xbf, 0xbf, 0x22), 'invalid UTF-8'],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'invalid UTF-8'],
    ['a code point above U+10FFFF', Uint8Array.of(0x22, 0xf4, 0x90, 0x80, 0x80, 0x22), 'invalid UTF-8'],
    ['a lone continuation byte', Uint8Array.of(0x22, 0x80, 0x22), 'invalid UTF-8'],
    ['a sequence cut by the quote', Uint8Array.of(0x22, 0xe2, 0x82, 0x22), 'invalid UTF-8'],
    ['a sequence cut by the end', Uint8Array.of(0x22, 0xe2), 'invalid UTF-8'],
    ['invalid UTF-8 in a name', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 'invalid UTF-8'],
  ];
  for (const [title, document, rule] of table) {
    test(`R-242 ${title} is refused`, () => expect(refusal(document)).toBe(`json-invalid: ${rule}`));
  }

  test('R-242 nesting is limited, and 100,000 levels do not overflow the stack', () => {
    expect(refusal('['.repeat(64) + ']'.repeat(64))).toBeUndefined();
    expect(refusal('['.repeat(65) + ']'.repeat(65))).toBe('json-invalid: nested too deeply');
    expect(refusal('{"a":'.repeat(100_000))).toBe('json-invalid: nested too deeply');
    expect(refusal('['.repeat(100_000), { maxDepth: 1e9 })).toBe('json-invalid: nested too deeply');
    expect(refusal('[[],[[]],{}]', { maxDepth: 2 })).toBe('json-invalid: nested too deeply');
    expect(refusal('[[],[],{}]', { maxDepth: 2 })).toBeUndefined();
  });

  test('R-242 size and number of values are limited', () => {
    expect(refusal('[1,2]', { maxBytes: 4 })).toMatch(/^body-too-large/);
    expect(refusal('[1,2]', { maxBytes: 5 })).toBeUndefined();
    expect(refusal('[1,2,3]', { maxNodes: 3 })).toMatch(/^body-too-large/);
    expect(refusal('[1,2]', { maxNodes: 3 })).toBeUndefined();
  });

  test('a refusal gives the offset in its detail and never the content', () => {
    try {
      scanText('{"secret-name":1,"secret-name":"secret-value"}');
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'json-invalid',
        publicText: 'The body is not valid JSON: duplicate property name',
        detail: 'at byte 17',
      });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    }
  });
});

describe('duplicate names in big objects', () => {
  const object = (names: readonly string[]) => `{${names.map((text) => `"${text}":0`).join(',')}}`;
  const many = (count: number) => Array.from({ length: count }, (_, at) => `name-${at}`);

  for (const size of [2, 23, 24, 25, 26, 1000, 100_000]) {
    test(`R-242 first and last of ${size} names`, () => {
      const names = many(size);
      expect(refusal(object(names))).toBeUndefined();
      expect(refusal(object([...names.slice(0, -1), names[0]!]))).toBe('json-invalid: duplicate property name');
    });
  }

  test('R-242 names made to collide neither slow the check down nor confuse it', () => {
    // FNV-1a has no seed: two blocks that lead to the same state can be chained into 2^n names of one hash.
    const [one, other] = collidingBlocks();
    expect(name(one + other).hash).toBe(name(other + one).hash);
    const names = Array.from({ length: 1 << 16 }, (_, bits) =>
      Array.from({ length: 16 }, (_, at) => ((bits >> at) & 1 ? one : other)).join(''),
    );
    const started = process.cpuUsage();
    expect(refusal(object(names))).toBeUndefined();
    expect(refusal(object([...names, names[12_345]!]))).toBe('json-invalid: duplicate property name');
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });
});

/** Two names after which FNV-1a is in the state in which it began: any chain of them has the same hash as any other. */
function collidingBlocks(): [string, string] {
  // Meet in the middle: forward from the seed by 4 characters, backward from the seed by 4.
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  const seed = 0x811c9dc5 | 0;
  let inverse = 1;
  for (let bit = 0; bit < 5; bit++) inverse = Math.imul(inverse, 2 - Math.imul(0x01000193, inverse));
  const forward = new Map<number, string>();
  for (const a of alphabet) for (const b of alphabet) for (const c of alphabet) forward.set(name(a + b + c).hash, a + b + c);
  const found: string[] = [];
  const back = (hash: number, letter: string) => Math.imul(hash, inverse) ^ letter.charCodeAt(0);
  for (const a of alphabet) {
    for (const b of alphabet) {
      for (const c of alphabet) {
        const start = forward.get(back(back(back(seed, c), b), a));
        if (start !== undefined) found.push(start + a + b + c);
        if (found.length === 2) return [found[0]!, found[1]!];
      }
    }
  }
  throw new Error('no blocks found');
}

describe('reading', () => {
  const document = scanText(
    '{"resourceType":"Patient","name":[{"family":"O\\u0027Neil","given":["Ana","J\u00f3"]}],"value":1.10,"big":1e400,"ok":true,"no":false,"nil":null,"\u00fc":"\ufeffx"}',
  );
  const root = document.root;

  test('by path', () => {
    expect(document.string(document.at(root, name('name'), 0, name('given'), 1))).toBe('J\u00f3');
    expect(document.at(root, name('name'), 1)).toBe(NONE);
    expect(document.at(root, name('name'), -1)).toBe(NONE);
    expect(document.at(root, name('value'), name('x'))).toBe(NONE);
    expect(document.at(root, name('absent'), name('x'), 0)).toBe(NONE);
    expect(document.key(document.at(root, name('\u00fc')))).toBe('\u00fc');
    expect(document.key(document.at(root, name('name'), 0))).toBe('');
  });

  test('1.10 stays 1.10', () => {
    expect(document.raw(document.member(root, name('value')))).toBe('1.10');
    expect(document.number(document.member(root, name('value')))).toBe(1.1);
    expect(document.number(document.member(root, name('big')))).toBe(Infinity);
  });

  test('strings are compared without decoding, and rightly with escapes', () => {
    const family = document.at(root, name('name'), 0, name('family'));
    expect(document.string(family)).toBe("O'Neil");
    expect(document.stringIs(family, name("O'Neil"))).toBe(true);
    expect(document.stringIs(family, name('O\\u0027Neil'))).toBe(false);
    expect(document.stringIs(document.member(root, name('resourceType')), name('Patient'))).toBe(true);
    expect(document.stringIs(document.member(root, name('resourceType')), name('Patien'))).toBe(false);
    expect(document.stringIs(document.member(root, name('value')), name('1.10'))).toBe(false);
    expect(document.string(document.member(root, name('\u00fc')))).toBe('\ufeffx');
  });

  test('kinds and absent values', () => {
    expect(document.boolean(document.member(root, name('ok')))).toBe(true);
    expect(document.boolean(document.member(root, name('no')))).toBe(false);
    expect(document.boolean(document.member(root, name('nil')))).toBeUndefined();
    expect(document.kind(document.member(root, name('nil')))).toBe('null');
    expect(document.string(NONE)).toBeUndefined();
    expect(document.number(NONE)).toBeUndefined();
    expect(document.member(NONE, name('x'))).toBe(NONE);
    expect(document.keyIs(NONE, name('x'))).toBe(false);
    expect(document.keyIs(root, name(''))).toBe(false);
    expect(document.first(NONE)).toBe(NONE);
    expect(() => document.kind(NONE)).toThrow(RangeError);
    expect(() => document.raw(document.count)).toThrow(RangeError);
  });
});

describe.skipIf(!existsSync(attacks))('the public corpora (skipped where ../shared/data is absent)', () => {
  const suite = new URL('JSONTestSuite/', attacks);
  const files = existsSync(suite) ? readdirSync(suite).filter((file) => /^[yni]_.*\.json$/.test(file)) : [];
  /** Well-formed, refused by rules of our own. */
  const strict: Readonly<Record<string, string>> = {
    'y_object_duplicated_key.json': 'duplicate property name',
    'y_object_duplicated_key_and_value.json': 'duplicate property name',
    'y_object_escaped_null_in_key.json': 'escape in a property name',
    'i_object_key_lone_2nd_surrogate.json': 'escape in a property name',
    'i_structure_500_nested_arrays.json': 'nested too deeply',
    'i_structure_UTF-8_BOM_empty_object.json': 'value expected',
  };

  test('R-242 JSONTestSuite is all there', () => {
    expect(files.filter((file) => file.startsWith('y_')).length).toBeGreaterThan(60);
    expect(files.filter((file) => file.startsWith('n_')).length).toBeGreaterThan(120);
  });

  for (const file of files) {
    test(`R-242 JSONTestSuite ${file}`, () => {
      const rule = refusal(new Uint8Array(readFileSync(new URL(file, suite))));
      if (strict[file] !== undefined) expect(rule).toBe(`json-invalid: ${strict[file]}`);
      else if (file.startsWith('y_')) expect(rule).toBeUndefined();
      else if (file.startsWith('n_')) expect(rule).toBeDefined();
      else if (file.startsWith('i_number')) expect(rule).toBeUndefined();
      else expect(rule).toMatch(/invalid UTF-8|unpaired surrogate|value expected/);
    });
  }

  test('R-242 prototype pollution: the names are ordinary names', () => {
    const { cases } = JSON.parse(readFileSync(new URL('prototype-pollution.json', attacks), 'utf8'));
    const bodies = cases.filter((one: { kind: string }) => one.kind === 'json-body');
    expect(bodies.length).toBeGreaterThan(5);
    for (const { payload } of bodies) {
      const document = scanText(payload);
      const value = document.value(document.root) as Record<string, unknown>;
      expect(Object.getPrototypeOf(value)).toBeNull();
      expect(Object.keys(value)).toEqual(Object.keys(JSON.parse(payload)));
      expect(({} as Record<string, unknown>)['evilProperty']).toBeUndefined();
    }
  });

  test('R-242 naughty strings survive', () => {
    const { cases } = JSON.parse(readFileSync(new URL('naughty-strings.json', attacks), 'utf8'));
    for (const naughty of cases) {
      const document = scanText(JSON.stringify([naughty]));
      expect(document.string(document.at(0, 0))).toBe(naughty);
      expect(document.stringIs(document.at(0, 0), name(naughty))).toBe(true);
    }
  });
});
