import type { CaddyMemory } from './peer-caddy-memory.ts';
import type { PeerData } from './peer-compare.ts';
import type { PeerIssue } from './peer-hundred.ts';
import type { PeerTimes } from './peer-renewal.ts';
import { countedRequests } from './requests.ts';

/** Tables of text cells: a label, then figures. The first row of each is its heading, an empty row is between. */
export function peerRows(data: PeerData): readonly (readonly string[])[] {
  return [
    [`${data.certificates} certificates from nothing`, 'seconds', 'requests each'],
    ...data.hundred.map(peer => issueRow(peer, data.certificates)),
    [],
    ['one renewal, whole command, ms', 'min', 'median', 'max', 'runs'],
    ...data.renewal.map(renewalRow),
    [],
    [`${data.certificates} certificates, idle, MB resident`, 'after issuing', 'after a restart'],
    memoryRow(data.caddyMemory),
  ];
}

function issueRow({ name, issued }: PeerIssue, asked: number): readonly string[] {
  if (typeof issued === 'string') return [name, issued];
  const times = asked / issued.certificates;
  const how = times === 1 ? '' : ` (${issued.certificates}, times ${Number(times.toFixed(1))})`;
  const seconds = (issued.ms * times) / 1000;
  const each = countedRequests(issued.requests) / issued.certificates;
  return [`${name}${how}`, seconds.toFixed(1), each.toFixed(1)];
}

function renewalRow({ name, ms }: PeerTimes): readonly string[] {
  if (ms === null) return notInstalled(name);
  const sorted = ms.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  const median = middle.reduce((sum, each) => sum + each, 0) / middle.length;
  const figures = [sorted[0] ?? Number.NaN, median, sorted.at(-1) ?? Number.NaN];
  return [name, ...figures.map(figure => figure.toFixed(0)), String(ms.length)];
}

function memoryRow(memory: CaddyMemory | null): readonly string[] {
  if (memory === null) return ['caddy', 'not measured'];
  const mb = (kb: number) => (kb / 1024).toFixed(1);
  return ['caddy', mb(memory.afterIssuingKb), mb(memory.afterRestartKb)];
}

function notInstalled(name: string): readonly string[] {
  return [name, 'not installed, not compared'];
}
