/** every way of tampering is found and named. */
import { beforeAll, describe, expect, test } from 'vitest';
import { readLine, writeHeader, writeRecord } from './chain.ts';
import { openJournal } from './journal.ts';
import { type LosingFolder, losingFolder } from './testing.ts';
import { verifyFolder } from './verify.ts';

const files = new Map<string, string>();

beforeAll(async () => {
  const folder = losingFolder();
  const journal = await openJournal({
    folder,
    node: 'n',
    now: () => 1_700_000_000_000,
    tell: () => undefined,
    segmentBytes: 1_500,
  });
  for (let n = 1; n <= 20; n += 1) await journal.append({ id: `id-${n}`, kind: 'request', patients: [`p${n}`] });
  await journal.close();
  for (const name of await folder.names()) files.set(name, new TextDecoder().decode(folder.contents(name)));
});

function copy(change: (files: Map<string, string>) => void): LosingFolder {
  const changed = new Map(files);
  change(changed);
  const folder = losingFolder();
  for (const [name, text] of changed) folder.put(name, text);
  return folder;
}

const linesOf = (map: Map<string, string>, name: string) => map.get(name)!.split('\n').slice(0, -1);
const setLines = (map: Map<string, string>, name: string, lines: readonly string[]) =>
  map.set(name, lines.map((line) => `${line}\n`).join(''));
const second = '00000002.jsonl';

describe('R-162 tampering is named', () => {
  test('an untouched journal verifies', async () => {
    const verified = await verifyFolder(copy(() => undefined));
    expect(verified).toMatchObject({ ok: true, records: 20, unfinished: 0 });
    expect(verified.ok && verified.segments).toBeGreaterThan(3);
  });

  test('any single changed byte, anywhere', async () => {
    for (const name of [...files.keys()].filter((file) => file.endsWith('.jsonl'))) {
      const text = files.get(name)!;
      for (let at = 0; at < text.length; at += 7) {
        const replaced = text[at] === 'x' ? 'y' : 'x';
        const result = await verifyFolder(copy((map) => map.set(name, text.slice(0, at) + replaced + text.slice(at + 1))));
        expect(result.ok, `${name} byte ${at}`).toBe(false);
      }
    }
  });

  test('a changed record, with its place', async () => {
    const result = await verifyFolder(copy((map) => map.set(second, map.get(second)!.replace('"p7"', '"pX"'))));
    expect(result).toMatchObject({ ok: false, what: 'changed', at: { segment: second, seq: 7 } });
  });

  test('a changed record whose own hash was recomputed', async () => {
    const result = await verifyFolder(
      copy((map) => {
        const lines = linesOf(map, second);
        const line = readLine(lines[2]!);
        if (line?.kind !== 'record') throw new Error('expected a record');
        lines[2] = writeRecord(line.seq, line.prev, line.record.replace('"kind":"request"', '"kind":"intent"')).line;
        setLines(map, second, lines);
      }),
    );
    expect(result).toMatchObject({ ok: false, what: 'changed', at: { segment: second, line: 4 } });
  });

  test('a removed record', async () => {
    const result = await verifyFolder(copy((map) => setLines(map, second, linesOf(map, second).toSpliced(2, 1))));
    expect(result).toMatchObject({ ok: false, what: 'missing', at: { segment: second, line: 3 } });
  });

  test('the last record of a segment in the middle removed', async () => {
    const result = await verifyFolder(copy((map) => setLines(map, second, linesOf(map, second).slice(0, -1))));
    expect(result).toMatchObject({ ok: false, what: 'missing', at: { segment: second } });
  });

  test('two records swapped', async () => {
    const result = await verifyFolder(
      copy((map) => {
        const lines = linesOf(map, second);
        [lines[1], lines[2]] = [lines[2]!, lines[1]!];
        setLines(map, second, lines);
      }),
    );
    expect(result).toMatchObject({ ok: false, what: 'reordered', at: { segment: second, line: 2 } });
  });

  test('a segment removed', async () => {
    expect(await verifyFolder(copy((map) => map.delete(second)))).toMatchObject({
      ok: false,
      what: 'missing',
      at: { segment: second },
    });
  });

  test('a segment replaced by one that is right in itself', async () => {
    const result = await verifyFolder(
      copy((map) => {
        const old = readLine(linesOf(map, second)[0]!);
        if (old?.kind !== 'header') throw new Error('expected a header');
        let last = writeHeader(old);
        const lines = [last.line];
        for (let n = 0; n < linesOf(map, second).length - 1; n += 1) {
          last = writeRecord(old.first + n, last.hash, `{"id":"forged-${n}"}`);
          lines.push(last.line);
        }
        setLines(map, second, lines);
      }),
    );
    expect(result).toMatchObject({ ok: false, what: 'changed', at: { segment: '00000003.jsonl', line: 1 } });
  });

  test('a segment of another journal', async () => {
    const other = losingFolder();
    const journal = await openJournal({ folder: other, node: 'n', now: () => 1, tell: () => undefined });
    await journal.append({ id: 'x' });
    await journal.close();
    const first = new TextDecoder().decode(other.contents('00000001.jsonl'));
    expect(await verifyFolder(copy((map) => map.set('00000001.jsonl', first)))).toMatchObject({ ok: false });
  });

  test('the end cut off: by record, by segment, by all', async () => {
    const last = [...files.keys()]
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1)!;
    expect(await verifyFolder(copy((map) => setLines(map, last, linesOf(map, last).slice(0, -1))))).toMatchObject({
      ok: false,
      what: 'truncated',
    });
    expect(await verifyFolder(copy((map) => map.delete(last)))).toMatchObject({ ok: false, what: 'truncated' });
    const nothing = copy((map) => {
      for (const name of [...map.keys()]) if (name.endsWith('.jsonl')) map.delete(name);
    });
    expect(await verifyFolder(nothing)).toMatchObject({ ok: false, what: 'truncated' });
    expect(await verifyFolder(copy((map) => map.delete('head')))).toMatchObject({ ok: false, what: 'truncated' });
  });

  test('the whole chain recomputed, the head file left', async () => {
    const result = await verifyFolder(
      copy((map) => {
        const old = readLine(linesOf(map, '00000001.jsonl')[0]!);
        if (old?.kind !== 'header') throw new Error('expected a header');
        for (const name of [...map.keys()]) if (name.endsWith('.jsonl')) map.delete(name);
        let last = writeHeader(old);
        const lines = [last.line];
        for (let n = 1; n <= 20; n += 1) {
          last = writeRecord(n, last.hash, `{"id":"forged-${n}"}`);
          lines.push(last.line);
        }
        setLines(map, '00000001.jsonl', lines);
      }),
    );
    expect(result).toMatchObject({ ok: false, what: 'changed' });
  });

  test('a last line that is still being written is no tampering', async () => {
    const last = [...files.keys()]
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1)!;
    const result = await verifyFolder(copy((map) => map.set(last, `${map.get(last)}{"seq":21,"prev":"`)));
    expect(result).toMatchObject({ ok: true, records: 20, unfinished: 18 });
  });
});
