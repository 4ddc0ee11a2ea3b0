import type { Target } from '../../core/model.ts';
import { firstNames } from '../../core/text/first-names.ts';
import { isIpv6, type ListenAddress, listenText } from '../../core/text/listen-address.ts';
import type { HeldPort } from '../../host/held-ports.ts';
import { socketsInTheWay } from '../../host/port-holder.ts';
import { type CheckName, checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { isLoopback } from '../names/public-address.ts';
import type { SeenNames } from '../names/seen-names.ts';
import type { SeenPorts } from './seen-ports.ts';
import { isOfWebServer, whoHolds } from './who-holds.ts';

type Verdict = { readonly status: FindingStatus; readonly message: string; readonly cure?: string };

/** Who holds the ports that challenges arrive at, judged by the configuration, and who holds that of HTTPS. */
export function portFindings(host: SeenNames): readonly Finding[] {
  return [...wishesOf(host).map(wish => challengeFinding(wish, host)), httpsFinding(host)];
}

/** One way in which challenges are to be answered, and the certificates that go it. */
type Wish = {
  readonly method: Target['challenge']['kind'];
  readonly at: ListenAddress;
  readonly targets: Target[];
};

/** Where the CAs of a target connect, or certd listens: with a proxy in between that may be another port. */
function wishesOf({ targets, cas }: SeenNames): readonly Wish[] {
  const wishes = new Map<string, Wish>();
  for (const target of targets) {
    const ports = [...new Set(target.cas.map(({ name }) => cas.get(name)?.port ?? 80))];
    const listen =
      target.challenge.kind === 'standalone'
        ? target.challenge.listen
        : ports.map(port => ({ address: '0.0.0.0', port }));
    for (const at of listen) {
      const key = `${target.challenge.kind} ${listenText(at)}`;
      const wish = wishes.get(key) ?? { method: target.challenge.kind, at, targets: [] };
      wish.targets.push(target);
      wishes.set(key, wish);
    }
  }
  return [...wishes.values()];
}

function challengeFinding(wish: Wish, host: SeenNames): Finding {
  const { method, at } = wish;
  const subject = method === 'standalone' ? listenText(at) : `port ${at.port}`;
  const verdict = verdictOf(wish, host);
  const { status } = verdict;
  const names = firstNames(
    wish.targets.map(({ name }) => name),
    3,
  );
  const message = status === 'ok' ? verdict.message : `${verdict.message} (${names})`;
  return finding('challenge-port', subject, { ...verdict, message });
}

function verdictOf(wish: Wish, host: SeenNames): Verdict {
  const { held } = host.ports;
  if (held === null)
    return { status: 'unknown', message: 'what listens cannot be seen: /proc is not readable' };
  switch (wish.method) {
    case 'standalone':
      return standalone(socketsInTheWay(wish.at, held), host.ports);
    case 'systemd-socket':
      return passed(onPort(held, wish.at.port), host.ports);
    case 'webroot':
      return webroot(wish, onPort(held, wish.at.port), host);
  }
}

function standalone(sockets: readonly HeldPort[], ports: SeenPorts): Verdict {
  if (sockets.length === 0)
    return { status: 'ok', message: 'is free for certd, which listens while a CA validates' };
  const who = whoHolds(sockets, ports);
  if (who.kind === 'certd') return { status: 'ok', message: `${who.words} listens` };
  if (who.kind === 'unknown') return { status: 'unknown', message: who.words, cure: who.cure };
  if (who.kind === 'certd-socket') {
    const cure = 'Write `challenge: { standalone: { socket: systemd } }`, or disable the socket unit.';
    return { status: 'critical', message: `${who.words} holds it, and certd does not know`, cure };
  }
  const cure =
    'Have that program answer the challenges (`challenge: { webroot: DIR }`), or stop it for good.';
  return { status: 'critical', message: `${who.words} holds it: certd cannot listen`, cure };
}

function passed(sockets: readonly HeldPort[], ports: SeenPorts): Verdict {
  if (sockets.length === 0) {
    const cure = 'Enable the socket: `systemctl enable --now certd-http.socket`.';
    return { status: 'critical', message: 'nobody listens, and systemd was to', cure };
  }
  const who = whoHolds(sockets, ports);
  if (who.kind === 'certd' || who.kind === 'certd-socket')
    return { status: 'ok', message: `${who.words} listens` };
  if (who.kind === 'unknown') return { status: 'unknown', message: who.words, cure: who.cure };
  const cure =
    'Stop that program and enable certd-http.socket, or have it answer (`challenge: { webroot: DIR }`).';
  return { status: 'critical', message: `${who.words} holds it, and systemd was to`, cure };
}

function webroot(wish: Wish, sockets: readonly HeldPort[], host: SeenNames): Verdict {
  if (sockets.length === 0) {
    // Something in between may lead the requests to another port of this host.
    const others = isAnsweredElsewhere(wish, host);
    const cure =
      'Start the web server, or have certd listen itself: `challenge: { standalone: { listen: ["0.0.0.0:80", "[::]:80"] } }`.';
    return { status: others ? 'warning' : 'critical', message: 'nobody listens here', cure };
  }
  const who = whoHolds(sockets, host.ports);
  if (who.kind === 'unknown') return { status: 'unknown', message: who.words, cure: who.cure };
  if (who.kind === 'certd' || who.kind === 'certd-socket') {
    const cure =
      'Disable certd-http.socket and start the web server, or write `socket: systemd` for the challenge.';
    return { status: 'critical', message: `${who.words} holds it, and nobody serves the webroot`, cure };
  }
  if (sockets.every(({ address }) => isLoopback(address))) {
    const cure = 'Have the web server listen on every address, unless a proxy of this host leads there.';
    return { status: 'warning', message: `${who.words} listens on ${addressesOf(sockets)} alone`, cure };
  }
  const message = `${who.words} listens on ${addressesOf(sockets)}`;
  if (sockets.every(isOfWebServer)) return { status: 'ok', message };
  const cure = 'See by `certd renew --dry-run` whether it serves the webroot.';
  return { status: 'unknown', message: `${message}; it may be no web server`, cure };
}

function isAnsweredElsewhere({ targets }: Wish, { names }: SeenNames): boolean {
  if (names === null) return true;
  const looks = targets.flatMap(({ domains }) => domains.map(domain => names.get(domain) ?? null));
  const walks = looks.flatMap(look => (look === null ? [] : [...look.walks4, ...look.walks6]));
  return walks.some(({ end }) => end.kind === 'answer');
}

function httpsFinding({ ports, targets }: SeenNames): Finding {
  const subject = 'port 443';
  if (ports.held === null)
    return finding('https-port', subject, { status: 'unknown', message: 'cannot be seen' });
  const sockets = onPort(ports.held, 443);
  const declared = targets.filter(({ deploy }) =>
    deploy.verify.some(({ port, source }) => port === 443 && source === 'local'),
  );
  if (sockets.length === 0 && declared.length > 0) {
    const names = firstNames(
      declared.map(({ name }) => name),
      3,
    );
    const message = `nobody listens here, though endpoints on it are declared (${names})`;
    return finding('https-port', subject, { status: 'warning', message });
  }
  if (sockets.length === 0)
    return finding('https-port', subject, { status: 'ok', message: 'nobody listens here' });
  const who = whoHolds(sockets, ports);
  if (who.kind === 'unknown')
    return finding('https-port', subject, { status: 'unknown', message: who.words, cure: who.cure });
  return finding('https-port', subject, {
    status: 'ok',
    message: `${who.words} listens on ${addressesOf(sockets)}`,
  });
}

function onPort(held: readonly HeldPort[], wanted: number): readonly HeldPort[] {
  return held.filter(({ port }) => port === wanted);
}

function addressesOf(sockets: readonly HeldPort[]): string {
  const texts = sockets.map(({ address }) => (isIpv6(address) ? `[${address}]` : address));
  return firstNames([...new Set(texts)], 3);
}

function finding(check: CheckName, subject: string, { status, message, cure }: Verdict): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : (cure ?? checks[check].cure) };
}
