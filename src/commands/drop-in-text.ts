import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { systemErrorOf } from '../core/errors.ts';
import { unitDropIn } from '../core/host/unit-drop-in.ts';

/**
 * What to put beside the shipped `certd.service` for this configuration, with the way to do it; empty where nothing is
 * needed, or is there already.
 */
export function dropInText(config: Config, unitDirectory: string): string {
  const lines = dropInLines(config);
  if (lines.length === 0) return '';
  const file = join(unitDirectory, 'certd.service.d/check-config.conf');
  const text = lines.map(line => `${line}\n`).join('');
  if (readIfThere(file) === text) return '';
  return [
    '\n',
    `Under systemd, certd.service allows less than this needs. Put into ${file}:\n\n`,
    text,
    '\nand then: systemctl daemon-reload && systemctl restart certd\n',
    lines.some(line => line.startsWith('AmbientCapabilities=')) ? socketText : '',
  ].join('');
}

/** The lines of it alone. */
export function dropInLines({ certificates, health }: Config): readonly string[] {
  return unitDropIn({ certificates, healthSocket: health.socket, healthGroup: health.group });
}

/** Without further rights. */
const socketText =
  'Without a right of certd for port 80: `challenge: { standalone: { socket: systemd } }`, and certd-http.socket.\n';

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    // Whoever may not read it is told what should be in it.
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorOf(thrown)?.code ?? '')) return null;
    throw thrown;
  }
}
