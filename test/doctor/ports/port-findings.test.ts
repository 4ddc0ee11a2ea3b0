import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/core/model.ts';
import { portFindings } from '../../../src/doctor/ports/port-findings.ts';
import type { SeenPorts } from '../../../src/doctor/ports/seen-ports.ts';
import type { HeldPort } from '../../../src/host/held-ports.ts';
import { makeEndpoint, makeTarget } from '../../support/make-observed.ts';
import {
  makeCa,
  makeHeld,
  makeHolder,
  makeLook,
  makeSeenNames,
  makeWalk,
} from '../../support/make-seen-names.ts';

const certd = makeHolder({ program: 'node', pid: 77, unit: 'certd.service', argv: ['/usr/lib/certd/node'] });
const systemd = makeHolder({ program: 'systemd', pid: 1, unit: 'init.scope', argv: ['/sbin/init'] });
const unit = { unit: 'certd-http.socket', service: 'certd.service', ports: [80] };
const standalone = {
  kind: 'standalone',
  listen: [
    { address: '0.0.0.0', port: 80 },
    { address: '::', port: 80 },
  ],
} as const;
const systemdSocket = { kind: 'systemd-socket' } as const;
const webroot = { kind: 'webroot', path: '/srv/www' } as const;

/** Status, subject and message of what is found of the port of challenges. */
function challenge(
  method: Target['challenge'],
  held: readonly HeldPort[] | null,
  ports: Partial<SeenPorts> = {},
) {
  const host = {
    targets: [makeTarget({ challenge: method })],
    ports: { held, sockets: null, isRoot: true, ...ports },
  };
  return portFindings(makeSeenNames(host))
    .filter(({ check }) => check === 'challenge-port')
    .map(({ status, subject, message }) => `${status} ${subject} ${message}`);
}

describe('the port of a webroot', () => {
  it('is to be held by a web server, which is named with its unit', () => {
    expect(challenge(webroot, [makeHeld(), makeHeld({ address: '::' })])).toEqual([
      'ok port 80 nginx, pid 812 of nginx.service, listens on 0.0.0.0, [::]',
    ]);
  });

  it.each(['sshd', 'docker-proxy', 'nc', 'node'])('is unknown where %s holds it', program => {
    const holder = { program, pid: 9, unit: null, argv: [program] };
    expect(challenge(webroot, [makeHeld({ holders: [holder] })])).toEqual([
      `unknown port 80 ${program}, pid 9, listens on 0.0.0.0; it may be no web server (a.example)`,
    ]);
  });

  it.each(['apache2', 'httpd', 'haproxy', 'caddy'])('is fine where %s holds it', program => {
    const holder = { program, pid: 9, unit: null, argv: [program] };
    expect(challenge(webroot, [makeHeld({ holders: [holder] })])[0]).toMatch(/^ok /);
  });

  it('is critical where nobody listens, and a warning where something answers for the names all the same', () => {
    expect(challenge(webroot, [])).toEqual(['warning port 80 nobody listens here (a.example)']);
    const dead = makeLook({ walks4: [makeWalk({ kind: 'no-connection', code: 'ECONNREFUSED' })] });
    const names = new Map([['a.example', dead]]);
    const ports = { held: [], sockets: null, isRoot: true };
    const [finding] = portFindings(makeSeenNames({ ports, names }));
    expect(finding).toMatchObject({ status: 'critical', message: 'nobody listens here (a.example)' });
    expect(portFindings(makeSeenNames({ ports, names: null }))[0]?.status).toBe('warning');
  });

  it('is a warning where it is open to this host alone', () => {
    expect(challenge(webroot, [makeHeld({ address: '127.0.0.1' })])).toEqual([
      'warning port 80 nginx, pid 812 of nginx.service, listens on 127.0.0.1 alone (a.example)',
    ]);
  });

  it('is critical where certd has it, or systemd for certd', () => {
    expect(challenge(webroot, [makeHeld({ holders: [certd] })])[0]).toMatch(
      /^critical port 80 node, pid 77 of certd/,
    );
    const held = [makeHeld({ holders: [systemd] })];
    expect(challenge(webroot, held, { sockets: [unit] })[0]).toMatch(
      /^critical port 80 systemd \(certd-http\.socket\)/,
    );
  });

  it('is where the CA connects', () => {
    const cas = new Map([['main', makeCa({ port: 5002 })]]);
    const [finding] = portFindings(makeSeenNames({ cas, names: new Map() }));
    expect(finding).toMatchObject({ status: 'critical', subject: 'port 5002' });
  });
});

describe('the port of a listener of certd’s own', () => {
  it('is to be free, each address by itself', () => {
    expect(challenge(standalone, [])).toEqual([
      'ok 0.0.0.0:80 is free for certd, which listens while a CA validates',
      'ok [::]:80 is free for certd, which listens while a CA validates',
    ]);
  });

  it('is critical where another program is in the way, on one address of it or on all', () => {
    expect(challenge(standalone, [makeHeld({ address: '10.0.0.5' })])).toEqual([
      'critical 0.0.0.0:80 nginx, pid 812 of nginx.service, holds it: certd cannot listen (a.example)',
      'ok [::]:80 is free for certd, which listens while a CA validates',
    ]);
    expect(challenge(standalone, [makeHeld({ port: 8080 })]).map(line => line.slice(0, 2))).toEqual([
      'ok',
      'ok',
    ]);
  });

  it('is certd’s own for a while', () => {
    expect(challenge(standalone, [makeHeld({ holders: [certd] })])[0]).toBe(
      'ok 0.0.0.0:80 node, pid 77 of certd.service, listens',
    );
    const byHand = makeHolder({ unit: 'session-3.scope', argv: ['node', '/opt/certd.js', 'run'] });
    expect(challenge(standalone, [makeHeld({ holders: [byHand] })])[0]).toMatch(/^ok /);
    const editor = makeHolder({ unit: null, argv: ['vi', '-n', '/etc/certd'] });
    expect(challenge(standalone, [makeHeld({ holders: [editor] })])[0]).toMatch(/^critical /);
  });

  it('is critical where systemd holds it for certd, which binds it itself', () => {
    const held = [makeHeld({ holders: [systemd, certd] })];
    expect(challenge(standalone, held, { sockets: [unit] })[0]).toMatch(/^critical .*certd does not know/);
  });

  it('is unknown where who listens is not shown', () => {
    const held = [makeHeld({ holders: [] })];
    expect(challenge(standalone, held, { isRoot: false })[0]).toBe(
      'unknown 0.0.0.0:80 who listens is shown to root alone (a.example)',
    );
    expect(challenge(standalone, null)[0]).toMatch(/^unknown /);
  });

  it('is looked for in other places by root, who has seen all processes of this host', () => {
    const cures = [false, true].map(isRoot => {
      const ports = { held: [makeHeld({ port: 443, holders: [] })], sockets: null, isRoot };
      return portFindings(makeSeenNames({ ports })).find(({ check }) => check === 'https-port')?.cure;
    });
    expect(cures[0]).toMatch(/^Run it as root\./);
    expect(cures[1]).toBe('Look into the containers that share the network of this host.');
  });
});

describe('the port that systemd passes on', () => {
  it('is to be systemd’s, for certd', () => {
    const held = [makeHeld({ holders: [systemd] })];
    expect(challenge(systemdSocket, held, { sockets: [unit] })).toEqual([
      'ok port 80 systemd (certd-http.socket) listens',
    ]);
    expect(challenge(systemdSocket, [makeHeld({ holders: [systemd, certd] })])[0]).toMatch(/^ok /);
  });

  it('is critical where nobody listens, another unit of systemd or another program', () => {
    expect(challenge(systemdSocket, [])[0]).toMatch(/^critical port 80 nobody listens/);
    const held = [makeHeld({ holders: [systemd] })];
    const other = { unit: 'web.socket', service: 'web.service', ports: [80] };
    expect(challenge(systemdSocket, held, { sockets: [other] })[0]).toMatch(
      /^critical port 80 systemd \(web\.socket\)/,
    );
    expect(challenge(systemdSocket, [makeHeld()])[0]).toMatch(/^critical port 80 nginx/);
  });

  it('is unknown where systemd does not say for whom it listens', () => {
    const held = [makeHeld({ holders: [systemd] })];
    expect(challenge(systemdSocket, held)[0]).toMatch(/^unknown port 80 systemd listens/);
    expect(challenge(systemdSocket, held, { sockets: [{ ...unit, ports: [443] }] })[0]).toMatch(/^unknown /);
  });
});

it('each way and address is judged once for all certificates that go it', () => {
  const targets = ['a', 'b', 'c', 'd', 'e'].map(name => makeTarget({ name, challenge: webroot }));
  const dead = { ports: { held: [], sockets: null, isRoot: true }, names: null };
  const found = portFindings(makeSeenNames({ ...dead, targets })).filter(
    ({ check }) => check === 'challenge-port',
  );
  expect(found.map(({ message }) => message)).toEqual(['nobody listens here (a, b, c and 2 more)']);
});

describe('port 443', () => {
  const https = (held: readonly HeldPort[], targets = [makeTarget()], isRoot = true) =>
    portFindings(makeSeenNames({ ports: { held, sockets: null, isRoot }, targets }))
      .filter(({ check }) => check === 'https-port')
      .map(({ status, message }) => `${status} ${message}`);

  it('may be held or not', () => {
    expect(https([makeHeld({ port: 443 })])).toEqual([
      'ok nginx, pid 812 of nginx.service, listens on 0.0.0.0',
    ]);
    expect(https([])).toEqual(['ok nobody listens here']);
    expect(https([makeHeld({ port: 443, holders: [] })], [makeTarget()], false)[0]).toMatch(/^unknown /);
  });

  it('is a warning where an endpoint of this host is declared and nobody listens', () => {
    const declared = [makeTarget({ deploy: { verify: [makeEndpoint()] } })];
    expect(https([], declared)).toEqual([
      'warning nobody listens here, though endpoints on it are declared (a.example)',
    ]);
    expect(https([], [makeTarget({ deploy: { verify: [makeEndpoint({ source: 'remote' })] } })])[0]).toMatch(
      /^ok /,
    );
  });
});
