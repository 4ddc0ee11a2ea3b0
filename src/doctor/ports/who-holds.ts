import type { HeldPort, PortHolder } from '../../host/held-ports.ts';
import { checks } from '../checks.ts';
import type { SeenPorts } from './seen-ports.ts';

type Who =
  | { readonly kind: 'certd' | 'certd-socket' | 'other'; readonly words: string }
  | { readonly kind: 'unknown'; readonly words: string; readonly cure: string };

/** Whoever is not certd is named first: one of two is enough to be in the way. */
export function whoHolds(sockets: readonly HeldPort[], ports: SeenPorts): Who {
  const each = sockets.map(socket => holderOf(socket, ports));
  const order = ['other', 'unknown', 'certd', 'certd-socket'] as const;
  const worst = order.flatMap(kind => each.filter(who => who.kind === kind))[0];
  return worst ?? { kind: 'unknown', words: 'nobody could be asked', cure: checks.privileges.cure };
}

function holderOf({ port, holders }: HeldPort, { sockets, isRoot }: SeenPorts): Who {
  const [oldest] = holders;
  if (oldest === undefined) {
    if (!isRoot)
      return { kind: 'unknown', words: 'who listens is shown to root alone', cure: checks.privileges.cure };
    const cure = 'Look into the containers that share the network of this host.';
    return { kind: 'unknown', words: 'somebody listens whom no process of this host shows', cure };
  }
  const certd = holders.find(isCertd);
  const bySystemd = oldest.pid === 1 && oldest.program === 'systemd';
  if (certd !== undefined) return { kind: bySystemd ? 'certd-socket' : 'certd', words: textOf(certd) };
  if (!bySystemd) return { kind: 'other', words: textOf(oldest) };
  const unit = sockets?.find(each => each.ports.includes(port));
  if (unit === undefined) {
    const cure = 'Ask it: `systemctl list-sockets`.';
    return { kind: 'unknown', words: 'systemd listens, for which unit it does not say', cure };
  }
  const words = `systemd (${unit.unit})`;
  return { kind: unit.service === 'certd.service' ? 'certd-socket' : 'other', words };
}

/** `certd run`, `node /…/certd.js run`, and where systemd says so. */
function isCertd({ unit, argv }: PortHolder): boolean {
  return unit === 'certd.service' || argv.slice(0, 2).some(word => /(?:^|\/)certd(?:\.js|\.ts)?$/.test(word));
}

function textOf({ program, pid, unit }: PortHolder): string {
  return unit === null ? `${program}, pid ${pid},` : `${program}, pid ${pid} of ${unit},`;
}

/** By name, of which the kernel keeps 15 characters. */
const webServers = new Set(
  (
    'nginx angie apache2 httpd caddy lighttpd h2o litespeed lshttpd openlitespeed ' +
    'haproxy traefik envoy varnishd cache-main'
  ).split(' '),
);

/** A socket that systemd holds is no web server's yet: what it starts may be anything. */
export function isOfWebServer({ holders }: HeldPort): boolean {
  return holders[0] !== undefined && webServers.has(holders[0].program);
}
