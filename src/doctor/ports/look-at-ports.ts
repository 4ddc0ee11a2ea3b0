import { heldPorts } from '../../host/held-ports.ts';
import type { HostTools } from '../look.ts';
import type { SeenPorts, SocketUnit } from './seen-ports.ts';

/** Who listens on these ports. `proc`: a directory like `/proc`. */
export async function lookAtPorts(
  ports: ReadonlySet<number>,
  isRoot: boolean,
  tools: Pick<HostTools, 'find' | 'run'>,
  proc = '/proc',
): Promise<SeenPorts> {
  const held = await heldPorts(ports, proc);
  const bySystemd = (held ?? []).some(({ holders }) => holders.some(({ pid }) => pid === 1));
  return { held, sockets: bySystemd ? await socketUnits(tools) : null, isRoot };
}

async function socketUnits(tools: Pick<HostTools, 'find' | 'run'>): Promise<readonly SocketUnit[] | null> {
  const systemctl = await tools.find('systemctl');
  if (systemctl === null) return null;
  const shown = await tools.run([systemctl, 'show', '--property=Id,Listen,Triggers', '*.socket']);
  return shown.failed === null ? socketUnitsIn(shown.stdout) : null;
}

/** As `systemctl show` has them: a block of lines for each unit, `Listen=[::]:80 (Stream)` as often as it listens. */
export function socketUnitsIn(text: string): readonly SocketUnit[] {
  return text.split(/\n\n+/).flatMap(block => {
    const values = (key: string) =>
      block.split('\n').flatMap(line => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
    const [unit] = values('Id');
    if (unit === undefined) return [];
    const ports = values('Listen').flatMap(each => /:(\d+) \(Stream\)$/.exec(each)?.[1] ?? []);
    return [{ unit, service: values('Triggers')[0] ?? null, ports: ports.map(Number) }];
  });
}
