import { isIP } from 'node:net';
import type { DeployWindow } from '../core/deploy/deploy-model.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Reading } from './reading.ts';

/** Where to connect to: `127.0.0.1:443`, `[::1]:443`, `mail.example.com:25`. */
export function readConnect(text: string): Reading<Pick<Endpoint, 'connect' | 'host' | 'port'>> {
  const [, inside, name = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:\s/@[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = inside ?? name;
  if (host === '' || (inside !== undefined && isIP(inside) !== 6)) {
    return { problem: `${JSON.stringify(text)} is no host and port such as "127.0.0.1:443" or "[::1]:443"` };
  }
  const port = Number(digits);
  if (port < 1 || port > 65_535) return { problem: `${JSON.stringify(text)} has no port from 1 to 65535` };
  return { value: { connect: text, host, port } };
}

/** Hours of a day: `02:00-05:00`, `22:00-04:00`, `20:00-24:00`. */
export function readHours(text: string): Reading<Pick<DeployWindow, 'from' | 'to'>> {
  const [, start = '', end = ''] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  const from = minutesOf(start);
  const to = minutesOf(end);
  if (from === null || to === null || from === dayMinutes) {
    return { problem: `${JSON.stringify(text)} are no hours such as "02:00-05:00"` };
  }
  if (from === to) return { problem: `${JSON.stringify(text)} is no time at all: its end is its start` };
  return { value: { from, to } };
}

const dayMinutes = 24 * 60;

function minutesOf(text: string): number | null {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number);
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= dayMinutes ? total : null;
}
