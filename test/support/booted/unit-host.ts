import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PresentedLeaf, presentedLeaf } from '../presented-leaf.ts';
import { waitUntil } from '../wait-until.ts';
import { type BootedHost, bootHost } from './booted-host.ts';
import { type CaOutside, startCaOutside } from './ca-outside.ts';
import { placeCertd, placeFile } from './place-certd.ts';

/** A host with nginx and the units of certd, and a CA beside it. */
export type UnitHost = BootedHost & {
  readonly ca: CaOutside;
  /** Replaces the configuration: YAML of the list of certificates. */
  configure(certificates: string): void;
  /** A TLS site that reads `live/`, as an operator would add it. */
  addSite(name: string): Promise<void>;
  /** How often nginx was told to read its configuration again. */
  reloads(): number;
  presented(name: string): Promise<PresentedLeaf>;
  /** Waits until nginx presents what is live: workers from before a reload answer for a moment longer. */
  untilPresented(name: string): Promise<void>;
  /** One property of a unit. */
  show(unit: string, property: string): Promise<string>;
  /** Ends its main process by SIGKILL. */
  kill(unit: string): Promise<void>;
  /** PEM of the leaf that servers read. */
  live(name: string): string;
};

const shipped = join(import.meta.dirname, '../../../systemd');

/** Boots one with nothing to do in the configuration yet, and without the units. Another `program` may be none. */
export async function startUnitHost(program: (root: string) => void = placeCertd): Promise<UnitHost> {
  const ca = await startCaOutside();
  let host: BootedHost;
  try {
    host = await bootHost(root => {
      program(root);
      place(root, ca);
    });
  } catch (thrown) {
    await ca.stop();
    throw thrown;
  }
  const live = (name: string) => readFileSync(host.at(`/var/lib/certd/live/${name}/cert.pem`), 'utf8');
  const reloads = () => count(readFileSync(host.at('/var/log/nginx/error.log'), 'utf8'), '(SIGHUP) received');
  const presented = (name: string) => presentedLeaf({ port: 443, serverName: name });
  return {
    ...host,
    ca,
    configure: certificates => writeFileSync(host.at('/etc/certd/config.yaml'), config(ca, certificates)),
    addSite: async name => {
      writeFileSync(host.at(`/etc/nginx/conf.d/${name}.conf`), site(name));
      await host.succeed('nginx', '-t');
      const before = reloads();
      await host.succeed('nginx', '-s', 'reload');
      await waitUntil('nginx reads its configuration', () => (reloads() > before ? true : null));
    },
    reloads,
    presented,
    untilPresented: name =>
      waitUntil(`nginx presents live/${name}`, async () => {
        const leaf = await presented(name);
        return leaf.pem === live(name) ? true : null;
      }).then(() => {}),
    show: (unit, property) => showProperty(host, unit, property),
    kill: async unit => {
      await host.succeed('systemctl', 'kill', '--kill-who=main', '--signal=KILL', unit);
    },
    live,
    stop: async () => {
      await host.stop();
      await ca.stop();
    },
  };
}

/** What systemd/README.md says about copies by hand. */
export async function installUnits(host: UnitHost): Promise<void> {
  for (const each of readdirSync(shipped)) {
    const from = join(shipped, each);
    if (/\.(service|socket|path|timer)$/.test(each)) cpSync(from, host.at(`/etc/systemd/system/${each}`));
    if (each.endsWith('.d')) cpSync(from, host.at(`/etc/${each}`), { recursive: true });
  }
  await host.succeed('systemd-sysusers', 'certd.conf');
  await host.succeed('systemd-tmpfiles', '--create', 'certd.conf');
  await host.succeed('systemctl', 'daemon-reload');
}

/** The issuer, and both that start the deployer. */
export async function enableUnits(host: UnitHost): Promise<void> {
  const units = ['certd.service', 'certd-deploy.path', 'certd-deploy.timer'];
  await host.succeed('systemctl', 'enable', '--now', ...units);
}

/** A drop-in, in force from the next start of the unit on, and gone with the next reboot. */
export async function dropIn(host: UnitHost, unit: string, text: string): Promise<void> {
  placeFile(host.at('/'), `/run/systemd/system/${unit}.d/test.conf`, text);
  await host.succeed('systemctl', 'daemon-reload');
}

async function showProperty(host: BootedHost, unit: string, property: string): Promise<string> {
  return (await host.succeed('systemctl', 'show', '--value', `--property=${property}`, unit)).trim();
}

function place(root: string, ca: CaOutside): void {
  placeCa(root, ca);
  placeFile(root, '/etc/certd/config.yaml', config(ca, '[]'));
  placeFile(root, '/etc/nginx/nginx.conf', nginxConfig);
}

/** How a host finds the CA beside it, and what it believes of it. */
export function placeCa(root: string, ca: CaOutside): void {
  placeFile(root, '/etc/resolv.conf', 'nameserver 127.0.0.1\n');
  placeFile(root, '/etc/certd/ca-https.pem', readFileSync(ca.proxy.trustFile, 'utf8'));
  placeFile(root, '/etc/certd/ca-roots.pem', readFileSync(ca.pebble.rootsFile, 'utf8'));
}

/** Answers the CA out of the default webroot. */
export const nginxConfig = `user www-data;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log notice;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:80;
    location /.well-known/acme-challenge/ { root /var/www/certd; }
    location / { return 404; }
  }
  include /etc/nginx/conf.d/*.conf;
}
`;

/** For nginx: serves what is live. */
function site(name: string): string {
  const live = `/var/lib/certd/live/${name}`;
  return `server {
  listen 127.0.0.1:443 ssl;
  server_name ${name};
  ssl_certificate ${live}/fullchain.pem;
  ssl_certificate_key ${live}/privkey.pem;
}
`;
}

/** For a host with what `placeCa` puts there. `certificates`: YAML of the list; `eab`: that of the binding, where the CA wants one. */
export function config(ca: CaOutside, certificates: string, eab?: string): string {
  return `account: { email: ops@certd.test, agree_tos: true }
ca: pebble
cas:
  pebble:
    directory: ${ca.proxy.directoryUrl}
    trust: /etc/certd/ca-https.pem
    roots: /etc/certd/ca-roots.pem
${eab === undefined ? '' : `    eab: ${eab}\n`}certificates: ${certificates}
`;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
