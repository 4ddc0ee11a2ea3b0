import { type Check, checks } from '../src/doctor/checks.ts';

/** `docs/doctor.md` as the catalogue of checks has it. */
export function doctorPage(): string {
  const parts = [
    '<!-- Made by `npm run doctor-page` from src/doctor/checks.ts. Do not edit. -->',
    '# What certd doctor checks',
    '`certd doctor` reads how the web servers of this host use the certificates of certd (nginx, Apache httpd and HAProxy, those that run or else those that are installed), whether the host gives certd what it needs, and what a CA finds that is to validate the names. It changes nothing. `--json` prints `{ "schema": 1, "version": "…", "status": "…", "host": { … }, "findings": [ { "check", "status", "subject", "message", "cure" } ] }`, the worst first; `status` is `ok`, `warning`, `critical` or `unknown`, and `cure` null where it is `ok`.',
    '`host` is one line for a support thread: `os`, `kernel`, `arch`, and as `system` the kind of machine (`virtual`, `hypervisor`, `vendor`, `model`), `memory_bytes`, `memory_available_bytes`, `uptime_seconds` and `timezone`. It has no host name, no address, no serial number and no id in it.',
    'It ends with 0 where all is ok, 1 for a warning, 2 where something is critical, and 3 where nothing is worse than unknown: what could not be seen is never shown as good. A check keeps its name and its meaning; new ones may come with any version.',
    'It asks the name servers of this host for A, AAAA and CAA records of the configured names, and connects to the addresses that they say, as a CA would: port 80, and 443 where a redirect leads there. It asks no CA. All of that takes a minute at most, and what was not seen by then is unknown. With `--offline` it asks nobody: the checks `name-address`, `ipv6-answers`, `challenge-path` and `caa` are left out then, and the text says so.',
    'What is seen from this host need not be what a CA sees: behind NAT a host often cannot reach its own public address, and a load balancer in front of it looks like another host. Such findings are unknown or a warning; `certd renew --dry-run` has the staging of the CA try it.',
  ];
  for (const [name, { summary, cure }] of Object.entries<Check>(checks)) {
    parts.push(`## ${name}`, summary, `**What to do:** ${cure}`);
  }
  return `${parts.join('\n\n')}\n`;
}
