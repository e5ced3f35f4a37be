/**
 * Two lists in one order, page by page: one comes in pages of the upstream, of the other we have all. What is ours is given before the first of theirs that comes
 * after it, and the rest after their last: each exactly once, also where the upstream's order is not quite ours.
 */

export interface Ours<Item> {
  /** The next that was not taken; undefined = there is none. */
  peek(): Promise<Item | undefined>;
  take(): void;
  /** How many were taken, those of earlier pages among them. */
  readonly taken: number;
}

export interface Theirs<Item> {
  readonly items: readonly Item[];
  /** There is a page after this one. */
  readonly more: boolean;
}

/** `isBefore`: does ours come before theirs? Undefined: there is no order, and ours come last. `most`: of a page that holds ours alone. */
export async function merged<Item, Text>(
  ours: Ours<Item>,
  theirs: Theirs<Text>,
  isBefore: ((one: Item, other: Text) => boolean) | undefined,
  most: number,
): Promise<readonly ({ readonly ours: Item } | { readonly theirs: Text })[]> {
  const page: ({ readonly ours: Item } | { readonly theirs: Text })[] = [];
  const takeWhile = async (fits: (one: Item) => boolean) => {
    for (let one = await ours.peek(); one !== undefined && fits(one); one = await ours.peek()) {
      page.push({ ours: one });
      ours.take();
    }
  };
  for (const other of theirs.items) {
    if (isBefore !== undefined) await takeWhile((one) => isBefore(one, other));
    page.push({ theirs: other });
  }
  if (!theirs.more) await takeWhile(() => page.length < Math.max(most, theirs.items.length + 1));
  return page;
}
