import { watch } from 'node:fs';

/**
 * Calls `onChange` with the name of an entry of `directory` that somebody has made, changed, moved or removed;
 * null where the system does not say which. Throws the system's error where it cannot watch (ENOENT, ENOSPC
 * for the limit of inotify(7)); one that comes later goes to `onError`, and nothing is called any more.
 */
export function watchDirectory(
  directory: string,
  onChange: (entry: string | null) => void,
  onError: (thrown: Error) => void,
): () => void {
  const watcher = watch(directory, { persistent: false }, (_event, entry) => onChange(entry));
  watcher.once('error', onError);
  return () => watcher.close();
}
