import { mem, system, time } from 'systeminformation';
import type { SystemFacts } from './host-summary.ts';

/**
 * What systeminformation knows of this machine. Only these of its functions: each was read, runs nothing but `date`, `ls`,
 * `cat`, `dmesg` and `dmidecode` by names that are its own, and asks no network
 * (docs/decisions/2026-11-28-systeminformation.md). Of what they find, serial numbers and UUIDs are left behind here.
 */
export async function systemFacts(): Promise<SystemFacts> {
  const [machine, memory] = await Promise.all([system(), mem()]);
  const { uptime, timezoneName, timezone } = time();
  return {
    isVirtual: machine.virtual,
    hypervisor: textOrNull(machine.virtualHost),
    vendor: textOrNull(machine.manufacturer),
    // What it says where it has found nothing.
    model: machine.model === 'Computer' ? null : textOrNull(machine.model),
    memoryBytes: memory.total,
    memoryAvailableBytes: memory.available,
    uptimeSeconds: uptime,
    timezone: textOrNull(timezoneName) ?? textOrNull(timezone),
  };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}
