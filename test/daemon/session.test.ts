import { chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { checkNames, openIssuerSession, openSession } from '../../src/daemon/session.ts';
import { openLog } from '../../src/log.ts';
import { realDisk } from '../../src/store/disk.ts';
import { type Layout, layoutAt } from '../../src/store/layout.ts';
import { takeLock } from '../../src/store/lock.ts';
import { installGeneration } from '../../src/store/publish.ts';
import { tokenRecord } from '../../src/store/tokens.ts';
import { openWorld } from '../../src/store/world.ts';
import { makeConfig } from '../support/make-config.ts';
import { makeTarget } from '../support/make-observed.ts';
import { makePair } from '../support/make-pair.ts';
import { canBeOtherUsers, somebody } from '../support/other-users.ts';
import { ownDir, ownUid, treeOf } from '../support/state-dir.ts';

let layout: Layout;
let logged: string[];

beforeEach(() => {
  layout = layoutAt(join(ownDir(), 'state'));
  logged = [];
});

const log = openLog({
  level: 'info',
  style: 'json',
  write: line => {
    const { msg, code, path } = JSON.parse(line);
    logged.push([msg, code ?? path].join(': '));
  },
});

const open = () => openSession(realDisk, layout, { uid: ownUid, log, takeLock });

it('makes the state directory and holds both locks until it is released', async () => {
  const release = await open();
  expect(() => takeLock(layout.issuerLock)).toThrow(expect.objectContaining({ code: 'locked' }));
  expect(() => takeLock(layout.deployLock)).toThrow(expect.objectContaining({ code: 'locked' }));
  await expect(open()).rejects.toMatchObject({
    code: 'locked',
    message: `another certd holds ${layout.issuerLock}`,
  });
  release();
  (await open())();
});

it('gives the first lock back where the second one is held', async () => {
  (await open())();
  const deployer = takeLock(layout.deployLock);
  await expect(open()).rejects.toMatchObject({
    code: 'locked',
    message: `another certd holds ${layout.deployLock}`,
  });
  takeLock(layout.issuerLock)();
  deployer();
  (await open())();
});

it('of an issuer alone makes and locks its half, sweeps it, and leaves the rest alone', async () => {
  const host = { uid: ownUid, log, takeLock };
  const release = await openIssuerSession(realDisk, layout, host);
  expect(treeOf(layout.root).filter(line => !line.includes('issuer/'))).toEqual([]);
  expect(() => takeLock(layout.issuerLock)).toThrow(expect.objectContaining({ code: 'locked' }));
  release();
  mkdirSync(layout.live);
  symlinkSync('x', layout.liveLinkNew('a.example'));
  mkdirSync(layout.workOf('.old-a.example'));
  mkdirSync(layout.deploy);
  const deployer = takeLock(layout.deployLock);
  (await openIssuerSession(realDisk, layout, host))();
  deployer();
  expect(treeOf(layout.live)).toEqual(['link .new-a.example -> x']);
  expect(logged).toEqual([`leftover removed: ${layout.workOf('.old-a.example')}`]);
});

it.runIf(canBeOtherUsers())('refuses to be both halves where they belong to two users', async () => {
  (await open())();
  chownSync(layout.issuer, somebody.uid, somebody.gid);
  const before = treeOf(layout.root);
  const asIssuer = { uid: somebody.uid, log, takeLock };
  await expect(openSession(realDisk, layout, asIssuer)).rejects.toMatchObject({
    code: 'state-split',
    message: `${layout.issuer} and ${layout.root} belong to different users: one certd cannot be both halves. Their units run each (\`systemctl start certd\`); \`certd run --deploy=external\` is the issuer alone`,
  });
  expect(treeOf(layout.root)).toEqual(before);
});

it('changes nothing in a directory that it refuses', async () => {
  mkdirSync(layout.root);
  writeFileSync(layout.layoutFile, '2\n');
  const before = treeOf(layout.root);
  await expect(open()).rejects.toMatchObject({ code: 'layout-too-new' });
  expect(treeOf(layout.root)).toEqual(before);
});

it('sweeps nothing while another session is open', async () => {
  const release = await open();
  symlinkSync('x', layout.liveLinkNew('a.example'));
  await expect(open()).rejects.toMatchObject({ code: 'locked' });
  expect(treeOf(layout.live)).toEqual(['link .new-a.example -> x']);
  release();
  (await open())();
  expect(treeOf(layout.live)).toEqual([]);
  expect(logged).toEqual([`leftover removed: ${layout.liveLinkNew('a.example')}`]);
});

it('removes the challenge files that an earlier run has left', async () => {
  (await open())();
  const place = join(layout.root, '../www/.well-known/acme-challenge');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'token'), 'x');
  writeFileSync(join(place, 'foreign'), 'x');
  const record = tokenRecord(realDisk, layout, () => {});
  await record.add(join(place, 'token'));
  await record.add(join(place, 'gone'));
  (await open())();
  expect(existsSync(join(place, 'token'))).toBe(false);
  expect(existsSync(join(place, 'foreign'))).toBe(true);
  expect(record.paths()).toEqual([]);
});

it('starts though a token record is spoiled, and says so', async () => {
  (await open())();
  writeFileSync(join(layout.tokens, '0000000000000000.json'), '{');
  (await open())();
  expect(logged).toEqual(['challenge file could not be removed: state-corrupt']);
});

it('refuses to order what is live under a name that the configuration has lost', async () => {
  (await open())();
  const pair = await makePair({ domains: ['a.example', 'www.a.example'] });
  await installGeneration(realDisk, layout, 'web', { id: '0001-aabbccdd', pair });
  symlinkSync('../deployed/web/0001-aabbccdd', layout.liveLink('web'));
  const lost = makeTarget({ name: 'a.example', domains: ['www.a.example', 'a.example'] });
  expect(() => checkNames(makeConfig([lost]), openWorld(layout))).toThrow(
    expect.objectContaining({
      code: 'config-name-taken',
      message:
        'the domains of a.example are on disk under another name; add this line to the certificate: "name: web"',
    }),
  );
  checkNames(makeConfig([{ ...lost, name: 'web' }]), openWorld(layout));
  checkNames(makeConfig([{ ...lost, domains: ['a.example'] }]), openWorld(layout));
  checkNames(makeConfig([]), openWorld(layout));
});
