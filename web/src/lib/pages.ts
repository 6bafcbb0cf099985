type Page<T> = { items: T[]; next_cursor: string | null };

/** All items of a list that is answered a page at a time. */
export async function everyPage<T>(page: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const answer: Page<T> = await page(cursor ? { cursor } : {});
    items.push(...answer.items);
    cursor = answer.next_cursor;
  } while (cursor !== null && items.length < 5_000);
  return items;
}
