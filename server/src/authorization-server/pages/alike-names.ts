/** Which names of a list could be taken for another one: those that differ by two letters at most. */
export function alikeNames(names: readonly string[]): ReadonlySet<number> {
  const plain = names.map((name) =>
    name
      .normalize('NFD')
      .replace(/\p{M}|[^\p{L} ]/gu, '')
      .toLowerCase(),
  );
  const found = new Set<number>();
  for (let one = 0; one < plain.length; one++)
    for (let other = one + 1; other < plain.length; other++)
      if (withinTwo(plain[one] ?? '', plain[other] ?? '')) found.add(one).add(other);
  return found;
}

/** Whether the edit distance is two at most. */
function withinTwo(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 2) return false;
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)));
    if (Math.min(...next) > 2) return false;
    row = next;
  }
  return (row.at(-1) ?? 3) <= 2;
}
