import { isHarmless, onlyTakes } from '../sites/harmless-directives.ts';
import type { Setting } from './unit-settings.ts';

/** An empty assignment of one of these takes back what was said of it before. */
const emptied = /^(?:Exec\w+|Environment|EnvironmentFile|DeviceAllow|ListenStream)$/;

const judged = new Set(['Service', 'Socket', 'Path', 'Timer']);

/**
 * What an installed unit says beyond `known`, the lines that it may have, and that is not known to be harmless: no list of what is
 * dangerous is ever whole (`ExecStartPre=+`, `Environment=LD_PRELOAD=`, `RootImage=`, old names of directives).
 */
export function straySettings(actual: readonly Setting[], known: readonly Setting[]): readonly Setting[] {
  return inUse(actual).filter(setting => {
    const { section, name } = setting;
    if (section === 'Unit') return name === 'JoinsNamespaceOf';
    if (!judged.has(section) || isHarmless(name)) return false;
    const alike = known.filter(each => each.section === section && each.name === name);
    if (alike.length > 0) return !alike.some(({ value }) => value === setting.value);
    return !onlyTakes(name) && !empties(setting);
  });
}

/** Without what a later line takes back, and without that line where others follow it. */
function inUse(settings: readonly Setting[]): readonly Setting[] {
  return settings.filter((setting, index) => {
    const later = settings.slice(index + 1).filter(each => isAbout(each, setting));
    return empties(setting) ? later.length === 0 : !later.some(empties);
  });
}

function empties({ name, value }: Setting): boolean {
  return value === '' && emptied.test(name);
}

function isAbout(one: Setting, other: Setting): boolean {
  return one.section === other.section && one.name === other.name;
}
