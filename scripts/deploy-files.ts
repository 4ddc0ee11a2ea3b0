import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');

/**
 * The files of `deploy/` that carry scripts/install.sh, each with what its cloud needs around it, by their path. With
 * the installer inside, nothing but the package has to be fetched by a host.
 */
export function deployFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['deploy/ssm/certd-install.yaml', ssmDocument()],
    ['deploy/cloud-init/cloud-config.yaml', cloudConfig()],
    ['deploy/cloud-init/multipart.txt', multipart()],
    ['deploy/cloud-assistant/run-command.sh', runCommand()],
  ]);
}

/** Where a line begins with `@NAME`, the text of that name stands in its place, indented as it is. */
function filled(template: string, texts: Readonly<Record<string, string>>): string {
  return template.replaceAll(/^( *)@([A-Z_]+)\n/gm, (_, indent: string, name: string) =>
    (texts[name] ?? '').replaceAll(/^(?=.)/gm, indent),
  );
}

function ssmDocument(): string {
  return filled(part('ssm-document.template'), { SCRIPT: ssmScript() });
}

/** The document has room for 64 KB: the installer stands in it as it is. */
function ssmScript(): string {
  const end = 'END_OF_INSTALL_SH';
  return [
    '#!/bin/sh\n',
    part('begin.sh'),
    part('ssm-parameters.sh'),
    part('from-aws.sh'),
    `get_from_aws\ncat >"$work/install.sh" <<'${end}'\n`,
    installer(),
    `${end}\n`,
    part('until-done.sh'),
    // Somebody waits for the answer: an address that is wrong is said at once.
    'until_done "$work/install.sh" 75\n',
    "[ -e /etc/certd/config.yaml ] || fail 78 'certd is installed, and this host has no configuration: give Domains or ConfigParameter'\n",
  ].join('');
}

function cloudConfig(): string {
  return filled(part('cloud-config.template'), { FILES: writtenFiles() });
}

function multipart(): string {
  return filled(part('multipart.template'), { FILES: writtenFiles() });
}

function writtenFiles(): string {
  return filled(part('written-files.template'), {
    CONFIG: part('config.yaml'),
    NGINX_HTTP: part('nginx-http.conf'),
    NGINX_TLS: part('nginx-tls.conf'),
    START: bootScript(),
    INSTALLER: packed(),
  });
}

function bootScript(): string {
  return [
    '#!/bin/sh\n',
    part('begin.sh'),
    'region=$(cloud-init query region 2>/dev/null) || region=\n',
    part('from-aws.sh'),
    part('until-done.sh'),
    'get_from_aws\nuntil_done /run/certd-install/install.sh "69 75"\n',
  ].join('');
}

function runCommand(): string {
  return filled(part('run-command.template'), {
    SETTINGS: part('settings.sh'),
    BEGIN: part('begin.sh'),
    INSTALLER: packed(),
  });
}

/** User-data is 16 KiB at most, and a command of Cloud Assistant 18 KB of base64. */
function packed(): string {
  const base64 = gzipSync(installer(), { level: 9 }).toString('base64');
  return `${base64.replaceAll(/.{100}/g, '$&\n').trimEnd()}\n`;
}

function installer(): string {
  return readFileSync(join(root, 'scripts/install.sh'), 'utf8');
}

function part(name: string): string {
  return readFileSync(join(root, 'deploy/parts', name), 'utf8');
}
