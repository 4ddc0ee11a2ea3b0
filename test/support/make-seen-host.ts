import type { FileFacts } from '../../src/doctor/host/file-facts.ts';
import type { SeenHost } from '../../src/doctor/host/seen-host.ts';
import type { TlsSite } from '../../src/doctor/sites/site.ts';
import { makeTarget } from './make-observed.ts';

export const live = '/var/lib/certd/live/a.example';
export const deployed = '/var/lib/certd/deployed/a.example/0001-11223344';

/** An nginx site for `a.example` with the certificate of `makeTarget`, as it should be. */
export function makeSite(change: Partial<TlsSite> = {}): TlsSite {
  return {
    server: 'nginx',
    place: '/etc/nginx/a.conf:1',
    names: ['a.example'],
    listens: [{ address: null, port: 443, proxyProtocol: false }],
    certificates: [{ certificate: `${live}/fullchain.pem`, key: `${live}/privkey.pem`, chain: null }],
    ...change,
  };
}

/** What is in a file; nothing, unless it is said. */
export function makeFacts(path: string, change: Partial<FileFacts> = {}): readonly [string, FileFacts] {
  return [path, { forms: [path], certificates: [], keySha256: null, fault: null, ...change }];
}

/** A host on which root looked and saw one nginx with these sites. */
export function makeSeenHost(sites: readonly TlsSite[], change: Partial<SeenHost> = {}): SeenHost {
  return {
    targets: [makeTarget()],
    roots: ['/var/lib/certd'],
    live: new Map([['a.example', '0001-11223344']]),
    looks: [{ server: 'nginx', kind: 'read', sites, gaps: [], web: null }],
    files: new Map(),
    isRoot: true,
    ...change,
  };
}
