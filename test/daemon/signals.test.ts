import { EventEmitter } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { openSignals, type Signals } from '../../src/daemon/signals.ts';

let source: EventEmitter;
let signals: Signals;
let reloads: number;
const reload = () => void reloads++;

beforeEach(() => {
  source = new EventEmitter();
  signals = openSignals(source);
  reloads = 0;
});

it.each(['SIGTERM', 'SIGINT'])('stops at %s', async name => {
  expect(signals.stop.aborted).toBe(false);
  source.emit(name);
  expect(signals.stop.aborted).toBe(true);
  await signals.stopped;
});

it('reloads at each SIGHUP', () => {
  signals.onReload(reload);
  expect(reloads).toBe(0);
  source.emit('SIGHUP');
  source.emit('SIGHUP');
  expect(reloads).toBe(2);
});

it('listens to SIGHUP before anybody can reload, and makes up for it with one reload', () => {
  expect(source.emit('SIGHUP')).toBe(true);
  source.emit('SIGHUP');
  signals.onReload(reload);
  expect(reloads).toBe(1);
});

it('still listens to SIGHUP while certd ends, so that it does not die of it, and reloads nothing', () => {
  signals.onReload(reload);
  source.emit('SIGTERM');
  expect(source.emit('SIGHUP')).toBe(true);
  expect(reloads).toBe(0);
});

it('reloads nothing for a SIGHUP before the stop', () => {
  source.emit('SIGHUP');
  source.emit('SIGTERM');
  signals.onReload(reload);
  expect(reloads).toBe(0);
});

it('leaves a second SIGTERM to the system, and everything once it is closed', () => {
  source.emit('SIGTERM');
  expect(source.emit('SIGTERM')).toBe(false);
  signals.close();
  expect(['SIGHUP', 'SIGTERM', 'SIGINT'].filter(name => source.emit(name))).toEqual([]);
});
