/** Most of a step is waiting for the disk to have it for good; more at once would only wait longer. */
const atOnce = 8;

/** Does `work` for every item, a few at a time, and begins them in their order. */
export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
