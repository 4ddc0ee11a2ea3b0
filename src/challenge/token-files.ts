import { type InTurn, openQueue } from '../host/queue.ts';

/** Who needs a token file now, and what was written into it for them. */
export type TokenFile = {
  readonly users: Set<unknown>;
  content: string;
};

/** Runs a step on the file at `path` when all earlier ones on it have ended; only a step may change `file`. */
export type TokenFiles = <T>(path: string, step: (file: TokenFile) => Promise<T>) => Promise<T>;

/**
 * The files of all orders under way: a CA may let two orders share an authorization (RFC 8555 §7.1.3), and
 * so its token. Lives as long as the process: an order of an earlier configuration may still need its files.
 */
export function openTokenFiles(): TokenFiles {
  const known = new Map<string, { readonly inTurn: InTurn; readonly file: TokenFile; steps: number }>();
  return async (path, step) => {
    const entry = known.get(path) ?? {
      inTurn: openQueue(),
      file: { users: new Set(), content: '' },
      steps: 0,
    };
    known.set(path, entry);
    entry.steps += 1;
    try {
      return await entry.inTurn(() => step(entry.file));
    } finally {
      entry.steps -= 1;
      if (entry.steps === 0 && entry.file.users.size === 0) known.delete(path);
    }
  };
}
