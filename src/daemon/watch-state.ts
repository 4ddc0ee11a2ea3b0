import { asCertdError, logFields } from '../core/errors.ts';
import { watchDirectory } from '../host/watch.ts';
import type { Log } from '../log.ts';
import { isName, type Layout } from '../store/layout.ts';
import { exists } from '../store/replace-file.ts';
import type { World } from '../store/world.ts';

type Place = {
  readonly directory: string;
  /** The certificate that an entry belongs to. */
  readonly nameOf: (entry: string) => string;
};

/**
 * Makes the world forget what somebody else has changed: a link below `live/`, a state file of the deployer. Where the
 * deployer is another process, its directories may come later. A host that cannot watch (inotify(7) has limits) is no less
 * right, only later: certd reads everything anew each hour. Returns the end of watching.
 */
export function watchState(layout: Layout, world: World, log: Log): () => void {
  const ends: (() => void)[] = [];
  const failed = (thrown: unknown) => {
    const error = asCertdError(thrown);
    log.warn({ ...logFields(error), code: 'watch-failed' }, 'changes by others are seen hourly only');
  };
  const watch = (directory: string, onChange: (entry: string | null) => void) => {
    try {
      ends.push(watchDirectory(directory, onChange, failed));
    } catch (thrown) {
      failed(thrown);
    }
  };
  const begin = ({ directory, nameOf }: Place) =>
    watch(directory, entry => {
      const names = entry === null ? world.names() : [nameOf(entry)].filter(isName);
      for (const name of names) world.forget(name);
    });
  let missing = placesOf(layout);
  const beginWhatIsThere = () => {
    const there = missing.filter(({ directory }) => exists(directory));
    missing = missing.filter(place => !there.includes(place));
    there.forEach(begin);
    return there.length > 0;
  };
  beginWhatIsThere();
  if (missing.length > 0) {
    const arrived = () => {
      // Something may have come into it before it was watched.
      if (beginWhatIsThere()) world.names().forEach(world.forget);
    };
    watch(layout.root, arrived);
    arrived();
  }
  return () => {
    for (const end of ends) end();
  };
}

function placesOf({ live, deploy }: Layout): readonly Place[] {
  return [
    { directory: live, nameOf: entry => entry },
    { directory: deploy, nameOf: entry => /^(.+)\.json$/.exec(entry)?.[1] ?? '' },
  ];
}
