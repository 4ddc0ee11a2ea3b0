import type { Examined } from '../examined.ts';
import type { Finding } from '../finding.ts';
import type { HostTools } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { lookAtUnits } from '../units/look-at-units.ts';
import { lookAtWebroots } from '../webroots/look-at-webroots.ts';
import { lookAtClock } from './look-at-clock.ts';
import { lookAtDisk } from './look-at-disk.ts';

type Look = (host: Examined, servers: readonly ServerLook[], tools: HostTools) => Promise<readonly Finding[]>;

/** Each looks at one thing and says what follows from it. */
const looks: readonly Look[] = [lookAtClock, lookAtDisk, lookAtWebroots, lookAtUnits];

/** Looks at the host itself: what certd needs of it, in no order. */
export async function examineHost(
  host: Examined,
  servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  return (await Promise.all(looks.map(look => look(host, servers, tools)))).flat();
}
