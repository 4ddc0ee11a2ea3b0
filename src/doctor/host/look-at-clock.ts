import { lstat } from 'node:fs/promises';
import { posix } from 'node:path';
import { CertdError, systemErrorOf } from '../../core/errors.ts';
import { orNull } from '../../host/or-null.ts';
import { readLeaf } from '../../x509/certificate.ts';
import type { Examined } from '../examined.ts';
import type { Finding } from '../finding.ts';
import { type HostTools, lastWords } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { type ClockKept, clockFindings, type PastMoment } from './clock-findings.ts';

/** Asks whoever keeps the clock, and compares it with what certd has on disk. */
export async function lookAtClock(
  host: Examined,
  _servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  const [kept, past] = await Promise.all([clockKept(tools), pastMoments(host, tools)]);
  return clockFindings({ now: host.now, kept, past });
}

async function clockKept(tools: HostTools): Promise<ClockKept> {
  // sd_booted(3).
  const isBooted = (await tools.list('/run/systemd/system')) !== null;
  const timedatectl = isBooted ? await tools.find('timedatectl') : null;
  const ofSystemd = timedatectl === null ? null : await askSystemd(timedatectl, tools);
  if (ofSystemd !== null && ofSystemd.kind !== 'unknown') return ofSystemd;
  const chronyc = await tools.find('chronyc');
  const ofChrony = chronyc === null ? null : await askChrony(chronyc, tools);
  const nobody = 'nobody can tell: neither systemd runs here nor chrony';
  return ofChrony ?? ofSystemd ?? { kind: 'unknown', words: nobody };
}

/** timedatectl(1): `NTPSynchronized` is what the kernel says, whoever told it; `NTP` whether a service is switched on. */
async function askSystemd(timedatectl: string, tools: HostTools): Promise<ClockKept> {
  const answer = await tools.run([timedatectl, 'show', '--property=NTPSynchronized', '--property=NTP']);
  const said = (name: string) => new RegExp(`^${name}=(yes|no)$`, 'm').exec(answer.stdout)?.[1];
  if (said('NTPSynchronized') === 'yes') return { kind: 'synchronized', by: 'the kernel' };
  if (answer.failed !== null || said('NTPSynchronized') === undefined) {
    return { kind: 'unknown', words: `timedatectl does not say: ${lastWords(answer)}` };
  }
  return said('NTP') === 'yes'
    ? { kind: 'adrift', words: 'a time service is switched on, but has not set it yet' }
    : { kind: 'adrift', words: 'no time service that systemd knows keeps it' };
}

/** chronyc(1), `tracking`. */
async function askChrony(chronyc: string, tools: HostTools): Promise<ClockKept> {
  const answer = await tools.run([chronyc, '-n', 'tracking']);
  const status = /^Leap status\s*: (.+)$/m.exec(answer.stdout)?.[1];
  if (answer.failed !== null || status === undefined) {
    return { kind: 'unknown', words: `chronyc does not say: ${lastWords(answer)}` };
  }
  return status === 'Not synchronised'
    ? { kind: 'adrift', words: 'chrony runs, but is not in step with a time server' }
    : { kind: 'synchronized', by: 'chrony' };
}

/** What can be seen of it: another user may not look everywhere. */
async function pastMoments({ targets, root, config }: Examined, tools: HostTools) {
  const links = targets.map(({ name }) => posix.join(root, 'live', name));
  const paths = [config, root, posix.join(root, 'deploy'), posix.join(root, 'issuer'), ...links];
  const written = paths.map(path => writtenAt(path));
  const begun = targets.map(({ name }) => beginningOf(name, posix.join(root, 'live', name), tools));
  return (await Promise.all([...written, ...begun])).flatMap(each => each ?? []);
}

async function writtenAt(path: string): Promise<PastMoment | null> {
  const found = await orNull(() => lstat(path));
  return found === null ? null : { what: path, at: found.mtimeMs, by: 'host' };
}

async function beginningOf(name: string, live: string, tools: HostTools): Promise<PastMoment | null> {
  try {
    const { notBefore } = readLeaf(await tools.readText(posix.join(live, 'cert.pem')));
    return { what: `the beginning of the certificate ${name}`, at: notBefore, by: 'ca' };
  } catch (thrown) {
    if (systemErrorOf(thrown) !== null || thrown instanceof CertdError) return null;
    throw thrown;
  }
}
