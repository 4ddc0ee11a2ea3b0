import type { DeployState, DeployUnderWay, OutputFile } from '../core/deploy-model.ts';
import { CertdError } from '../core/errors.ts';
import { filesKey } from '../core/files-key.ts';

/** What is under way for `id`, as a crash left it; null where nothing is. */
export function takenUp({ underWay }: DeployState, id: string): DeployUnderWay | null {
  if (underWay === null || underWay.id !== id) return null;
  const interrupted = underWay.interrupted + (underWay.running === null ? 0 : 1);
  return { ...underWay, running: null, interrupted };
}

/** At its beginning, with nothing run for it. */
export function begun(start: Pick<DeployUnderWay, 'id' | 'from' | 'before' | 'told'>): DeployUnderWay {
  const { id, from, before, told } = start;
  return { id, from, before, told, back: null, hooksDone: [], running: null, interrupted: 0, files: [] };
}

/**
 * The same with the `files` of this configuration added to those of the ones before it: whatever becomes of them, it is
 * known where something may be left.
 */
export function writing(
  underWay: DeployUnderWay,
  before: DeployUnderWay | null,
  files: readonly OutputFile[],
): DeployUnderWay {
  return { ...underWay, files: [...new Set([...(before?.files ?? []), ...filesKey(files)])] };
}

/**
 * Whether a command has now been cut short for the second time. A hook that restarts certd would otherwise be
 * run again at every start; from here on it waits as a failed one does (contract section 5).
 */
export function checkInterrupted(before: DeployState, underWay: DeployUnderWay): CertdError | null {
  const newly = before.underWay?.id === underWay.id && underWay.interrupted > before.underWay.interrupted;
  if (!newly || underWay.interrupted < 2) return null;
  return new CertdError(
    'hook-interrupted',
    `certd ended ${underWay.interrupted} times while a command of the deploy of ${underWay.id} was running`,
  );
}
