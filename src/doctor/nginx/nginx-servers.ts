import { addressText } from '../../core/text/ip-address.ts';
import { isIpv6 } from '../../core/text/listen-address.ts';
import { challengePort } from '../sites/challenge-answer.ts';
import type { NginxDirective } from './nginx-directives.ts';
import { nameFits } from './nginx-names.ts';
import { listensOf } from './nginx-sites.ts';

type Block = readonly NginxDirective[];

type Socket = {
  readonly server: NginxDirective;
  /** `*` for every address of IPv4, and a name where nobody knows what it stands for. */
  readonly address: string;
  readonly isDefault: boolean;
  /** `[::]` with IPv4, too. */
  readonly isBoth: boolean;
};

/**
 * The server that answers for a name on port 80 at an address of this host; null where nothing listens there. `named`: it
 * listens on the name of a host, which nginx looked up when it started.
 */
export function nginxServer(
  domain: string,
  at: string,
  servers: Block,
): { readonly server: NginxDirective; readonly named: string | null } | null {
  const sockets = servers.flatMap(socketsOf);
  const strange = sockets.find(({ address }) => address !== '*' && addressText(address) === null);
  if (strange !== undefined) return { server: strange.server, named: strange.address };
  const here = socketsAt(at, sockets);
  const ranked = here
    .map(({ server }) => ({ server, rank: nameFits(domain, namesOf(server)) }))
    .filter(({ rank }) => rank > 0);
  // Of several with the same name nginx takes the first.
  const [best] = ranked.toSorted((one, other) => other.rank - one.rank);
  const server = (best ?? here.find(({ isDefault }) => isDefault) ?? here[0])?.server;
  return server === undefined ? null : { server, named: null };
}

/** An address of its own goes before all of a family; those have sites of their own, too. */
function socketsAt(at: string, sockets: readonly Socket[]): readonly Socket[] {
  const listening = (address: string) => sockets.filter(each => each.address === address);
  const every = isIpv6(at) ? '::' : '*';
  const found = [listening(at), listening(every)].find(each => each.length > 0);
  // One that says so says it for all that share the address.
  const both = sockets.some(({ isBoth }) => isBoth) ? listening('::') : [];
  return found ?? (isIpv6(at) ? [] : both);
}

function socketsOf(server: NginxDirective): readonly Socket[] {
  return listensOf(server.block ?? [])
    .filter(({ port, flags }) => port === challengePort && !flags.includes('ssl') && !flags.includes('quic'))
    .flatMap(({ address, flags }) =>
      addressesIn(address).map(each => ({
        server,
        address: each,
        isDefault: flags.includes('default_server') || flags.includes('default'),
        isBoth: each === '::' && flags.includes('ipv6only=off'),
      })),
    );
}

function addressesIn(written: string | null): readonly string[] {
  if (written === null) return ['*'];
  return written === 'localhost' ? ['127.0.0.1', '::1'] : [addressText(written) ?? written];
}

function namesOf({ block }: NginxDirective): readonly string[] {
  return (block ?? []).filter(({ name }) => name === 'server_name').flatMap(({ args }) => args);
}
