import type { HostSummary } from '../../src/doctor/host/host-summary.ts';

/** A small virtual machine of a cloud. */
export function makeHostSummary(change: Partial<HostSummary> = {}): HostSummary {
  return {
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-40-cloud-amd64',
    arch: 'x64',
    system: {
      isVirtual: true,
      hypervisor: 'KVM',
      vendor: 'Amazon EC2',
      model: 't3.small',
      memoryBytes: 2_000_000_000,
      memoryAvailableBytes: 900_000_000,
      uptimeSeconds: 260_000,
      timezone: 'Asia/Shanghai',
    },
    ...change,
  };
}
