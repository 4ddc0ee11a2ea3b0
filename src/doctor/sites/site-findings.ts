import { posix } from 'node:path';
import { type CheckName, checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { isPlainPath, ownerOfPath, type SeenHost, servedNames, subjectOf } from '../host/seen-host.ts';
import type { Owner } from '../ports/owner.ts';
import type { ConfiguredCertificate, TlsSite } from './site.ts';

type Report = (check: CheckName, status: FindingStatus, message: string, cure?: string) => Finding;

/** What is to be said of the certificates of one site. A site that has nothing to do with certd gives nothing. */
export function siteFindings(site: TlsSite, host: SeenHost): readonly Finding[] {
  const report: Report = (check, status, message, cure) => ({
    check,
    status,
    subject: subjectOf(site),
    message,
    cure: status === 'ok' ? null : (cure ?? checks[check].cure),
  });
  return site.certificates.flatMap(each => certificateFindings(site, each, host, report));
}

function certificateFindings(
  site: TlsSite,
  configured: ConfiguredCertificate,
  host: SeenHost,
  report: Report,
): readonly Finding[] {
  const { certificate } = configured;
  if (!isPlainPath(certificate)) {
    return [report('site-certificate', 'unknown', `it reads its certificate from ${certificate}`)];
  }
  const owner = ownerOfPath(certificate, host);
  if (owner === null) return elsewhere(site, configured, host, report);
  return [
    ...placeFindings(certificate, owner, host, report),
    ...fileFindings(configured, host, report),
    ...chainFindings(configured, owner, host, report),
    ...keyFindings(configured, owner, host, report),
  ];
}

function elsewhere(
  site: TlsSite,
  configured: ConfiguredCertificate,
  host: SeenHost,
  report: Report,
): readonly Finding[] {
  const names = servedNames(site, configured, host);
  return (
    host.targets
      .filter(({ domains }) => domains.some(domain => names.includes(domain)))
      // Beside one of certd's (RSA beside ECDSA) it is somebody's intention.
      .filter(
        ({ name }) => !site.certificates.some(each => ownerOfPath(each.certificate, host)?.name === name),
      )
      .map(({ name, domains }) => {
        const shared = domains.filter(domain => names.includes(domain)).join(', ');
        const words = `${shared} is in certd’s certificate ${name}, but the site reads ${configured.certificate}`;
        return report('site-elsewhere', 'warning', words, pointAt(site, name, host));
      })
  );
}

function pointAt({ server }: TlsSite, name: string, { roots: [root] }: SeenHost): string {
  const live = posix.join(root, 'live', name);
  if (server === 'haproxy')
    return `Point it at a file of certd with all in one: certd snippet haproxy ${name} prints the lines.`;
  const words =
    server === 'nginx'
      ? ['ssl_certificate', 'ssl_certificate_key']
      : ['SSLCertificateFile', 'SSLCertificateKeyFile'];
  return `Write ${words[0]} ${live}/fullchain.pem and ${words[1]} ${live}/privkey.pem.`;
}

function placeFindings(path: string, owner: Owner, host: SeenHost, report: Report): readonly Finding[] {
  const { name } = owner;
  if (owner.kind === 'deployed') {
    const old = host.live.get(name) !== owner.id;
    const words = old
      ? `it reads ${path}, which is not the live certificate of ${name} any more`
      : `it reads ${path}, which no renewal will change`;
    const cure = `Write ${posix.join(host.roots[0], 'live', name, owner.file)} in its place.`;
    return [report('pinned-generation', old ? 'critical' : 'warning', words, cure)];
  }
  if (!host.targets.some(target => target.name === name)) {
    return [
      report(
        'unmanaged-path',
        'warning',
        `it reads ${path}, but ${name} is not in the configuration of certd`,
      ),
    ];
  }
  return [report('site-certificate', 'ok', `it reads the certificate ${name} of certd`)];
}

function fileFindings(
  { certificate, key }: ConfiguredCertificate,
  host: SeenHost,
  report: Report,
): readonly Finding[] {
  return [...new Set([certificate, key ?? certificate])].flatMap(path => {
    const fault = host.files.get(path)?.fault ?? null;
    if (fault === null) return [];
    if (fault.kind === 'missing') return [report('certificate-file', 'critical', `${path} is not there`)];
    const cure = host.isRoot ? undefined : checks.privileges.cure;
    return [report('certificate-file', 'unknown', `${path} cannot be read: ${fault.words}`, cure)];
  });
}

function chainFindings(
  { certificate, chain }: ConfiguredCertificate,
  owner: Owner,
  { files }: SeenHost,
  report: Report,
): readonly Finding[] {
  const leafAlone = owner.kind === 'output' ? owner.content === 'cert' : owner.file === 'cert.pem';
  // A CA may sign with its root, and then there is no chain to send.
  const whole =
    owner.kind === 'output' ? undefined : files.get(posix.join(posix.dirname(certificate), 'fullchain.pem'));
  const hasNoChain = whole?.certificates.length === 1;
  if (!leafAlone || chain !== null || hasNoChain) return [];
  const cure =
    owner.kind === 'output'
      ? `Write content: fullchain for ${certificate} in certd’s configuration.`
      : `Write ${posix.join(posix.dirname(certificate), 'fullchain.pem')} in its place.`;
  return [
    report('leaf-only', 'critical', `it reads ${certificate}, which is the leaf without its chain`, cure),
  ];
}

function keyFindings(
  { certificate, key }: ConfiguredCertificate,
  owner: Owner,
  host: SeenHost,
  report: Report,
): readonly Finding[] {
  const keyPath = key ?? certificate;
  const ofLeaf = host.files.get(certificate)?.certificates[0]?.keySha256 ?? null;
  const ofKey = host.files.get(keyPath)?.keySha256 ?? null;
  if (ofLeaf !== null && ofKey !== null && ofLeaf !== ofKey) {
    return [report('key-mismatch', 'critical', `${keyPath} is not the key of ${certificate}`)];
  }
  if (!isPlainPath(keyPath) || keyPath === certificate) return [];
  const keyOwner = ownerOfPath(keyPath, host);
  if (keyOwner?.name === owner.name && (keyOwner.kind === 'deployed') === (owner.kind === 'deployed'))
    return [];
  const words = `${certificate} and ${keyPath} belong together now, and no more after the next renewal`;
  return [report('key-mismatch', ofKey === null ? 'unknown' : 'warning', words)];
}
