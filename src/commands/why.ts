import { namedTargets } from '../daemon/named-targets.ts';
import type { Places } from './places.ts';
import { readHere } from './read-here.ts';
import { screenOf } from './screen.ts';
import { whyText } from './why-text.ts';

/** `certd why`: what would be done for one certificate now, why, and why not earlier. Reads the disk, asks nobody. */
export async function whyCommand(name: string, places: Places): Promise<number> {
  const text = readHere(places, ({ config, world, now }) => {
    const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
    return namedTargets(config.certificates, [name], world)
      .map(target => whyText({ target, seen: world.seen(name), now }, width ?? Number.POSITIVE_INFINITY))
      .join('');
  });
  process.stdout.write(text);
  return 0;
}
