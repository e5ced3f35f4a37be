/** Properties of the scanner, of edits and of patches, over JSON documents in every legal spelling. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { JsonEdit } from './edit.ts';
import { applyPatch } from './patch.ts';
import { type JsonDocument, type JsonNode, NONE, scan } from './scan.ts';

// The documents: any white space, escapes and number forms, without duplicate or escaped names.

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');

const character = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('"', '\\', '/', '\u0000', '\n', '\ufeff', '😀', 'é', '\u2028'),
  )
  .filter((unit) => unit.isWellFormed());

/** Each character as itself, or as an escape. */
const spelledString = fc.array(fc.tuple(character, fc.boolean()), { maxLength: 40 }).map((units) => {
  const inside = units.map(([unit, escaped]) => (escaped ? unitEscapes(unit) : JSON.stringify(unit).slice(1, -1)));
  return `"${inside.join('')}"`;
});

function unitEscapes(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

const spelledNumber = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 20n }),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{1,6}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^[eE][+-]?[0-9]{1,2}$/)),
  )
  .map((pieces) => pieces.join(''));

/** Some have the shapes that break naive readers. */
const memberName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '0', 'id', 'ünï', '😀'),
  fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => JSON.stringify(text) === `"${text}"`),
);

const { document } = fc.letrec<{ document: string; object: string; array: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('true', 'false', 'null', '1.10'),
    spelledNumber,
    spelledString,
    tie('array'),
    tie('object'),
  ),
  array: fc
    .array(fc.tuple(space, tie('document'), space), { maxLength: 6 })
    .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(memberName, fc.tuple(space, space, space, space), tie('document')), {
      maxLength: 7,
      selector: ([name]) => name,
    })
    .map((members) => `{${members.map(([name, [a, b, c, d], value]) => `${a}"${name}"${b}:${c}${value}${d}`).join(',')}}`),
}));

/** The text of a document. */
const documents: fc.Arbitrary<string> = fc.tuple(space, document, space).map((pieces) => pieces.join(''));

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** As JSON.parse would give it, so that the two can be compared. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner) =>
      Object.is(inner, -0) ? 0 : inner === Infinity ? 'inf' : inner === -Infinity ? '-inf' : inner,
    ),
  );

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

describe('against JSON.parse', () => {
  test('R-242 values are the same, and every value keeps its bytes', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = scan(bytesOf(text));
        expect(plain(document.value(document.root))).toEqual(plain(JSON.parse(text)));
        visit(document, document.root, (node) => {
          const raw = document.raw(node);
          expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(document.slice(node))).toBe(raw);
          expect(plain(JSON.parse(raw))).toEqual(plain(document.value(node)));
        });
      }),
      { numRuns: 1500 },
    );
  });

  test('R-243 mutated documents: nothing is accepted that JSON.parse refuses, nothing else refused but by our own rules', () => {
    const ours = /escape in a property name|duplicate property name|unpaired surrogate|nested too deeply|invalid UTF-8/;
    let accepted = 0;
    let refused = 0;
    const mutation = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 2 }),
      put: fc.array(fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...bytesOf('{}[]",:\\0-.eE+ntf u\0'))), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(documents, fc.array(mutation, { minLength: 1, maxLength: 3 }), (text, mutations) => {
        const bytes = Array.from(bytesOf(text));
        for (const { at, drop, put } of mutations) bytes.splice(at % (bytes.length + 1), drop, ...put);
        const mutated = Uint8Array.from(bytes);
        const rule = refusal(mutated);
        const judged = judge(mutated);
        if (rule === undefined) {
          accepted++;
          expect(judged).toBeDefined();
          const document = scan(mutated);
          expect(plain(document.value(document.root))).toEqual(plain(judged!.value));
        } else {
          refused++;
          if (judged !== undefined) expect(rule).toMatch(ours);
        }
      }),
      { numRuns: 6000 },
    );
    expect(accepted).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(1000);
  });
});

/** What strict UTF-8 and JSON.parse make of it; undefined when they refuse it. */
function judge(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

function visit(document: JsonDocument, node: JsonNode, see: (node: JsonNode) => void): void {
  see(node);
  let children = 0;
  for (let child = document.first(node); child !== NONE; child = document.next(child)) {
    expect(document.parent(child)).toBe(node);
    children++;
    visit(document, child, see);
  }
  expect(children).toBe(document.size(node));
}

describe('edits', () => {
  const choices = fc.array(fc.tuple(fc.nat(), fc.constantFrom('remove', 'replace', 'insert', 'none'), fc.boolean()), {
    maxLength: 6,
  });

  test('an edited document is the document of the edited values; untouched values keep their bytes', () => {
    let changed = 0;
    fc.assert(
      fc.property(documents, choices, (text, picks) => {
        const document = scan(bytesOf(text));
        const edit = new JsonEdit(document);
        const removed = new Set<JsonNode>();
        const replaced = new Set<JsonNode>();
        const inserted = new Map<JsonNode, boolean>();
        for (const [at, what, first] of picks) {
          const node = at % document.count;
          // An edit inside a replaced value is a bug, tested elsewhere.
          const around = [...ancestors(document, node)];
          if (around.some((one) => replaced.has(one))) continue;
          if (what === 'remove' && node !== document.root) {
            removed.add(node);
            edit.remove(node);
          } else if (
            what === 'replace' &&
            ![...removed, ...replaced, ...inserted.keys()].some((one) => [...ancestors(document, one), one].includes(node))
          ) {
            replaced.add(node);
            edit.replace(node, '"NEW"');
          } else if (what === 'insert' && !inserted.has(node) && !replaced.has(node)) {
            if (document.isObject(node)) edit.insertMember(node, 'an inserted name', '"MORE"', first ? 'first' : 'last');
            else if (document.isArray(node)) edit.appendItem(node, '"MORE"', first ? 'first' : 'last');
            else continue;
            inserted.set(node, first);
          }
        }
        if (!edit.isEmpty) changed++;
        else expect(edit.apply()).toEqual(bytesOf(text));
        const result = scan(edit.apply());
        expect(result.value(result.root)).toEqual(rebuilt(document, document.root));
        // Every value that nothing touched is there with the same bytes.
        const raws = new Set<string>();
        visit(result, result.root, (node) => raws.add(result.raw(node)));
        const touched = new Set(
          [...removed, ...replaced, ...inserted.keys()].flatMap((node) => [node, ...ancestors(document, node)]),
        );
        visit(document, document.root, (node) => {
          if (touched.has(node) || ancestorsHit(document, node, removed) || ancestorsHit(document, node, replaced)) return;
          expect(raws.has(document.raw(node))).toBe(true);
        });

        function rebuilt(from: JsonDocument, node: JsonNode): unknown {
          if (replaced.has(node) && !removed.has(node)) return 'NEW';
          const kept: JsonNode[] = [];
          for (let child = from.first(node); child !== NONE; child = from.next(child))
            if (!removed.has(child)) kept.push(child);
          if (from.isArray(node)) {
            const items = kept.map((child) => rebuilt(from, child));
            return !inserted.has(node) ? items : inserted.get(node) ? ['MORE', ...items] : [...items, 'MORE'];
          }
          if (from.isObject(node)) {
            const object = Object.create(null);
            for (const child of kept) object[from.key(child)] = rebuilt(from, child);
            if (inserted.has(node)) object['an inserted name'] = 'MORE';
            return object;
          }
          return from.value(node);
        }
      }),
      { numRuns: 2000 },
    );
    expect(changed).toBeGreaterThan(500);
  });

  test('with shells dropped no empty container appears, whatever the order of the removals', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat(), { maxLength: 8 }), (text, picks) => {
        const document = scan(bytesOf(text));
        const nodes = [...new Set(picks.map((at) => at % document.count))].filter((node) => node !== document.root);
        const results = [nodes, nodes.toReversed()].map((order) => {
          const edit = new JsonEdit(document);
          for (const node of order) edit.remove(node, { shells: 'drop' });
          return edit.apply();
        });
        expect(results[0]).toEqual(results[1]);
        const result = scan(results[0]!);
        expect(emptyContainers(result)).toBeLessThanOrEqual(
          emptyContainers(document) + (result.size(result.root) === 0 ? 1 : 0),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

function* ancestors(document: JsonDocument, node: JsonNode): Generator<JsonNode> {
  for (let at = document.parent(node); at !== NONE; at = document.parent(at)) yield at;
}

function ancestorsHit(document: JsonDocument, node: JsonNode, set: ReadonlySet<JsonNode>): boolean {
  return [node, ...ancestors(document, node)].some((one) => set.has(one));
}

function emptyContainers(document: JsonDocument): number {
  let count = 0;
  visit(document, document.root, (node) => {
    if ((document.isArray(node) || document.isObject(node)) && document.size(node) === 0) count++;
  });
  return count;
}

describe('patches', () => {
  type Step = { op: string; path: string; from?: string; value?: unknown };

  test('agree with a plain implementation on values, in success and in failure', () => {
    let succeeded = 0;
    const step = fc.tuple(
      fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      fc.nat(),
      fc.nat(),
      fc.constantFrom('', '/-', '/0', '/new', '/1'),
    );
    fc.assert(
      fc.property(documents, fc.array(step, { maxLength: 4 }), (text, steps) => {
        const document = scan(bytesOf(text));
        const pointers: string[] = [];
        visit(document, document.root, (node) => pointers.push(pointerTo(document, node)));
        const patch: Step[] = steps.map(([op, path, from, more]) => ({
          op,
          path: pointers[path % pointers.length]! + more,
          from: pointers[from % pointers.length]!,
          value: JSON.parse(op === 'test' ? document.raw(from % document.count) : '{"put":[1,"x"]}'),
        }));
        // The digits of a tested number must reach the patch as they are.
        const patchText = steps.map(([op, , from], at) => {
          const { value: _, ...rest } = patch[at]!;
          const value = op === 'test' ? document.raw(from % document.count) : '{"put":[1,"x"]}';
          return `${JSON.stringify(rest).slice(0, -1)},"value":${value}}`;
        });
        const patchDocument = scan(bytesOf(`[${patchText.join(',')}]`));
        let expected: unknown;
        try {
          expected = patch.reduce(plainly, JSON.parse(text));
          succeeded++;
        } catch {
          expect(() => applyPatch(document, patchDocument)).toThrow(Problem);
          return;
        }
        const result = scan(applyPatch(document, patchDocument));
        expect(plain(result.value(result.root))).toEqual(plain(expected));
      }),
      { numRuns: 3000 },
    );
    expect(succeeded).toBeGreaterThan(500);
  });

  const tokens = (pointer: string) =>
    pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

  function pointerTo(document: JsonDocument, node: JsonNode): string {
    const parent = document.parent(node);
    if (parent === NONE) return '';
    let index = 0;
    for (let child = document.first(parent); child !== node; child = document.next(child)) index++;
    const token = document.isArray(parent) ? String(index) : document.key(node).replaceAll('~', '~0').replaceAll('/', '~1');
    return `${pointerTo(document, parent)}/${token}`;
  }

  function plainly(root: unknown, { op, path, from, value }: Step): unknown {
    const get = (at: readonly string[]) =>
      at.reduce<unknown>((found, token) => {
        if (
          typeof found !== 'object' ||
          found === null ||
          !Object.hasOwn(found, token) ||
          (Array.isArray(found) && token === 'length')
        )
          throw new Error('absent');
        return (found as Record<string, unknown>)[token];
      }, root);
    const put = (at: readonly string[], what: unknown, insert: boolean): unknown => {
      if (at.length === 0) return what;
      const parent = get(at.slice(0, -1));
      const last = at.at(-1)!;
      if (Array.isArray(parent)) {
        if (insert) {
          if (last !== '-' && !(/^(0|[1-9]\d*)$/.test(last) && Number(last) <= parent.length)) throw new Error('index');
          parent.splice(last === '-' ? parent.length : Number(last), 0, what);
        } else parent[Number(last)] = what;
      } else if (typeof parent === 'object' && parent !== null)
        Object.defineProperty(parent, last, { value: what, enumerable: true, configurable: true, writable: true });
      else throw new Error('no container');
      return root;
    };
    const cut = (at: readonly string[]) => {
      if (at.length === 0) throw new Error('root');
      const parent = get(at.slice(0, -1)) as Record<string, unknown>;
      if (Array.isArray(parent)) parent.splice(Number(at.at(-1)), 1);
      else delete parent[at.at(-1)!];
    };
    switch (op) {
      case 'add':
        return put(tokens(path), structuredClone(value), true);
      case 'replace':
        get(tokens(path));
        return put(tokens(path), structuredClone(value), false);
      case 'remove':
        get(tokens(path));
        cut(tokens(path));
        return root;
      case 'copy':
        return put(tokens(path), structuredClone(get(tokens(from!))), true);
      case 'move': {
        const moved = get(tokens(from!));
        if (path === from) return root;
        if (path.startsWith(`${from}/`)) throw new Error('into itself');
        cut(tokens(from!));
        return put(tokens(path), moved, true);
      }
      default:
        expect(op).toBe('test');
        if (!sameJson(get(tokens(path)), value)) throw new Error('test');
        return root;
    }
  }

  function sameJson(one: unknown, other: unknown): boolean {
    if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other;
    if (Array.isArray(one) !== Array.isArray(other)) return false;
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((key) => Object.hasOwn(other, key) && sameJson((one as never)[key], (other as never)[key]))
    );
  }
});
