import type { Instant, Millis } from '../instant.ts';
import type { DeployWindow } from './deploy-model.ts';

const minute: Millis = 60_000;
const dayMinutes = 24 * 60;

/**
 * The first moment from `now` on at which the clocks of the window's time zone show its hours; null while they do. Hours
 * that a clock change leaves out do not come on that day, and hours that it repeats come twice.
 */
export function opensAt(window: DeployWindow, now: Instant): Instant | null {
  if (isOpen(window, now)) return null;
  for (let from = now; ; ) {
    const opens = from + timeUntil(window.from, wallTime(from, window.timeZone));
    const change = clockChange(window.timeZone, from, opens);
    if (change === null || isOpen(window, change)) return change ?? opens;
    from = change;
  }
}

/** As the configuration has it, with the time zone: `02:00-05:00 Asia/Shanghai`. */
export function windowText({ from, to, timeZone }: DeployWindow): string {
  return `${clockText(from)}-${clockText(to)} ${timeZone}`;
}

function clockText(minutes: number): string {
  const [hours, rest] = [Math.trunc(minutes / 60), minutes % 60];
  return `${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

function isOpen({ from, to, timeZone }: DeployWindow, at: Instant): boolean {
  const shown = minutesOfDay(wallTime(at, timeZone));
  return from < to ? shown >= from && shown < to : shown >= from || shown < to;
}

/** Until the clocks show these minutes of a day next, as long as nobody changes them. They do not show them now. */
function timeUntil(wanted: number, wall: Millis): Millis {
  const left = (wanted - minutesOfDay(wall) + dayMinutes) % dayMinutes;
  return left * minute - (wall % minute);
}

/** The first whole minute after `from`, and not after `to`, in which the zone has another offset than at `from`; null if none. */
function clockChange(timeZone: string, from: Instant, to: Instant): Instant | null {
  const before = offset(from, timeZone);
  if (offset(to, timeZone) === before) return null;
  let [same, other] = [Math.floor(from / minute), Math.ceil(to / minute)];
  while (other - same > 1) {
    const middle = Math.trunc((same + other) / 2);
    if (offset(middle * minute, timeZone) === before) same = middle;
    else other = middle;
  }
  return other * minute;
}

function offset(at: Instant, timeZone: string): Millis {
  return wallTime(at, timeZone) - at;
}

function minutesOfDay(wall: Millis): number {
  return Math.floor(wall / minute) % dayMinutes;
}

/** What the clocks there show, as if it were UTC. */
function wallTime(at: Instant, timeZone: string): Millis {
  const shown = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(shown.get(type));
  const second = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return second + (at % 1000);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

/** Making one takes longer than all that is asked of it. */
const formats = new Map<string, Intl.DateTimeFormat>();
