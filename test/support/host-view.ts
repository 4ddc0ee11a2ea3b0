import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inOwnNetwork } from './ports.ts';

/** Whether a program here can be shown another machine-id than the machine's. */
export const canShowHosts = inOwnNetwork;

/**
 * What a program is started by that is to see a host with this machine-id, under an init of its own, and with no DMI and
 * no cloud-init: in a mount namespace, where nobody else sees it.
 */
export function asHost(dir: string, machineId: string): readonly [string, ...string[]] {
  if (!canShowHosts) throw new Error('this needs a mount namespace: run it through scripts/in-netns');
  const file = join(dir, `machine-id-${machineId.slice(0, 8)}`);
  writeFileSync(file, `${machineId}\n`);
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh', file];
}

const script = `
for place in /run /sys/class/dmi /var/lib/cloud/data; do
  [ ! -d $place ] || mount -t tmpfs tmpfs $place
done
mkdir -p /run/systemd/system
mount --bind "$1" /etc/machine-id
shift
exec "$@"
`;
