import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { applyPatch, patchedPaths } from './patch.ts';
import { scan } from './scan.ts';

const documentOf = (text: string) => scan(new TextEncoder().encode(text));
const patched = (document: string, patch: unknown, limits = {}) =>
  new TextDecoder().decode(
    applyPatch(documentOf(document), documentOf(typeof patch === 'string' ? patch : JSON.stringify(patch)), limits),
  );

function failure(document: string, patch: unknown, limits = {}): string | undefined {
  try {
    patched(document, patch, limits);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'patch-failed') throw error;
    return error.publicText;
  }
}

describe('RFC 6902 appendix A', () => {
  const examples: readonly [string, string, unknown, string | undefined][] = [
    ['A.1 adding a member', '{"foo":"bar"}', [{ op: 'add', path: '/baz', value: 'qux' }], '{"foo":"bar","baz":"qux"}'],
    [
      'A.2 adding an item',
      '{"foo":["bar","baz"]}',
      [{ op: 'add', path: '/foo/1', value: 'qux' }],
      '{"foo":["bar","qux","baz"]}',
    ],
    ['A.3 removing a member', '{"baz":"qux","foo":"bar"}', [{ op: 'remove', path: '/baz' }], '{"foo":"bar"}'],
    ['A.4 removing an item', '{"foo":["bar","qux","baz"]}', [{ op: 'remove', path: '/foo/1' }], '{"foo":["bar","baz"]}'],
    [
      'A.5 replacing a value',
      '{"baz":"qux","foo":"bar"}',
      [{ op: 'replace', path: '/baz', value: 'boo' }],
      '{"baz":"boo","foo":"bar"}',
    ],
    [
      'A.6 moving a value',
      '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}',
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}',
    ],
    [
      'A.7 moving an item',
      '{"foo":["all","grass","cows","eat"]}',
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      '{"foo":["all","cows","eat","grass"]}',
    ],
    [
      'A.8 testing: success',
      '{"baz":"qux","foo":["a",2,"c"]}',
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      '{"baz":"qux","foo":["a",2,"c"]}',
    ],
    ['A.9 testing: error', '{"baz":"qux"}', [{ op: 'test', path: '/baz', value: 'bar' }], undefined],
    [
      'A.10 adding a nested object',
      '{"foo":"bar"}',
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      '{"foo":"bar","child":{"grandchild":{}}}',
    ],
    [
      'A.11 unknown members are ignored',
      '{"foo":"bar"}',
      [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
      '{"foo":"bar","baz":"qux"}',
    ],
    ['A.12 adding to a nonexistent target', '{"foo":"bar"}', [{ op: 'add', path: '/baz/bat', value: 'qux' }], undefined],
    ['A.14 escapes of the pointer', '{"/":9,"~1":10}', [{ op: 'test', path: '/~01', value: 10 }], '{"/":9,"~1":10}'],
    ['A.15 strings and numbers differ', '{"/":9,"~1":10}', [{ op: 'test', path: '/~01', value: '10' }], undefined],
    [
      'A.16 adding an array value',
      '{"foo":["bar"]}',
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      '{"foo":["bar",["abc","def"]]}',
    ],
  ];
  for (const [title, document, patch, result] of examples) {
    test(title, () => {
      if (result === undefined) expect(failure(document, patch)).toBe('The patch could not be applied.');
      else expect(patched(document, patch)).toBe(result);
    });
  }

  test('A.13 an operation with two `op` members is refused before it is a patch', () => {
    expect(() => documentOf('[{"op":"add","path":"/baz","value":"qux","op":"remove"}]')).toThrow('duplicate property name');
  });
});

describe('bytes', () => {
  const document = ' { "a" : 1.10 , "b" : [ 1 ,  2.00 , 3 ] ,"c":{ } }\n';

  test('untouched bytes stay, white space included', () => {
    expect(patched(document, [])).toBe(document);
    expect(patched(document, [{ op: 'test', path: '/a', value: 1.1 }])).toBe(document);
    expect(patched(document, [{ op: 'replace', path: '/b/0', value: 9 }])).toBe(
      ' { "a" : 1.10 , "b" : [ 9 ,  2.00 , 3 ] ,"c":{ } }\n',
    );
    expect(patched(document, [{ op: 'remove', path: '/b/1' }])).toBe(' { "a" : 1.10 , "b" : [ 1 , 3 ] ,"c":{ } }\n');
    expect(patched(document, '[{"op":"add","path":"/d","value":2.50}]')).toBe(
      ' { "a" : 1.10 , "b" : [ 1 ,  2.00 , 3 ] ,"c":{ } ,"d":2.50}\n',
    );
    expect(patched(document, [{ op: 'copy', from: '/b', path: '/c/x' }])).toBe(
      ' { "a" : 1.10 , "b" : [ 1 ,  2.00 , 3 ] ,"c":{"x":[ 1 ,  2.00 , 3 ]} }\n',
    );
    expect(patched(document, [{ op: 'replace', path: '', value: 1 }])).toBe(' 1\n');
  });

  test('operations see what those before them did', () => {
    const steps = [
      { op: 'add', path: '/x', value: {} },
      { op: 'add', path: '/x/y', value: [1] },
      { op: 'add', path: '/x/y/0', value: 0 },
      { op: 'add', path: '/x/y/2', value: 2 },
      { op: 'test', path: '/x', value: { y: [0, 1, 2] } },
      { op: 'copy', from: '/x/y', path: '/x/z' },
      { op: 'remove', path: '/x/y/0' },
      { op: 'test', path: '/x', value: { z: [0, 1, 2], y: [1, 2] } },
      { op: 'move', from: '/x/z', path: '' },
    ];
    expect(patched('{}', steps)).toBe('[0,1,2]');
  });

  test('a move onto itself changes nothing; a move into itself fails', () => {
    expect(patched('{"a":{"b":1}}', [{ op: 'move', from: '/a', path: '/a' }])).toBe('{"a":{"b":1}}');
    expect(failure('{"a":{"b":1}}', [{ op: 'move', from: '/a', path: '/a/b' }])).toBeDefined();
    expect(failure('{"a":1}', [{ op: 'move', from: '/x', path: '/x' }])).toBeDefined();
  });
});

describe('equality', () => {
  const equal = (one: string, other: string) =>
    failure(`{"x":${one}}`, `[{"op":"test","path":"/x","value":${other}}]`) === undefined;
  test('numbers by value, exactly', () => {
    for (const [one, other] of [
      ['1.10', '1.1'],
      ['1e2', '100'],
      ['0', '-0.0'],
      ['120e-1', '12'],
      ['0.00', '0'],
    ] as const)
      expect(equal(one, other)).toBe(true);
    for (const [one, other] of [
      ['9007199254740993', '9007199254740992'],
      ['1', '-1'],
      ['1e400', '1e401'],
      ['1', '"1"'],
      ['10', '1'],
    ] as const) {
      expect(equal(one, other)).toBe(false);
    }
  });
  test('the rest by structure', () => {
    expect(equal('{"a":1,"b":[true,null]}', '{"b":[true,null],"a":1.0}')).toBe(true);
    expect(equal('"\\u0061"', '"a"')).toBe(true);
    expect(equal('{"a":1}', '{"a":1,"b":2}')).toBe(false);
    expect(equal('{"a":1}', '{"b":1}')).toBe(false);
    expect(equal('[1,2]', '[2,1]')).toBe(false);
    expect(equal('[]', '{}')).toBe(false);
    expect(equal('true', 'false')).toBe(false);
  });
  test('R-242 numbers of absurd length are compared quickly', () => {
    const long = `1${'0'.repeat(300_000)}1${'0'.repeat(300_000)}`;
    const started = process.threadCpuUsage().user / 1000;
    expect(equal(long, long)).toBe(true);
    expect(equal(long, `${long}.0`)).toBe(false);
    expect(equal('1', `1e${'9'.repeat(300_000)}`)).toBe(false);
    expect(process.threadCpuUsage().user / 1000 - started).toBeLessThan(1000);
  });
});

describe('what fails', () => {
  test('one public text, whatever in the document is the reason; the detail never holds content', () => {
    const document = '{"secret":["x"],"s":1}';
    const reasons: unknown[] = [
      [{ op: 'test', path: '/secret/0', value: 'y' }],
      [{ op: 'remove', path: '/absent' }],
      [{ op: 'replace', path: '/secret/1', value: 1 }],
      [{ op: 'add', path: '/secret/2', value: 1 }],
      [{ op: 'add', path: '/secret/01', value: 1 }],
      [{ op: 'add', path: '/secret/-1', value: 1 }],
      [{ op: 'remove', path: '/secret/-' }],
      [{ op: 'remove', path: '' }],
      [{ op: 'copy', from: '/absent', path: '/x' }],
      [{ op: 'add', path: '/s/x', value: 1 }],
      [{ op: 'test', path: '/s/x', value: 1 }],
      [{ op: 'add', path: '/a"b', value: 1 }],
    ];
    for (const patch of reasons) {
      expect(failure(document, patch)).toBe('The patch could not be applied.');
      try {
        patched(document, patch);
      } catch (error) {
        expect((error as Problem).detail).not.toMatch(/secret|absent/);
      }
    }
  });

  test('R-242 what is no patch', () => {
    const bad: unknown[] = [
      {},
      [1],
      [{}],
      [{ op: 'add', path: '/a' }],
      [{ op: 'add', value: 1 }],
      [{ op: 'move', path: '/a' }],
      [{ op: 'drop', path: '/a' }],
      [{ op: 'ADD', path: '/a', value: 1 }],
      [{ op: 'remove', path: 'a' }],
      [{ op: 'remove', path: '/~2' }],
      [{ op: 'remove', path: '/a~' }],
      [{ op: 'remove', path: 1 }],
      Array(1001).fill({ op: 'test', path: '', value: {} }),
    ];
    for (const patch of bad) {
      expect(failure('{}', patch)).toBe('The body is not a JSON Patch.');
      expect(() => patchedPaths(documentOf(JSON.stringify(patch)))).toThrow('not a JSON Patch');
    }
    expect(failure('{}', Array(1000).fill({ op: 'test', path: '', value: {} }))).toBeUndefined();
  });

  test('R-242 copies cannot grow or nest without end', () => {
    const doubling = Array(60).fill({ op: 'copy', from: '/a', path: '/a/-' });
    expect(failure('{"a":["0123456789"]}', doubling)).toBeDefined();
    expect(failure('{"a":["0123456789"]}', doubling.slice(0, 10), { maxBytes: 1000 })).toBeDefined();
    expect(failure('{}', Array(100).fill({ op: 'copy', from: '', path: '/a' }))).toBeDefined();
  });

  test('R-242 many operations on a large document end soon', () => {
    const items = Array.from({ length: 50_000 }, (_, at) => at);
    const started = process.threadCpuUsage().user / 1000;
    patched(
      JSON.stringify({ items }),
      Array.from({ length: 500 }, (_, at) => ({ op: at % 2 ? 'test' : 'add', path: '/items/7', value: at - (at % 2) })),
    );
    expect(process.threadCpuUsage().user / 1000 - started).toBeLessThan(8000);
    expect(
      failure(
        JSON.stringify({ items: [...items, ...items, ...items, ...items, ...items] }),
        Array(1000).fill({ op: 'test', path: '/items/0', value: 0 }),
      ),
    ).toBeDefined();
  });

  test('names of the object prototype are ordinary names', () => {
    expect(patched('{}', [{ op: 'add', path: '/__proto__', value: { x: 1 } }])).toBe('{"__proto__":{"x":1}}');
    expect(failure('{}', [{ op: 'remove', path: '/toString' }])).toBeDefined();
    expect(failure('[]', [{ op: 'add', path: '/length', value: 1 }])).toBeDefined();
  });
});

test('patchedPaths lists everything read or written, unescaped', () => {
  const patch = [
    { op: 'test', path: '/a~1b', value: 1 },
    { op: 'move', from: '/m/0', path: '/n/-' },
    { op: 'replace', path: '', value: {} },
  ];
  expect(patchedPaths(documentOf(JSON.stringify(patch)))).toEqual([['a/b'], ['m', '0'], ['n', '-'], []]);
});
