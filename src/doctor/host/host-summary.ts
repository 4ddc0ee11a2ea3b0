import { plainText } from '../../core/text/plain-text.ts';
import { spanText } from '../../core/text/time-text.ts';
import { bytesText } from '../bytes-text.ts';

/** What a library says of the machine, without anything that tells it from others of its kind. */
export type SystemFacts = {
  readonly isVirtual: boolean;
  readonly hypervisor: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly uptimeSeconds: number;
  /** `Asia/Shanghai`. */
  readonly timezone: string | null;
};

/** One host for a support thread: no name, address, serial number or id of it. */
export type HostSummary = {
  /** `Debian GNU/Linux 12 (bookworm)`; null where it does not say. */
  readonly os: string | null;
  readonly kernel: string;
  readonly arch: string;
  /** Null where it could not be asked. */
  readonly system: SystemFacts | null;
};

/** Longer than any name of a product. */
const mostLetters = 60;

/** Text of others, one line and bounded. */
export function hostSummary({ os, kernel, arch, system }: HostSummary): HostSummary {
  return {
    os: bounded(os),
    kernel: bounded(kernel) ?? '',
    arch,
    system:
      system === null
        ? null
        : {
            ...system,
            hypervisor: bounded(system.hypervisor),
            vendor: bounded(system.vendor),
            model: bounded(system.model),
            timezone: bounded(system.timezone),
          },
  };
}

function bounded(text: string | null): string | null {
  return text === null ? null : plainText(text).slice(0, mostLetters).trim();
}

/** The same for programs; `system` null where the machine could not be asked. */
export function hostJson({ os, kernel, arch, system }: HostSummary): object {
  if (system === null) return { os, kernel, arch, system: null };
  const { isVirtual, hypervisor, vendor, model, timezone } = system;
  return {
    os,
    kernel,
    arch,
    system: {
      virtual: isVirtual,
      hypervisor,
      vendor,
      model,
      memory_bytes: system.memoryBytes,
      memory_available_bytes: system.memoryAvailableBytes,
      uptime_seconds: Math.round(system.uptimeSeconds),
      timezone,
    },
  };
}

/** `Debian GNU/Linux 12 (bookworm), Linux 6.1.0-26-cloud-amd64 x64, virtual (KVM, Amazon EC2 t3.small), …`. */
export function hostLine({ os, kernel, arch, system }: HostSummary): string {
  const parts = [os ?? 'an unknown system', `Linux ${kernel} ${arch}`];
  if (system === null) return [...parts, 'the machine could not be asked'].join(', ');
  return [
    ...parts,
    machineText(system),
    `${bytesText(system.memoryAvailableBytes)} of ${bytesText(system.memoryBytes)} memory available`,
    `up ${spanText(system.uptimeSeconds * 1000)}`,
    ...(system.timezone === null ? [] : [system.timezone]),
  ].join(', ');
}

function machineText({ isVirtual, hypervisor, vendor, model }: SystemFacts): string {
  const product = [vendor, model].flatMap(each => each ?? []).join(' ');
  const names = [...(hypervisor === null ? [] : [hypervisor]), ...(product === '' ? [] : [product])];
  const kind = isVirtual ? 'virtual machine or container' : 'machine';
  return names.length === 0 ? kind : `${kind} (${names.join(', ')})`;
}
