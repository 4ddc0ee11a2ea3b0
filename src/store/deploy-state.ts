import { type DeployState, type DeployUnderWay, firstDeployState } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull } from '../core/time-text.ts';
import { failureDocument } from './issuer-state.ts';
import { type Fields, failureOf, readState } from './json.ts';
import { replaceFile } from './replace-file.ts';

/** Reads `deploy/<name>.json`; a missing file is the first state. Throws `state-corrupt`. */
export function readDeployState(path: string): DeployState {
  const fields = readState(path);
  if (fields === null) return firstDeployState;
  return {
    deployed: fields.textOrNull('deployed'),
    previous: fields.textOrNull('previous'),
    rejected: fields.texts('rejected'),
    underWay: underWayOf(fields.objectOrNull('under_way')),
    failures: fields.number('failures'),
    nextAttemptAt: fields.instantOrNull('next_attempt_at'),
    lastAt: fields.instantOrNull('last_at'),
    lastError: failureOf(fields.objectOrNull('last_error')),
  };
}

export async function writeDeployState(disk: Disk, path: string, state: DeployState): Promise<void> {
  const document = {
    schema: 1,
    deployed: state.deployed,
    previous: state.previous,
    rejected: state.rejected,
    under_way: underWayDocument(state.underWay),
    failures: state.failures,
    next_attempt_at: rfc3339OrNull(state.nextAttemptAt),
    last_at: rfc3339OrNull(state.lastAt),
    last_error: failureDocument(state.lastError),
  };
  await replaceFile(disk, path, `${JSON.stringify(document, null, 2)}\n`, 0o644);
}

function underWayOf(fields: Fields | null): DeployUnderWay | null {
  if (fields === null) return null;
  return {
    id: fields.text('id'),
    hooksDone: fields.texts('hooks_done'),
    running: fields.textOrNull('running'),
    interrupted: fields.number('interrupted'),
  };
}

function underWayDocument(underWay: DeployUnderWay | null) {
  if (underWay === null) return null;
  const { id, hooksDone, running, interrupted } = underWay;
  return { id, hooks_done: hooksDone, running, interrupted };
}
