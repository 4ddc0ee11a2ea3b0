import { checks } from '../checks.ts';
import type { Finding, FindingStatus } from '../finding.ts';
import { isHarmless } from '../sites/harmless-directives.ts';
import { shippedUnits } from './shipped-units.ts';
import { straySettings } from './stray-settings.ts';
import { type InForce, inForce, isList, type Setting, settingsOf } from './unit-settings.ts';

export type ShippedUnit = keyof typeof shippedUnits;

/** A unit as it is installed. */
export type InstalledUnit = {
  readonly unit: ShippedUnit;
  /** Of the unit and then of each drop-in, in the order in which systemd reads them. */
  readonly settings: readonly Setting[];
  /** The lines of a drop-in that the configuration needs. */
  readonly needed: readonly string[];
};

/** What would give rights, beside what the shipped unit says something of. */
const grants = ['SupplementaryGroups', 'BindPaths'];

/**
 * Where a file of the unit says otherwise than certd ships it, or more than is known to be harmless, and whether what the
 * configuration needs is there. Of a unit that is no service only what is wrong is said.
 */
export function sandboxFindings({ unit, settings, needed }: InstalledUnit): readonly Finding[] {
  const shipped = settingsOf(shippedUnits[unit].join('\n'), '');
  const wanted = settingsOf(needed.join('\n'), '');
  const isCompared = comparedIn(shipped);
  const [plain, expected, actual] = [shipped, [...shipped, ...wanted], settings].map(each =>
    inForce(each.filter(isCompared)),
  ) as [InForce, InForce, InForce];
  const names = [...new Set([...plain.keys(), ...grants])];
  const stray = straySettings(settings, [...shipped, ...wanted]).filter(each => !isCompared(each));
  const other = [
    ...names.flatMap(name => deviation(name, { plain, expected, actual })),
    ...stray.map(({ name, place }) => `${name} is not among the directives known to be harmless (${place})`),
  ];
  const missing = wanted.filter(each => !isThere(each, actual)).map(({ name, value }) => `${name}=${value}`);
  if (other.length === 0 && !unit.endsWith('.service')) return [];
  return [
    other.length === 0
      ? finding('unit-sandbox', 'ok', unit, 'it may do what certd ships it with, and no more')
      : finding('unit-sandbox', 'warning', unit, other.join('; ')),
    ...dropInFinding(unit, needed, missing),
  ];
}

/** Directives of a service whose values are compared: commands are not, for what they are given may be secret. */
function comparedIn(shipped: readonly Setting[]): (setting: Setting) => boolean {
  const names = shipped.map(({ name }) => name).filter(name => !isHarmless(name) && !name.startsWith('Exec'));
  const compared = new Set([...names, ...grants]);
  return ({ section, name }) => section === 'Service' && compared.has(name);
}

type Compared = { readonly plain: InForce; readonly expected: InForce; readonly actual: InForce };

type Words = readonly string[] | null;

/** In words; the absence of what the configuration needs is another matter. */
function deviation(name: string, { plain, expected, actual }: Compared): readonly string[] {
  const [shipped, wanted, found] = [plain, expected, actual].map(each => each.get(name)?.words ?? null);
  const words = isList(name)
    ? ofList(name, shipped ?? null, wanted ?? [], found ?? null)
    : ofValue(shipped ?? null, wanted ?? null, found ?? null);
  const place = actual.get(name)?.place;
  return words.map(each => `${name} ${each}${place === undefined ? '' : ` (${place})`}`);
}

function ofValue(shipped: Words, wanted: Words, found: Words): readonly string[] {
  if (found !== null && (found[0] === shipped?.[0] || found[0] === wanted?.[0])) return [];
  return [`is ${found === null ? 'not set' : found[0]} where certd ships ${shipped?.[0]}`];
}

/** Lists that give something: to say nothing of them gives nothing. Without a word on another everything is allowed. */
const giving = ['ReadWritePaths', 'AmbientCapabilities', 'StateDirectory', 'RuntimeDirectory', ...grants];

function ofList(name: string, shipped: Words, wanted: readonly string[], found: Words): readonly string[] {
  if (found === null && !giving.includes(name)) {
    return [`is not set where certd ships ${shipped?.join(' ') || 'none'}`];
  }
  const more = (found ?? []).filter(word => !wanted.includes(word) && !shipped?.includes(word));
  const less = giving.includes(name) ? [] : (shipped ?? []).filter(word => !found?.includes(word));
  return [
    ...(more.length === 0 ? [] : [`also has ${more.map(spoken).join(' ')}`]),
    ...(less.length === 0 ? [] : [`lacks ${less.join(' ')}`]),
  ];
}

function spoken(word: string): string {
  return word === '~' ? 'all there is (~)' : word;
}

function isThere(setting: Setting, actual: InForce): boolean {
  const words = inForce([setting]).get(setting.name)?.words ?? [];
  return words.every(word => actual.get(setting.name)?.words.includes(word));
}

function dropInFinding(
  unit: string,
  needed: readonly string[],
  missing: readonly string[],
): readonly Finding[] {
  if (needed.length === 0) return [];
  if (missing.length === 0)
    return [finding('unit-drop-in', 'ok', unit, 'what the configuration needs is there')];
  return [finding('unit-drop-in', 'critical', unit, `the configuration needs ${missing.join(' and ')}`)];
}

function finding(
  check: 'unit-sandbox' | 'unit-drop-in',
  status: FindingStatus,
  subject: string,
  message: string,
): Finding {
  return { check, status, subject, message, cure: status === 'ok' ? null : checks[check].cure };
}
