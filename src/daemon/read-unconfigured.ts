import { problem, type Thresholds, worst } from '../core/status/certificate-problems.ts';
import type { StatusDocument } from '../core/status/status-document.ts';
import type { World } from '../store/world.ts';
import { readStatus, type Teller } from './read-status.ts';

/**
 * The status document of what is live, where no configuration can be used: nobody knows then what is managed and
 * when it is to be renewed, but when it ends is on the disk.
 */
export function readUnconfigured(world: World, thresholds: Thresholds, teller: Teller): StatusDocument {
  const document = readStatus({ certificates: [], thresholds }, world, teller);
  const isLive = ({ generation }: StatusDocument['certificates'][number]) => generation.live !== null;
  const certificates = document.certificates.filter(isLive).map(certificate => {
    const problems = certificate.problems.filter(({ code }) => code !== 'unmanaged' && code !== 'after-gone');
    return { ...certificate, managed: true, problems, status: worst(problems) };
  });
  const faults = world.names().flatMap(name =>
    world
      .seen(name)
      .faults.filter(({ blocking }) => blocking)
      .map(({ code, message }) => problem(code, 'critical', name, message, null)),
  );
  const problems = [...document.problems, ...faults];
  const all = [...certificates.flatMap(certificate => certificate.problems), ...problems];
  return { ...document, certificates, problems, status: worst(all) };
}
