import {
  type DeployState,
  type DeployUnderWay,
  firstDeployState,
  type ServedBefore,
  type WayBack,
} from '../core/deploy/deploy-model.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull, toRfc3339 } from '../core/text/time-text.ts';
import { failureDocument, failureOf } from './failure.ts';
import { type Fields, readState } from './json.ts';
import { replaceState } from './replace-file.ts';
import { servedDocument, servedOf, servedStateOf } from './served.ts';

/** Reads `deploy/<name>.json`; a missing file is the first state. Throws `state-corrupt`. */
export function readDeployState(path: string): DeployState {
  const fields = readState(path);
  if (fields === null) return firstDeployState;
  const deployed = fields.textOrNull('deployed');
  return {
    deployed,
    previous: fields.textOrNull('previous'),
    rejected: fields.texts('rejected'),
    files: fields.textsIfAny('files'),
    underWay: underWayOf(fields.objectOrNull('under_way'), deployed),
    refused: fields.textIfAny('refused'),
    failures: fields.number('failures'),
    nextAttemptAt: fields.instantOrNull('next_attempt_at'),
    lastAt: fields.instantOrNull('last_at'),
    lastError: failureOf(fields.objectOrNull('last_error')),
    failedFor: fields.textIfAny('failed_for'),
    served: fields.objectsIfAny('served').map(servedOf),
  };
}

export async function writeDeployState(disk: Disk, path: string, state: DeployState): Promise<void> {
  const fields = {
    deployed: state.deployed,
    previous: state.previous,
    rejected: state.rejected,
    files: state.files,
    under_way: underWayDocument(state.underWay),
    refused: state.refused,
    failures: state.failures,
    next_attempt_at: rfc3339OrNull(state.nextAttemptAt),
    last_at: rfc3339OrNull(state.lastAt),
    last_error: failureDocument(state.lastError),
    failed_for: state.failedFor,
    served: state.served.map(servedDocument),
  };
  await replaceState(disk, path, fields, 0o644);
}

/** One that an earlier version has begun does not say what was live: what had been deployed. */
function underWayOf(fields: Fields | null, deployed: string | null): DeployUnderWay | null {
  if (fields === null) return null;
  const progress = {
    hooksDone: fields.texts('hooks_done'),
    running: fields.textOrNull('running'),
    interrupted: fields.number('interrupted'),
    stops: fields.has('stops') ? fields.number('stops') : 0,
    files: fields.textsIfAny('files'),
  };
  return {
    id: fields.text('id'),
    from: fields.has('from') ? fields.textOrNull('from') : deployed,
    before: fields.objectsIfAny('before').map(beforeOf),
    told: fields.has('told') ? fields.flag('told') : hasRun(progress),
    back: fields.has('back') ? wayBackOf(fields.objectOrNull('back')) : null,
    ...progress,
  };
}

/** What an earlier version has run may have been a hook. */
function hasRun({ hooksDone, running, interrupted }: Progress): boolean {
  return hooksDone.length > 0 || running !== null || interrupted > 0;
}

type Progress = Pick<DeployUnderWay, 'hooksDone' | 'running' | 'interrupted'>;

function beforeOf(fields: Fields): ServedBefore {
  const state = servedStateOf(fields.text('state'));
  return {
    connect: fields.text('connect'),
    serverName: fields.text('server_name'),
    state,
    accepted: fields.has('accepted') ? fields.flag('accepted') : state === 'match',
  };
}

function wayBackOf(fields: Fields | null): WayBack | null {
  if (fields === null) return null;
  return {
    code: fields.text('code'),
    message: fields.text('message'),
    at: fields.instant('at'),
    commands: fields.flag('commands'),
    failed: fields.has('failed') && fields.flag('failed'),
  };
}

function underWayDocument(underWay: DeployUnderWay | null) {
  if (underWay === null) return null;
  const { id, from, before, told, back, hooksDone, running, interrupted, stops, files } = underWay;
  return {
    id,
    from,
    before: before.map(({ connect, serverName, state, accepted }) => ({
      connect,
      server_name: serverName,
      state,
      accepted,
    })),
    told,
    back: back === null ? null : { ...back, at: toRfc3339(back.at) },
    hooks_done: hooksDone,
    running,
    interrupted,
    stops,
    files,
  };
}
