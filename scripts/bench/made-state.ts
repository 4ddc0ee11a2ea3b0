import { randomBytes } from 'node:crypto';
import { firstDeployState } from '../../src/core/deploy/deploy-model.ts';
import { firstIssuerState, noProfile } from '../../src/core/model.ts';
import { writeDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import { readIssuedPair, writePair } from '../../src/store/generation.ts';
import { writeIssuerState } from '../../src/store/issuer-state.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { openState } from '../../src/store/open.ts';
import { flipLive, installGeneration } from '../../src/store/publish.ts';
import { publishWork, recordDownload } from '../../src/store/work.ts';
import { generateKey } from '../../src/x509/keys.ts';
import { makeCa, makeLeaf, type TestCa } from '../../test/support/make-cert.ts';

const day = 86_400_000;

/**
 * A state directory as certd leaves it when every name is issued and deployed and nothing is due for a day:
 * written by certd's own store, with certificates of a CA made here. Throws what the disk throws.
 */
export async function makeState(
  stateDir: string,
  names: readonly string[],
  authority: { readonly name: string; readonly directoryUrl: string },
): Promise<void> {
  const layout = layoutAt(stateDir);
  await openState(realDisk, layout, process.geteuid?.() ?? 0);
  const ca = await makeCa('bench');
  for (const name of names) await makeOne(layout, name, ca, authority);
}

async function makeOne(
  layout: Layout,
  name: string,
  ca: TestCa,
  authority: { readonly name: string; readonly directoryUrl: string },
): Promise<void> {
  const now = Date.now();
  const key = await generateKey('ecdsa-p256');
  const { pem } = await makeLeaf(ca, {
    domains: [name],
    keyPem: key,
    serialHex: randomBytes(8).toString('hex'),
    notAfter: new Date(now + 90 * day),
  });
  const pair = { key, cert: pem, chain: ca.pem };
  await realDisk.makeDir(layout.workOf(name), 0o700);
  await writePair(realDisk, layout.workOf(name), pair, ['privkey.pem']);
  await recordDownload(realDisk, layout, name, {
    pair,
    ca: authority.name,
    account: null,
    profile: noProfile,
    preferredChain: null,
    validated: [],
    directoryUrl: authority.directoryUrl,
  });
  const id = await publishWork(realDisk, layout, name);
  await installGeneration(realDisk, layout, name, {
    id,
    pair: readIssuedPair(layout, layout.issuedGeneration(name, id)),
  });
  await flipLive(realDisk, layout, name, id);
  await writeIssuerState(realDisk, layout.issuerState(name), {
    ...firstIssuerState,
    lastAttemptAt: now,
    lastSuccessAt: now,
    window: {
      generation: id,
      start: now + 60 * day,
      end: now + 61 * day,
      renewAt: now + 60.5 * day,
      explanationUrl: null,
      confirmedAt: now,
    },
    windowCheckAt: now + day,
  });
  await writeDeployState(realDisk, layout.deployState(name), {
    ...firstDeployState,
    deployed: id,
    lastAt: now,
  });
}
