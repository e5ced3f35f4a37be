import { describe, expect, test } from 'vitest';
import { JsonEdit } from './edit.ts';
import { removeElement, removeRepetition } from './remove-element.ts';
import { type JsonDocument, type JsonNode, NONE, name, scan } from './scan.ts';

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function edited(
  text: string,
  change: (edit: JsonEdit, document: JsonDocument, at: (...path: (string | number)[]) => JsonNode) => void,
): string {
  const document = scan(new TextEncoder().encode(text));
  const edit = new JsonEdit(document);
  change(edit, document, (...path) => document.at(0, ...path.map((step) => (typeof step === 'string' ? name(step) : step))));
  const result = textOf(edit.apply());
  JSON.parse(result);
  return result;
}

describe('removal', () => {
  const three = '{ "a" : 1.10 ,\n "b":[1, 2 ,3],"c":{"d":null} }';

  test('takes the comma before, or at the front the one after', () => {
    expect(edited(three, (edit, _, at) => edit.remove(at('a')))).toBe('{ "b":[1, 2 ,3],"c":{"d":null} }');
    expect(edited(three, (edit, _, at) => edit.remove(at('b')))).toBe('{ "a" : 1.10,"c":{"d":null} }');
    expect(edited(three, (edit, _, at) => edit.remove(at('c')))).toBe('{ "a" : 1.10 ,\n "b":[1, 2 ,3] }');
    expect(edited('[1,2,3,4,5]', (edit, _, at) => [0, 1, 4].map((index) => edit.remove(at(index))))).toBe('[3,4]');
    expect(edited('[1,2,3,4,5]', (edit, _, at) => [1, 3].map((index) => edit.remove(at(index))))).toBe('[1,3,5]');
  });

  test('of everything leaves an empty container', () => {
    expect(edited('[1, 2]', (edit, _, at) => [edit.remove(at(0)), edit.remove(at(1))])).toBe('[]');
    expect(edited('{"c":{"d":null}}', (edit, _, at) => edit.remove(at('c', 'd')))).toBe('{"c":{}}');
  });

  test('inside what is removed is covered by it', () => {
    expect(edited(three, (edit, _, at) => [edit.remove(at('b', 1)), edit.remove(at('b')), edit.replace(at('b', 0), '9')])).toBe(
      '{ "a" : 1.10,"c":{"d":null} }',
    );
  });

  test('wins over a replacement of the same value, in either order', () => {
    expect(edited('{"a":1,"b":2}', (edit, _, at) => [edit.replace(at('a'), '3'), edit.remove(at('a'))])).toBe('{"b":2}');
    expect(edited('{"a":1,"b":2}', (edit, _, at) => [edit.remove(at('a')), edit.replace(at('a'), '3')])).toBe('{"b":2}');
  });

  test('drops emptied shells when asked, up to a given value', () => {
    const deep = '{"id":"1","x":[{"y":{"z":1}}],"k":0}';
    expect(edited(deep, (edit, _, at) => edit.remove(at('x', 0, 'y', 'z'), { shells: 'drop' }))).toBe('{"id":"1","k":0}');
    expect(edited(deep, (edit, _, at) => edit.remove(at('x', 0, 'y', 'z'), { shells: 'drop', upTo: at('x', 0) }))).toBe(
      '{"id":"1","x":[{}],"k":0}',
    );
    expect(edited('{"a":{"b":1}}', (edit, _, at) => edit.remove(at('a', 'b'), { shells: 'drop' }))).toBe('{}');
  });

  test('drops a shell whichever removal empties it, and none that still holds something', () => {
    const two = '{"a":{"b":1,"c":2},"d":3}';
    expect(edited(two, (edit, _, at) => [edit.remove(at('a', 'b'), { shells: 'drop' }), edit.remove(at('a', 'c'))])).toBe(
      '{"d":3}',
    );
    expect(edited(two, (edit, _, at) => [edit.remove(at('a', 'c')), edit.remove(at('a', 'b'), { shells: 'drop' })])).toBe(
      '{"d":3}',
    );
    expect(edited(two, (edit, _, at) => edit.remove(at('a', 'b'), { shells: 'drop' }))).toBe('{"a":{"c":2},"d":3}');
    expect(
      edited(two, (edit, _, at) => [
        edit.remove(at('a', 'b'), { shells: 'drop' }),
        edit.remove(at('a', 'c')),
        edit.insertMember(at('a'), 'e', '1'),
      ]),
    ).toBe('{"a":{"e":1},"d":3}');
  });

  test('of the root is a bug', () => {
    expect(() => edited('{}', (edit) => edit.remove(0))).toThrow('root');
    expect(() => edited('{}', (edit) => edit.remove(NONE))).toThrow();
  });
});

describe('replacement and insertion', () => {
  test('replaces the value only', () => {
    expect(edited('{ "a" :  1 , "b":2 }', (edit, _, at) => edit.replace(at('a'), '[true]'))).toBe('{ "a" :  [true] , "b":2 }');
    expect(edited(' 1 ', (edit) => edit.replace(0, '2'))).toBe(' 2 ');
  });

  test('inserts first and last, around what stays', () => {
    expect(edited('{}', (edit, _, at) => [edit.insertMember(at(), 'a', '1'), edit.insertMember(at(), 'b', '2', 'first')])).toBe(
      '{"b":2,"a":1}',
    );
    expect(
      edited('[ 1 ]', (edit, _, at) => [
        edit.appendItem(at(), '2'),
        edit.appendItem(at(), '3'),
        edit.appendItem(at(), '0', 'first'),
      ]),
    ).toBe('[0, 1,2,3 ]');
    expect(edited('{"a":1,"b":2}', (edit, _, at) => [edit.remove(at('a')), edit.insertMember(at(), 'c', '3', 'first')])).toBe(
      '{"c":3,"b":2}',
    );
    expect(edited('{"a":1,"b":2}', (edit, _, at) => [edit.remove(at('b')), edit.insertMember(at(), 'c', '3')])).toBe(
      '{"a":1,"c":3}',
    );
    expect(
      edited('{"a":1}', (edit, _, at) => [
        edit.remove(at('a')),
        edit.insertMember(at(), 'a', '3'),
        edit.insertMember(at(), 'b', '4', 'first'),
      ]),
    ).toBe('{"b":4,"a":3}');
  });

  test('what would not be JSON is a bug', () => {
    for (const bad of ['', '1,2', '{"a":1,"a":2}', '"\\ud800"', '}']) {
      expect(() => edited('{"a":1}', (edit, _, at) => edit.replace(at('a'), bad))).toThrow('not JSON');
      expect(() => edited('{"a":1}', (edit, _, at) => edit.insertMember(at(), 'b', bad))).toThrow('not JSON');
    }
    expect(() => edited('{"a":1}', (edit, _, at) => edit.insertMember(at(), 'b"', '1'))).toThrow('escape');
    expect(() => edited('{"a":1}', (edit, _, at) => edit.insertMember(at('a'), 'b', '1'))).toThrow('not an object');
    expect(() => edited('{"a":1}', (edit, _, at) => edit.appendItem(at(), '1'))).toThrow('not an array');
  });

  test('a name that is taken is a bug', () => {
    expect(() => edited('{"a":1}', (edit, _, at) => edit.insertMember(at(), 'a', '2'))).toThrow('taken');
    expect(() => edited('{}', (edit, _, at) => [edit.insertMember(at(), 'a', '2'), edit.insertMember(at(), 'a', '3')])).toThrow(
      'one name',
    );
  });

  test('conflicting replacements are a bug', () => {
    expect(() => edited('{"a":{"b":1}}', (edit, _, at) => [edit.replace(at('a'), '1'), edit.replace(at('a'), '2')])).toThrow(
      'two replacements',
    );
    expect(() =>
      edited('{"a":{"b":1}}', (edit, _, at) => [edit.replace(at('a'), '{"b":1}'), edit.remove(at('a', 'b'))]),
    ).toThrow('inside a replaced');
    expect(() =>
      edited('{"a":{"b":1}}', (edit, _, at) => [
        edit.replace(at('a'), '{"b":1}'),
        edit.remove(at('a', 'b'), { shells: 'drop' }),
      ]),
    ).toThrow('inside a replaced');
    expect(() =>
      edited('{"a":{"b":1}}', (edit, _, at) => [edit.insertMember(at('a'), 'c', '1'), edit.replace(at('a'), '{}')]),
    ).toThrow('inside a replaced');
    expect(() => edited('[1]', (edit, _, at) => [edit.appendItem(at(), '0', 'first'), edit.replace(at(), '[]')])).toThrow(
      'inside a replaced',
    );
    expect(edited('{"a":1}', (edit, _, at) => [edit.replace(at('a'), '2'), edit.replace(at('a'), '2')])).toBe('{"a":2}');
  });
});

describe('one value of a document', () => {
  const document = scan(new TextEncoder().encode('[{"id":"a","x":1},{"id":"b","x":2},{"id":"c"}]'));
  const entry = (index: number) => document.at(0, index);

  test('only its own edits apply', () => {
    const edit = new JsonEdit(document);
    expect(edit.isEmpty).toBe(true);
    edit.appendItem(0, '"first"', 'first');
    edit.remove(document.at(0, 1, name('x')));
    edit.remove(entry(2));
    edit.replace(document.at(0, 0, name('x')), '9');
    expect(edit.isEmpty).toBe(false);
    expect(textOf(edit.apply(entry(0)))).toBe('{"id":"a","x":9}');
    expect(textOf(edit.apply(entry(1)))).toBe('{"id":"b"}');
    expect(textOf(edit.apply(document.at(0, 0, name('id'))))).toBe('"a"');
    expect(textOf(edit.apply())).toBe('["first",{"id":"a","x":9},{"id":"b"}]');
  });

  test('what is removed or replaced from above cannot be had', () => {
    const edit = new JsonEdit(document);
    edit.remove(entry(2));
    edit.replace(entry(1), 'null');
    expect(() => edit.apply(entry(2))).toThrow('gone');
    expect(() => edit.apply(document.at(0, 2, name('id')))).toThrow('gone');
    expect(() => edit.apply(document.at(0, 1, name('id')))).toThrow('gone');
    expect(textOf(edit.apply(entry(1)))).toBe('null');
    expect(edit.isRemoved(document.at(0, 2, name('id')))).toBe(true);
    expect(edit.isRemoved(entry(1))).toBe(false);
  });

  test('an emptied shell cannot be had', () => {
    const edit = new JsonEdit(document);
    edit.remove(document.at(0, 2, name('id')), { shells: 'drop' });
    expect(() => edit.apply(entry(2))).toThrow('gone');
    expect(edit.isRemoved(entry(2))).toBe(true);
  });

  test('is quick for every entry of a large Bundle', () => {
    const many = scan(new TextEncoder().encode(`[${'{"a":1,"b":[1,2]},'.repeat(20_000)}0]`));
    const edit = new JsonEdit(many);
    for (let item = many.first(0); item !== NONE; item = many.next(item))
      if (many.isObject(item)) edit.remove(many.first(item));
    const started = process.threadCpuUsage().user / 1000;
    for (let item = many.first(0); item !== NONE; item = many.next(item))
      if (many.isObject(item)) expect(edit.apply(item).length).toBe(11);
    expect(process.threadCpuUsage().user / 1000 - started).toBeLessThan(3000);
  });
});

describe('FHIR elements', () => {
  const patient =
    '{"birthDate":"1970-01-01","_birthDate":{"id":"x"},"given":["A","B"],"_given":[null,{"id":"b"}],"active":true}';

  test('a primitive goes with its extensions', () => {
    expect(edited(patient, (edit, document) => expect(removeElement(document, edit, 0, 'birthDate')).toBe(true))).toBe(
      '{"given":["A","B"],"_given":[null,{"id":"b"}],"active":true}',
    );
    expect(edited('{"_x":{},"y":1}', (edit, document) => removeElement(document, edit, 0, 'x'))).toBe('{"y":1}');
    expect(edited(patient, (edit, document) => expect(removeElement(document, edit, 0, 'absent')).toBe(false))).toBe(patient);
  });

  test('a repetition goes from both lists', () => {
    expect(edited(patient, (edit, document) => removeRepetition(document, edit, 0, 'given', 0))).toBe(
      '{"birthDate":"1970-01-01","_birthDate":{"id":"x"},"given":["B"],"_given":[{"id":"b"}],"active":true}',
    );
  });
});
