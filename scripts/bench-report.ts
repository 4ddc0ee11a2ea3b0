import type { PeerTimes } from './bench-peers.ts';
import type { Runs } from './bench-runs.ts';

/** What the issue asks of one renewal. */
const asked = { ms: 300, requests: 7 };

/** Not counted against the seven: directory, account and renewal information. */
const notCounted = ['directory', 'newAccount', 'account', 'renewalInfo'];

/** Prints the tables. */
export function report(raw: Runs & { readonly peers: readonly PeerTimes[] }): void {
  const inDaemon = raw.renewals.map(run => run.daemonMs);
  console.log('');
  row('milliseconds', ['min', 'median', 'max', 'runs']);
  times('one renewal, inside the daemon', inDaemon);
  times(
    '… as the control socket sees it',
    raw.renewals.map(run => run.callerMs),
  );
  times('… as a whole `certd renew --force`', raw.commandsMs);
  times(
    'a pass with nothing due, inside the daemon',
    raw.idle.map(run => run.daemonMs),
  );
  for (const peer of raw.peers) {
    if (peer.ms === null) console.log(`${peer.name}: not installed, not compared`);
    else times(`${peer.name}, one renewal, whole command`, peer.ms);
  }
  const counts = raw.renewals.map(run => counted(run.requests));
  console.log('');
  row('requests', ['min', 'median', 'max', 'runs']);
  times('one renewal', counts);
  for (const kind of new Set(raw.renewals.flatMap(run => Object.keys(run.requests))))
    times(
      `  ${kind}${notCounted.includes(kind) ? ' (not counted)' : ''}`,
      raw.renewals.map(run => run.requests[kind] ?? 0),
    );
  times(
    'a pass with nothing due, all',
    raw.idle.map(run => sum(Object.values(run.requests))),
  );
  console.log('');
  verdict(`one renewal in under ${asked.ms} ms (median)`, median(inDaemon) < asked.ms);
  verdict(`at most ${asked.requests} requests (every renewal)`, Math.max(...counts) <= asked.requests);
}

function counted(requests: Readonly<Record<string, number>>): number {
  return sum(
    Object.entries(requests)
      .filter(([kind]) => !notCounted.includes(kind))
      .map(([, count]) => count),
  );
}

function times(label: string, values: readonly number[]): void {
  const figures = [Math.min(...values), median(values), Math.max(...values)].map(value => value.toFixed(0));
  row(label, [...figures, String(values.length)]);
}

function row(label: string, cells: readonly string[]): void {
  console.log(label.padEnd(46) + cells.map(cell => cell.padStart(8)).join(''));
}

function verdict(what: string, met: boolean): void {
  console.log(`${met ? 'met   ' : 'MISSED'}  ${what}`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.floor(half - 0.5)] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
