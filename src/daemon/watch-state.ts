import { asCertdError, logFields } from '../core/errors.ts';
import { watchDirectory } from '../host/watch.ts';
import type { Log } from '../log.ts';
import type { Layout } from '../store/layout.ts';
import { isName } from '../store/layout.ts';
import type { World } from '../store/world.ts';

/**
 * Makes the world forget what somebody else has changed: a link below `live/`, a state file of the deployer.
 * A host that cannot watch (inotify(7) has limits) is no less right, only later: certd reads everything anew
 * each hour. Returns the end of watching.
 */
export function watchState(layout: Layout, world: World, log: Log): () => void {
  const places = [
    { directory: layout.live, nameOf: (entry: string) => entry },
    { directory: layout.deploy, nameOf: (entry: string) => /^(.+)\.json$/.exec(entry)?.[1] ?? '' },
  ];
  const failed = (thrown: unknown) => {
    const error = asCertdError(thrown);
    log.warn({ ...logFields(error), code: 'watch-failed' }, 'changes by others are seen hourly only');
  };
  const ends = places.map(({ directory, nameOf }) => {
    const onChange = (entry: string | null) => {
      const names = entry === null ? world.names() : [nameOf(entry)].filter(isName);
      for (const name of names) world.forget(name);
    };
    try {
      return watchDirectory(directory, onChange, failed);
    } catch (thrown) {
      failed(thrown);
      return () => {};
    }
  });
  return () => {
    for (const end of ends) end();
  };
}
