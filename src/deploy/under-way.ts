import type { DeployState, DeployUnderWay, OutputFile } from '../core/deploy/deploy-model.ts';
import { filesKey } from '../core/deploy/files-key.ts';

/** What is under way for `id`, as a crash left it; null where nothing is. */
export function takenUp({ underWay }: DeployState, id: string): DeployUnderWay | null {
  if (underWay === null || underWay.id !== id) return null;
  const interrupted = underWay.interrupted + (underWay.running === null ? 0 : 1);
  return { ...underWay, running: null, interrupted };
}

/** At its beginning, with nothing run for it. */
export function begun(start: Pick<DeployUnderWay, 'id' | 'from' | 'before' | 'told'>): DeployUnderWay {
  const { id, from, before, told } = start;
  return {
    id,
    from,
    before,
    told,
    back: null,
    hooksDone: [],
    running: null,
    interrupted: 0,
    stops: 0,
    files: [],
  };
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

/** After the end of its next command, which is done. */
export function afterCommand(
  { hooksDone }: Pick<DeployUnderWay, 'hooksDone'>,
  key: string,
): Pick<DeployUnderWay, 'hooksDone' | 'running' | 'interrupted' | 'stops'> {
  return { hooksDone: [...hooksDone, key], running: null, interrupted: 0, stops: 0 };
}
