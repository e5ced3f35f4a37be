import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLine } from './chain.ts';
import { type Journal, openJournal } from './journal.ts';
import { type LosingFolder, losingFolder } from './testing.ts';
import { verifyFolder } from './verify.ts';

let clock = 1_700_000_000_000;
const open = (
  folder: LosingFolder,
  more: { now?: () => number; segmentBytes?: number; tell?: (line: string) => void } = {},
): Promise<Journal> => openJournal({ folder, node: 'node-1', now: () => clock++, tell: () => undefined, ...more });

const draft = (id: string) => ({ id, kind: 'request', action: 'read', reason: 'Zoë 患者', patients: ['1'] });

function recordsIn(folder: LosingFolder, name: string): { id: string; recorded: number }[] {
  const lines = new TextDecoder().decode(folder.contents(name)).split('\n').filter(Boolean).map(readLine);
  return lines.flatMap((line) => (line?.kind === 'record' ? [JSON.parse(line.record)] : []));
}

async function allRecords(folder: LosingFolder): Promise<{ id: string; recorded: number }[]> {
  const names = (await folder.names()).filter((name) => name.endsWith('.jsonl')).sort();
  return names.flatMap((name) => recordsIn(folder, name));
}

describe('the order of sync and answer', () => {
  test('R-162 an append resolves only after its sync, and what it waited for is on disk then', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    let release: () => void = () => undefined;
    folder.slow = () => new Promise((resolve) => (release = resolve));
    let answered = false;
    const append = journal.append(draft('a')).then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    expect(await allRecords(folder.crash())).toEqual([]);
    folder.slow = () => undefined;
    release();
    await append;
    expect((await allRecords(folder.crash())).map(({ id }) => id)).toEqual(['a']);
    await journal.close();
  });

  test('what is queued while a sync runs goes out in one write and one sync', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    await journal.append(draft('makes room'));
    let release: () => void = () => undefined;
    folder.slow = () => new Promise((resolve) => (release = resolve));
    const first = journal.append(draft('first'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const before = { ...folder.counts };
    const rest = Array.from({ length: 100 }, (_, index) => journal.append(draft(`r${index}`)));
    folder.slow = () => undefined;
    release();
    await Promise.all([first, ...rest]);
    expect(folder.counts.writes - before.writes).toBe(1);
    expect(folder.counts.syncs - before.syncs).toBe(1);
    expect((await allRecords(folder)).map(({ id }) => id)).toEqual([
      'makes room',
      'first',
      ...Array.from({ length: 100 }, (_, index) => `r${index}`),
    ]);
    await journal.close();
  });

  test('R-171 after a power loss at any moment, with any part of the unsynced bytes, nothing acknowledged is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 64 }),
        fc.constantFrom(64, 512, 4_096),
        fc.integer({ min: 300, max: 5_000 }),
        async (moment, arrived, page, segmentBytes) => {
          const folder = losingFolder();
          const journal = await open(folder, { segmentBytes });
          const acknowledged: string[] = [];
          let steps = 0;
          let image: { folder: LosingFolder; acknowledged: string[] } | undefined;
          folder.slow = async () => {
            steps += 1;
            const crashes = steps === (moment % 20) + 1;
            await new Promise(setImmediate);
            // Page by page the new bytes or the old ones, and zeros where there were none: of what a crash interrupts, a later part may be there and an earlier one not.
            const keep = (_name: string, synced: Uint8Array, written: Uint8Array) => {
              const left = new Uint8Array(written.length);
              left.set(synced.subarray(0, written.length));
              for (let at = 0; at < written.length; at += page)
                if (arrived[(at / page) % arrived.length]) left.set(written.subarray(at, at + page), at);
              return left;
            };
            if (crashes) image = { folder: folder.crash(keep), acknowledged: [...acknowledged] };
          };
          for (let round = 0; round < 22; round += 1) {
            await Promise.all(
              [0, 1, 2].map((n) => journal.append(draft(`${round}-${n}`)).then((record) => acknowledged.push(record.id))),
            );
          }
          await journal.close();
          expect(image).toBeDefined();
          const again = await open(image!.folder);
          const found = new Set((await allRecords(image!.folder)).map(({ id }) => id));
          expect(image!.acknowledged.filter((id) => !found.has(id))).toEqual([]);
          await again.append(draft('after'));
          await again.close();
          expect(await verifyFolder(image!.folder)).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('torn tails', () => {
  async function three(): Promise<{ folder: LosingFolder; lastStart: number; bytes: Uint8Array; head: string }> {
    const folder = losingFolder();
    const journal = await open(folder);
    const head = new TextDecoder().decode(folder.contents('head'));
    for (const id of ['a', 'b', 'c']) await journal.append(draft(id));
    await journal.close();
    const bytes = folder.contents('00000001.jsonl');
    const lastStart = bytes.subarray(0, bytes.length - 1).lastIndexOf(10) + 1;
    return { folder, lastStart, bytes, head };
  }

  test('a last line cut at any byte is set aside, and the journal goes on', async () => {
    const { bytes, lastStart, head } = await three();
    for (let cut = lastStart + 1; cut < bytes.length; cut += 1) {
      const folder = losingFolder();
      folder.put('00000001.jsonl', bytes.slice(0, cut));
      folder.put('head', head);
      const journal = await open(folder);
      expect(journal.torn?.bytes).toBe(cut - lastStart);
      expect(folder.contents(journal.torn!.name)).toEqual(bytes.slice(lastStart, cut));
      await journal.append(draft('d'));
      await journal.close();
      expect(recordsIn(folder, '00000001.jsonl').map(({ id }) => id)).toEqual(['a', 'b', 'd']);
      expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 3 });
    }
  });

  test('a last line with a wrong byte is set aside when it may never have been acknowledged, refused when it was', async () => {
    const { bytes, lastStart, head, folder: whole } = await three();
    const wrong = bytes.slice();
    wrong[lastStart + 200] = wrong[lastStart + 200]! ^ 1;
    const folder = losingFolder();
    folder.put('00000001.jsonl', wrong);
    folder.put('head', head);
    const journal = await open(folder);
    expect(journal.torn).toBeDefined();
    await journal.close();
    const known = losingFolder();
    known.put('00000001.jsonl', wrong);
    known.put('head', whole.contents('head'));
    await expect(open(known)).rejects.toThrow(/00000001\.jsonl, line 4/);
  });

  test('a hole that power loss left in the last write is set aside with what lies behind it', async () => {
    const { bytes, head } = await three();
    const second = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
    const holed = bytes.slice();
    holed.fill(0, second + 50, second + 90);
    const folder = losingFolder();
    folder.put('00000001.jsonl', holed);
    folder.put('head', head);
    const journal = await open(folder);
    expect(journal.torn?.bytes).toBe(bytes.length - second);
    await journal.close();
    expect(recordsIn(folder, '00000001.jsonl').map(({ id }) => id)).toEqual(['a']);
  });

  test('a bad line before the last one refuses to start, in one line that says where', async () => {
    const { bytes, head } = await three();
    const changed = bytes.slice();
    changed[bytes.indexOf(10) + 250] = changed[bytes.indexOf(10) + 250]! ^ 1;
    const folder = losingFolder();
    folder.put('00000001.jsonl', changed);
    folder.put('head', head);
    await expect(open(folder)).rejects.toThrow(/^the audit journal is damaged: 00000001\.jsonl, line 2, [^\n]*$/);
  });

  test('a journal that ends before what was known to be written refuses to start', async () => {
    const { bytes, lastStart, folder: whole } = await three();
    const folder = losingFolder();
    folder.put('00000001.jsonl', bytes.slice(0, lastStart));
    folder.put('head', whole.contents('head'));
    await expect(open(folder)).rejects.toThrow(/ends at record 2, but record 3 was written/);
  });

  test('a new segment whose header was not finished is put aside', async () => {
    const { bytes, folder: whole } = await three();
    const folder = losingFolder();
    folder.put('00000001.jsonl', bytes);
    folder.put('head', whole.contents('head'));
    folder.put('00000002.jsonl', '{"journal":1,"cha');
    const journal = await open(folder);
    await journal.append(draft('d'));
    await journal.close();
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 4, segments: 1 });
  });
});

describe('room behind the last line', () => {
  const first = '00000001.jsonl';
  const room = (bytes: Uint8Array): number => bytes.length - 1 - bytes.findLastIndex((byte) => byte !== 0);

  test('is there while the journal is open, is no line for who reads, and is cut off at the end', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    for (const id of ['a', 'b']) await journal.append(draft(id));
    expect(room(folder.contents(first))).toBeGreaterThan(100_000);
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 2, unfinished: 0 });
    await journal.close();
    expect(room(folder.contents(first))).toBe(0);
  });

  test('R-171 after a kill it is no torn tail, and the journal goes on behind the last line', async () => {
    const folder = losingFolder();
    const killed = await open(folder);
    await killed.append(draft('a'));
    const again = await open(folder);
    expect(again.torn).toBeUndefined();
    await again.append(draft('b'));
    await again.close();
    expect(recordsIn(folder, first).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 2, unfinished: 0 });
  });

  test('more than there is room for grows the file, and every byte stays where it belongs', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    // Above and below what gets room of its own.
    const long = ['x'.repeat(90_000), 'y'.repeat(25_000)];
    for (let n = 0; n < 12; n += 1) await journal.append({ ...draft(`long-${n}`), reason: long[n % 2]! });
    expect(await verifyFolder(folder.crash())).toMatchObject({ ok: true, records: 12, unfinished: 0 });
    await journal.close();
    expect(recordsIn(folder, first).map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_one, n) => `long-${n}`));
  });

  test('a reader beside a server at work sees no damage, whatever is written between two of its readings', async () => {
    const disk = losingFolder();
    const journal = await open(disk);
    let [written, readings] = [0, 0];
    const folder: LosingFolder = {
      ...disk,
      async read(name, position, into) {
        const got = await disk.read(name, position, into);
        // After each reading, before the next.
        if (name === first && readings++ < 6) await journal.append({ ...draft(`${written++}`), reason: 'x'.repeat(5_000) });
        return got;
      },
    };
    await journal.append(draft('before'));
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, unfinished: 0 });
    expect(written).toBe(6);
    await journal.close();
  });

  test('zeros over a record are damage, and what somebody wrote behind the last line is set aside and told of', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    for (const id of ['a', 'b', 'c']) await journal.append(draft(id));
    const bytes = folder.contents(first).slice();
    await journal.close();
    const second = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
    const third = bytes.indexOf(10, second) + 1;
    const put = async (change: (copy: Uint8Array) => void) => {
      const copy = losingFolder();
      const changed = bytes.slice();
      change(changed);
      copy.put(first, changed);
      copy.put('head', folder.contents('head'));
      return copy;
    };
    expect(await verifyFolder(await put((copy) => copy.fill(0, second, third)))).toMatchObject({
      ...{ ok: false, what: 'changed', at: { segment: first, line: 3, seq: 2 } },
    });
    expect(await verifyFolder(await put((copy) => copy.fill(0, second)))).toMatchObject({ ok: false, what: 'truncated' });
    await expect(open(await put((copy) => copy.fill(0, second, third)))).rejects.toThrow(/00000001\.jsonl, line 3/);
    await expect(open(await put((copy) => copy.fill(0, second)))).rejects.toThrow(/ends at record 1, but record 3/);
    const behind = await put((copy) => copy.fill(120, bytes.length - 5, bytes.length - 2));
    const again = await open(behind);
    expect(again.torn?.bytes).toBeGreaterThan(100_000);
    await again.close();
    expect(await verifyFolder(behind)).toMatchObject({ ok: true, records: 3, unfinished: 0 });
  });
});

describe('failures of the disk', () => {
  const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

  test('R-171 a full disk: nothing is acknowledged, health is lost, and both come back with the space', async () => {
    const folder = losingFolder();
    const told: string[] = [];
    const journal = await open(folder, { tell: (line) => told.push(line) });
    await journal.append(draft('a'));
    folder.fail = (step) => (step === 'write' ? { after: 17, error: noSpace() } : undefined);
    await expect(journal.append(draft('lost'))).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(journal.healthy()).toBe(false);
    await expect(journal.append(draft('lost too'))).rejects.toMatchObject({ code: 'audit-unavailable' });
    folder.fail = () => undefined;
    await journal.append(draft('b'));
    expect(journal.healthy()).toBe(true);
    await journal.close();
    expect((await allRecords(folder)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 2 });
    expect(told).toEqual([expect.stringMatching(/cannot be written.*no space/), expect.stringMatching(/can be written again/)]);
  });

  test('health comes back without traffic', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    folder.fail = (step) => (step === 'write' ? { after: 0, error: noSpace() } : undefined);
    await journal.append(draft('lost')).catch(() => undefined);
    expect(journal.healthy()).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(journal.healthy()).toBe(false);
    folder.fail = () => undefined;
    await expect.poll(() => journal.healthy(), { timeout: 3_000 }).toBe(true);
    expect(await folder.names()).not.toContain('probe');
    await journal.close();
  });

  test('a failed sync is never believed: no answer, a new segment, an unbroken chain', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    await journal.append(draft('a'));
    folder.fail = (step) => {
      if (step === 'sync') throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
    };
    await expect(journal.append(draft('lost'))).rejects.toMatchObject({ code: 'audit-unavailable' });
    folder.fail = () => undefined;
    await journal.append(draft('b'));
    await journal.close();
    expect(recordsIn(folder, '00000001.jsonl').map(({ id }) => id)).toEqual(['a']);
    expect(recordsIn(folder, '00000002.jsonl').map(({ id }) => id)).toEqual(['b']);
    expect(await verifyFolder(folder)).toMatchObject({ ok: true, records: 2, segments: 2 });
    expect(await verifyFolder(folder.crash())).toMatchObject({ ok: true, records: 2 });
  });

  test('a checkpoint that is taken while a new segment has no record yet fits the chain, also after a start', async () => {
    const folder = losingFolder();
    let journal = await open(folder);
    for (const id of ['a', 'b']) await journal.append(draft(id));
    // Each header gets through, and no record.
    folder.fail = (step, _name, end = 0) => (step === 'write' && end > 400 ? { after: 0, error: noSpace() } : undefined);
    for (let n = 0; n < 3; n += 1) await journal.append(draft('lost')).catch(() => undefined);
    const headed = (await folder.names()).filter((name) => name.endsWith('.jsonl')).sort();
    expect(headed.length).toBeGreaterThan(2);
    const taken = [journal.durable()];
    folder.fail = () => undefined;
    const killed = folder.crash();
    journal = await open(killed);
    taken.push(journal.durable());
    await journal.append(draft('c'));
    await journal.close();
    const checkpoints = taken.map(({ seq, hash }) => ({ chain: journal.chain, seq, hash, copied: 0, at: '' }));
    expect(checkpoints.map(({ seq }) => seq)).toEqual([2, 2]);
    expect(await verifyFolder(killed, checkpoints)).toMatchObject({ ok: true, records: 3, proven: 2 });
  });

  test('R-171 where there is no room for room, the record may still fit', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    folder.fail = (step, _name, end = 0) => (step === 'write' && end > 3_000 ? { after: 900, error: noSpace() } : undefined);
    for (const id of ['a', 'b', 'c']) await journal.append(draft(id));
    expect(journal.healthy()).toBe(true);
    expect((await folder.names()).filter((name) => name.endsWith('.jsonl'))).toEqual(['00000001.jsonl']);
    await journal.close();
    expect(recordsIn(folder, '00000001.jsonl').map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('whatever fails, whenever: exactly what was acknowledged is in the journal, and the chain holds', async () => {
    const steps = ['create', 'write', 'sync', 'truncate'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...steps), fc.nat(400)), { maxLength: 8 }),
        fc.integer({ min: 400, max: 3_000 }),
        async (plan, segmentBytes) => {
          const folder = losingFolder();
          const journal = await open(folder, { segmentBytes });
          const acknowledged: string[] = [];
          for (let round = 0; round < 12; round += 1) {
            const planned = plan[round];
            folder.fail = (step) => {
              if (planned?.[0] !== step) return undefined;
              if (step === 'write') return { after: planned[1], error: noSpace() };
              throw noSpace();
            };
            await Promise.allSettled(
              [0, 1].map((n) => journal.append(draft(`${round}-${n}`)).then(({ id }) => acknowledged.push(id))),
            );
          }
          folder.fail = () => undefined;
          await journal.append(draft('end'));
          await journal.close();
          expect((await allRecords(folder)).map(({ id }) => id)).toEqual([...acknowledged, 'end']);
          expect(await verifyFolder(folder.crash())).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('how far the journal has come, beside it', () => {
  test('R-171 a disk slower than the file is due: never two that write it, and the last word stands', async () => {
    const disk = losingFolder();
    let [running, most, rounds] = [0, 0, 0];
    const folder: LosingFolder = {
      ...disk,
      async replace(name, text) {
        running += 1;
        rounds += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await disk.replace(name, text);
        running -= 1;
      },
    };
    const journal = await open(folder);
    for (let n = 0; rounds < 4; n += 1) {
      await journal.append(draft(`slow-${n}`));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await journal.append(draft('last'));
    await journal.close();
    expect(most).toBe(1);
    const { seq } = journal.durable();
    expect(JSON.parse(new TextDecoder().decode(disk.contents('head')))).toMatchObject({ seq });
  });
});

describe('the chain', () => {
  test('R-240 a clock that jumps back does not reorder the chain', async () => {
    const folder = losingFolder();
    const times = [5_000, 9_000, 1_000, 2_000, 9_500];
    let call = 0;
    const journal = await open(folder, { now: () => times[Math.max(0, call++ - 1)] ?? 9_600 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) await journal.append(draft(id));
    await journal.close();
    const recorded = (await allRecords(folder)).map((record) => record.recorded);
    expect(recorded).toEqual([...recorded].sort((a, b) => a - b));
    const again = await open(folder, { now: () => 3 });
    const { recorded: later } = await again.append(draft('f'));
    expect(later).toBe(recorded.at(-1));
    await again.close();
  });

  test('segments continue each other across restarts', async () => {
    const folder = losingFolder();
    for (let start = 0; start < 3; start += 1) {
      const journal = await open(folder, { segmentBytes: 900 });
      for (let n = 0; n < 5; n += 1) await journal.append(draft(`${start}-${n}`));
      await journal.close();
    }
    const verified = await verifyFolder(folder);
    expect(verified).toMatchObject({ ok: true, records: 15 });
    expect(verified.ok && verified.segments).toBeGreaterThan(3);
  });

  test('what PostgreSQL cannot hold is replaced, not refused', async () => {
    const folder = losingFolder();
    const journal = await open(folder);
    const record = await journal.append({ ...draft('a'), reason: 'nul \u0000, half \ud83d, whole 🔥' });
    expect(record.reason).toBe('nul \uFFFD, half \uFFFD, whole 🔥');
    await journal.close();
    expect(await allRecords(folder)).toEqual([record]);
  });

  test('after close nothing is accepted', async () => {
    const journal = await open(losingFolder());
    await journal.close();
    await expect(journal.append(draft('a'))).rejects.toMatchObject({ code: 'audit-unavailable' });
  });
});
