import { unitDropIn } from '../../core/host/unit-drop-in.ts';
import { checks } from '../checks.ts';
import type { Examined } from '../examined.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { type HostTools, lastWords, readAll } from '../look.ts';
import type { ServerLook } from '../sites/site.ts';
import { type ShippedUnit, sandboxFindings } from './sandbox-findings.ts';
import { shippedUnits } from './shipped-units.ts';
import { type UnitState, unitFindings } from './unit-findings.ts';
import { settingsOf } from './unit-settings.ts';

const units = [
  'certd.service',
  'certd-deploy.service',
  'certd-deploy.path',
  'certd-deploy.timer',
  'certd-http.socket',
];

/** Looks at the units of certd as they are installed, drop-ins included. */
export async function lookAtUnits(
  host: Examined,
  _servers: readonly ServerLook[],
  tools: HostTools,
): Promise<readonly Finding[]> {
  // sd_booted(3).
  if ((await tools.list('/run/systemd/system')) === null) {
    const words = 'this host was not booted by systemd: units of certd are of no use here';
    return [finding('ok', words)];
  }
  const systemctl = await tools.find('systemctl');
  if (systemctl === null) return [finding('unknown', 'systemctl is not installed')];
  const properties =
    'Id,LoadState,UnitFileState,ActiveState,SubState,Result,NRestarts,NeedDaemonReload,FragmentPath,DropInPaths';
  const answer = await tools.run([systemctl, 'show', `--property=${properties}`, ...units]);
  if (answer.failed !== null) return [finding('unknown', `systemctl does not say: ${lastWords(answer)}`)];
  const shown = unitsIn(answer.stdout);
  const hasSocket = host.targets.some(({ challenge }) => challenge.kind === 'systemd-socket');
  const sandboxes = shown.flatMap(each =>
    isShipped(each.unit) ? sandboxOf(each, each.unit, host, tools) : [],
  );
  return [...unitFindings(shown, hasSocket), ...(await Promise.all(sandboxes)).flat()];
}

type ShownUnit = UnitState & { readonly files: readonly string[] };

/** As `systemctl show` has them: a block of lines for each. */
export function unitsIn(text: string): readonly ShownUnit[] {
  return text.split(/\n\n+/).flatMap(block => {
    const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
    const unit = value('Id');
    if (unit === '') return [];
    return [
      {
        unit,
        load: value('LoadState'),
        file: value('UnitFileState'),
        active: value('ActiveState'),
        sub: value('SubState'),
        result: value('Result'),
        restarts: value('NRestarts'),
        needsReload: value('NeedDaemonReload') === 'yes',
        files: [value('FragmentPath'), ...value('DropInPaths').split(' ')].filter(path => path !== ''),
      },
    ];
  });
}

function isShipped(unit: string): unit is ShippedUnit {
  return unit in shippedUnits;
}

async function sandboxOf(
  { load, files }: ShownUnit,
  unit: ShippedUnit,
  { targets, health }: Examined,
  tools: HostTools,
): Promise<readonly Finding[]> {
  if (load !== 'loaded') return [];
  const gaps: string[] = [];
  const texts = await readAll(files, tools, gaps);
  if (gaps.length > 0) return [finding('unknown', gaps.join('; '), unit, 'unit-sandbox')];
  const needs = { certificates: targets, healthSocket: health.socket, healthGroup: health.group };
  return sandboxFindings({
    unit,
    settings: [...texts].flatMap(([path, text]) => settingsOf(text, path)),
    needed: unit === 'certd.service' ? unitDropIn(needs) : [],
  });
}

function finding(
  status: FindingStatus,
  message: string,
  subject = 'systemd',
  check: 'unit-state' | 'unit-sandbox' = 'unit-state',
): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : checks[check].cure };
}
