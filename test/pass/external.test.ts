import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Asked } from '../../src/core/issue/due.ts';
import type { PassParts } from '../../src/pass/pass-parts.ts';
import { reconcile } from '../../src/reconcile.ts';
import { readDeployState } from '../../src/store/deploy-state.ts';
import { realDisk } from '../../src/store/disk.ts';
import type { CrashHost } from '../support/crash-host.ts';
import { target } from '../support/crash-host.ts';
import { recordingDisk } from '../support/recording-disk.ts';
import { passHost } from './pass-host.ts';

const minute = 60_000;
const { name } = target;

const pass = (parts: PassParts, asked: Asked = 'nothing') => reconcile([target], asked, parts);
const issue = (host: CrashHost, asked: Asked = 'nothing') =>
  host.runIssuer(realDisk, parts => pass(parts, asked));
const requests = (host: CrashHost) => readdirSync(host.layout().requests);

describe('an issuer alone', () => {
  it('issues, asks the deployer, and writes nothing outside its half', async () => {
    const host = await passHost();
    const disk = recordingDisk(host.layout().root);
    const [result] = await host.runIssuer(disk, pass);
    expect(result).toMatchObject({
      name,
      issued: expect.stringMatching(/^0001-/),
      deployed: null,
      error: null,
    });
    expect(requests(host)).toEqual([name]);
    expect(readdirSync(host.layout().root)).toEqual(['issuer']);
    const places = disk.calls
      .flatMap(call => call.split(' ').slice(1))
      .filter(path => !path.startsWith('..'));
    expect(places.filter(path => !/^issuer(\/|$)/.test(path))).toEqual(['.']);
    expect(host.hooksRun).toEqual([]);
  });

  it('asks again for the same only where the request was taken, and after five minutes', async () => {
    const host = await passHost();
    await host.runIssuer(realDisk, async parts => {
      const taken = async () => {
        const there = requests(host);
        if (there.length > 0) await realDisk.unlink(host.layout().requestOf(name));
        await pass(parts);
        return [there, requests(host)];
      };
      await pass(parts);
      expect(await taken()).toEqual([[name], []]);
      host.advance(5 * minute - 1);
      expect(await taken()).toEqual([[], []]);
      host.advance(1);
      expect(await taken()).toEqual([[], [name]]);
    });
  });

  it('asks at once for another generation', async () => {
    const host = await passHost();
    await host.runIssuer(realDisk, async parts => {
      await pass(parts);
      await realDisk.unlink(host.layout().requestOf(name));
      // Nobody deploys, so that nobody is waited for either.
      host.advance(80 * 24 * 60 * minute);
      await pass(parts);
      expect(requests(host)).toEqual([name]);
      expect(host.issuer.orders).toHaveLength(2);
    });
  });

  it('asks for nothing once it is deployed, and sees that it is', async () => {
    const host = await passHost();
    await issue(host);
    const [deployed] = await host.runDeployer(realDisk);
    expect(deployed).toMatchObject({ deployed: `0001-${host.live()}`, error: null });
    expect(requests(host)).toEqual([]);
    await issue(host);
    expect(requests(host)).toEqual([]);
    expect(host.hooksRun).toEqual([`first ${host.live()}`, `second ${host.live()}`]);
  });

  it('keeps the newest three of what it has issued, and what is live', async () => {
    const host = await passHost();
    await issue(host);
    await host.runDeployer(realDisk);
    const first = host.live();
    for (let count = 2; count <= 5; count++) await renewed(host);
    const kept = readdirSync(host.layout().issuedOf(name)).sort();
    expect(kept.map(id => id.slice(0, 4))).toEqual(['0001', '0003', '0004', '0005']);
    expect(kept[0]).toBe(`0001-${first}`);
  });
});

/** A renewal that nobody has deployed. */
async function renewed(host: CrashHost): Promise<void> {
  host.advance(61 * 24 * 60 * minute);
  await issue(host);
}

describe('whoever asks an issuer alone for a renewal', () => {
  it('is told what the deployer has made of it', async () => {
    const host = await passHost();
    const [result] = await whileIssuing(host, () => host.runDeployer(realDisk));
    const id = `0001-${host.live()}`;
    expect(result).toMatchObject({ issued: id, deployed: id, error: null });
  });

  it('is told why its deploy failed', async () => {
    const host = await passHost();
    const live = host.layout().liveLink(name);
    const [result] = await whileIssuing(host, async () => {
      mkdirSync(live, { recursive: true });
      writeFileSync(`${live}/foreign`, '');
      await host.runDeployer(realDisk);
    });
    expect(result?.error).toMatchObject({
      code: 'disk-failed',
      message: expect.stringMatching(
        /is no link of certd's.*; it is tried again .*, `certd deploy crash\.test` does not wait$/,
      ),
    });
    expect(result).toMatchObject({ deployed: null });
  });

  it('is told that nobody has begun', async () => {
    const host = await passHost();
    const [result] = await whileIssuing(host, async () => host.advance(15_000));
    expect(result).toMatchObject({ issued: expect.stringMatching(/^0001-/), deployed: null });
    expect(result?.error).toMatchObject({
      code: 'deployer-silent',
      message: expect.stringMatching(/^the deployer was asked, and has not begun for 15 s: /),
    });
    expect(requests(host)).toEqual([name]);
  });

  it('is told that somebody has begun and not ended', async () => {
    const host = await passHost();
    const [result] = await whileIssuing(host, async () => {
      await realDisk.unlink(host.layout().requestOf(name));
      host.advance(5 * minute);
    });
    expect(result?.error).toMatchObject({
      code: 'deployer-silent',
      message: 'the deployer has begun, and has not ended for 5 minutes',
    });
  });
});

/** A pass that a person has asked for, and what somebody does once the deployer was asked; the clock goes on after it. */
async function whileIssuing(host: CrashHost, act: () => Promise<unknown>) {
  return host.runIssuer(realDisk, async parts => {
    let acted: Promise<unknown> | null = null;
    const sleep: PassParts['clock']['sleep'] = async ms => {
      if (existsSync(host.layout().requestOf(name))) acted ??= act();
      await acted;
      host.advance(ms);
    };
    return pass({ ...parts, clock: { ...parts.clock, sleep } }, 'pass');
  });
}

it('a deployer that was cut short after it took the request is asked again, by what the state says', async () => {
  const host = await passHost();
  await host.runIssuer(realDisk, async parts => {
    await pass(parts);
    await realDisk.unlink(host.layout().requestOf(name));
    expect(readDeployState(host.layout().deployState(name)).deployed).toBeNull();
    host.advance(5 * minute);
    await pass(parts);
  });
  expect(requests(host)).toEqual([name]);
  await host.runDeployer(realDisk);
  expect(host.live()).not.toBeNull();
});
