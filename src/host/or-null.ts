import { systemErrorOf } from '../core/errors.ts';

/** What is read; null where the system does not give it (not there, not allowed, gone meanwhile). A defect is thrown on. */
export async function orNull<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null) return null;
    throw thrown;
  }
}
