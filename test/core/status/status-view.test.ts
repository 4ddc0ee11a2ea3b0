import { describe, expect, it } from 'vitest';
import { nextOrder, statusView } from '../../../src/core/status/status-view.ts';
import { threeHundred } from '../../support/many-certificates.ts';
import { exampleStatus, examples, statusOf } from '../../support/status-examples.ts';

const all = exampleStatus(Object.keys(examples));
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe('up to twenty certificates', () => {
  it('are all shown: critical first, then warnings, then by the moment of renewal, unknown moments last', () => {
    const { shown, groups, rest } = statusView(all, false);
    expect(names(shown)).toEqual([
      'shop.example',
      'imap.example',
      'new.example',
      'a-rather-long-name-of-a-certificate.internal.example',
      'api.example',
      'mail.example',
      'gone.example',
      'due.example',
      'www.example',
      'pop.example',
    ]);
    expect({ groups, rest }).toEqual({ groups: [], rest: null });
  });

  it('are twenty, and not twenty-one', () => {
    const well = threeHundred().slice(25, 46);
    expect(statusView(statusOf(well.slice(1)), false).shown).toHaveLength(20);
    expect(statusView(statusOf(well), false).shown).toHaveLength(0);
    expect(statusView(statusOf(well), true).shown).toHaveLength(21);
  });
});

describe('of more', () => {
  it('those with a problem are shown, and the rest is counted', () => {
    const { shown, groups, rest } = statusView(statusOf(threeHundred()), false);
    expect(shown).toHaveLength(12);
    expect(shown.slice(0, 3).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'host-007.example critical',
      'host-131.example critical',
      'host-206.example critical',
    ]);
    expect(groups).toEqual([]);
    expect(rest).toEqual({ count: 288, next: { name: 'host-001.example', at: '2026-03-05T17:00:00.000Z' } });
  });

  it('more than twenty with a problem are grouped: critical ones first, then the larger groups', () => {
    const { shown, groups, rest } = statusView(statusOf(threeHundred({ unreachable: 200 })), false);
    expect(shown).toEqual([]);
    expect(groups.map(({ problem, names }) => `${problem.level} ${problem.code} ${names.length}`)).toEqual([
      'critical expiring-soon 1',
      'critical not-issued 1',
      'critical state-corrupt 1',
      'warning ca-unreachable 201',
      'warning deploy-owed 2',
    ]);
    expect(groups[3]?.names.slice(0, 2)).toEqual(['host-206.example', 'host-000.example']);
    expect(rest?.count).toBe(95);
  });

  it('a certificate that has a problem twice counts once in its group', () => {
    const { certificates } = statusOf(threeHundred({ unreachable: 25 }).slice(0, 25));
    const twice = certificates.map(one => ({ ...one, problems: [...one.problems, ...one.problems] }));
    const { groups, rest } = statusView({ ...all, certificates: twice }, false);
    expect(groups.map(({ names }) => names.length)).toEqual([25]);
    expect(rest).toBeNull();
  });
});

it('the next order is the earliest that is known, an attempt after a failure included', () => {
  expect(nextOrder(exampleStatus(['well', 'late', 'unmanaged']).certificates)).toEqual({
    name: 'api.example',
    at: '2026-03-07T10:00:00.000Z',
  });
  expect(nextOrder(exampleStatus(['unmanaged']).certificates)).toBeNull();
});
