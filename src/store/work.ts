import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CertdError } from '../core/errors.ts';
import { nextId } from '../core/generation-id.ts';
import { fits } from '../core/issue/order-fits.ts';
import type { OrderUnderWay, Target } from '../core/model.ts';
import type { Disk } from '../core/ports.ts';
import { rfc3339OrNull } from '../core/text/time-text.ts';
import { generationIds, type Pair, readIssuedPair, writePair } from './generation.ts';
import { issuedIds } from './issued-ids.ts';
import { inIssuerPlace } from './issuer-place.ts';
import { corrupt, stateIn } from './json.ts';
import { generationFiles, type Layout } from './layout.ts';
import { type Origin, originFile, profileDocument, profileOf, writeOrigin } from './origin.ts';
import { lookAt, type Place, readFileIn } from './place.ts';
import { removeDirectory } from './remove-tree.ts';
import { exists, replaceState } from './replace-file.ts';

/** An order under way (docs/state.md section 4). `request` is a PKCS#10 request in DER. */
export type Work = {
  readonly key: string;
  readonly request: Uint8Array;
  readonly order: WorkOrder;
  /** The download is complete: only the rename is left. */
  readonly downloaded: boolean;
};

/** What the order was placed for: a work directory that no longer fits its certificate is begun anew. */
export type WorkOrder = OrderUnderWay & {
  readonly url: string;
  readonly directoryUrl: string;
  /** Of the account that placed it. */
  readonly account: string | null;
};

const files = { key: 'privkey.pem', request: 'request.der', order: 'order.json' };

const downloadedFiles = generationFiles.filter(file => file !== files.key);

/** The order under way for a name; null where none was recorded (steps 1 and 2 leave nothing to take up). */
export function readWork(layout: Layout, name: string): Work | null {
  return inIssuerPlace(layout, layout.workOf(name), corrupt, workIn);
}

/** Above any key and any request with a hundred names. */
const largest = 64 * 1024;

function workIn(place: Place): Work | null {
  const fields = stateIn(place, files.order);
  if (fields === null) return null;
  const key = readFileIn(place, files.key, { largest, refuse: corrupt });
  const request = readFileIn(place, files.request, { largest, refuse: corrupt });
  if (key === null || request === null) {
    throw new CertdError('state-corrupt', `${place.path} has an order without its key or its request`);
  }
  return {
    key: key.toString(),
    request,
    order: {
      url: fields.text('url'),
      ca: fields.text('ca'),
      directoryUrl: fields.text('directory'),
      domains: fields.texts('domains'),
      keyType: fields.text('key_type'),
      account: fields.textIfAny('account'),
      profile: profileOf(fields),
      placedAt: fields.instantIfAny('placed_at'),
      notBefore: fields.instantIfAny('not_before'),
    },
    downloaded: lookAt(place, originFile) !== null,
  };
}

/** Whether an order under way still is what the configuration asks for. */
export function workFits({ order }: Work, target: Target, directoryUrl: string): boolean {
  return order.directoryUrl === directoryUrl && fits(order, target);
}

/** Step 1: a fresh work directory with the key and the request, before any order is placed. */
export async function beginWork(
  disk: Disk,
  layout: Layout,
  name: string,
  { key, request }: { readonly key: string; readonly request: Uint8Array },
): Promise<void> {
  const directory = layout.workOf(name);
  await removeDirectory(disk, directory);
  await disk.makeDir(directory, 0o700);
  await disk.writeNew(join(directory, files.key), Buffer.from(key), 0o400);
  await disk.writeNew(join(directory, files.request), request, 0o400);
  await disk.writeNew(reserveOf(directory), Buffer.alloc(reservedBytes, ' '), 0o400);
  await disk.syncDir(directory);
  await disk.syncDir(layout.work);
}

/**
 * Room for `order.json`, taken before there is an order: on a full disk none is placed, where otherwise one
 * would be placed at every attempt and forgotten. `replaceFile` frees it when it writes the real one.
 */
function reserveOf(directory: string): string {
  return join(directory, `${files.order}.new`);
}

/** Above an order with a hundred names. */
const reservedBytes = 32 * 1024;

/** Step 3: from here on the order is taken up again, not placed again. Also to put the next look at it off. */
export async function recordOrder(disk: Disk, layout: Layout, name: string, order: WorkOrder): Promise<void> {
  const fields = {
    url: order.url,
    ca: order.ca,
    directory: order.directoryUrl,
    account: order.account,
    domains: order.domains,
    key_type: order.keyType,
    ...profileDocument(order.profile),
    placed_at: rfc3339OrNull(order.placedAt),
    not_before: rfc3339OrNull(order.notBefore),
  };
  await replaceState(disk, join(layout.workOf(name), files.order), fields, 0o400);
}

/** Step 6: the downloaded set; `generation.json` comes last and says that it is complete. */
export async function recordDownload(
  disk: Disk,
  layout: Layout,
  name: string,
  download: Origin & { readonly pair: Pair },
): Promise<void> {
  const directory = layout.workOf(name);
  for (const file of downloadedFiles) {
    // Left by a download that a crash cut short. The key is that of step 1 and stays.
    if (exists(join(directory, file))) await disk.unlink(join(directory, file));
  }
  await writePair(disk, directory, download.pair, downloadedFiles);
  await writeOrigin(disk, directory, download);
}

/** Step 7: the work directory becomes an issued generation. Returns its id. */
export async function publishWork(disk: Disk, layout: Layout, name: string): Promise<string> {
  const { leaf } = readIssuedPair(layout, layout.workOf(name));
  const parent = layout.issuedOf(name);
  if (!exists(parent)) await disk.makeDir(parent, 0o700);
  // Also where it was there: a kill may have come between the directory and its sync.
  await disk.syncDir(layout.issued);
  const id = nextId(knownIds(layout, name), leaf.fingerprintSha256);
  await disk.rename(layout.workOf(name), layout.issuedGeneration(name, id));
  await disk.syncDir(parent);
  await disk.syncDir(layout.work);
  return id;
}

export async function discardWork(disk: Disk, layout: Layout, name: string): Promise<void> {
  await removeDirectory(disk, layout.workOf(name));
  await disk.syncDir(layout.work);
}

/** Every id that the name has anywhere, so that the counter never goes back. */
function knownIds(layout: Layout, name: string): readonly string[] {
  const deployed = layout.deployedOf(name);
  return [...issuedIds(layout, name), ...(exists(deployed) ? generationIds(readdirSync(deployed)) : [])];
}
