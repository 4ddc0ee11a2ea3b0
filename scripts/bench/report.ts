import { mean, median, percentile } from './figures.ts';
import { type Measured, sizes } from './measure.ts';
import { countedRequests } from './requests.ts';
import { atMost, type Row, shown, told } from './rows.ts';

/** What certd took, judged by what the issue asks. */
export function judged(measured: Measured): readonly Row[] {
  return [
    ...manyRows(measured),
    ...thousandRows(measured),
    ...memoryRows(measured),
    ...renewalRows(measured),
  ];
}

function manyRows({ many, refused, healthz }: Measured): readonly Row[] {
  const seconds = many.map(({ ms }) => ms / 1000);
  const requests = many.map(run => countedRequests(run.requests) / sizes.many);
  const spreadOf = (ms: readonly number[]) =>
    [50, 90, 95].map(share => `p${share} ${shown(percentile(ms, share))}`).join(', ');
  return [
    atMost(`${sizes.many} certificates from nothing`, median(seconds), 4, 's', spread(seconds)),
    atMost('… ACME requests for each', Math.max(...requests), 7.3, ''),
    atMost(
      '… with half of all nonces refused',
      countedRequests(refused.requests) / sizes.many,
      16,
      '',
      `${shown(refused.ms / 1000)} s`,
    ),
    atMost('… attempts that failed by it', refused.failures, 0, ''),
    atMost('… /healthz meanwhile, p99', percentile(healthz.certd, 99), 10, 'ms', spreadOf(healthz.certd)),
    told(
      '… an idle process meanwhile, p99',
      `${shown(percentile(healthz.idle, 99))} ms (${spreadOf(healthz.idle)})`,
    ),
  ];
}

function thousandRows({ status, idlePass }: Measured): readonly Row[] {
  const ratio = median(status.statusMs) / median(status.nodeMs);
  const more = `${shown(median(status.statusMs))} against ${shown(median(status.nodeMs))} ms`;
  const { walks, requests } = idlePass;
  return [
    atMost(`status of ${sizes.listed} certificates, times node -e 0`, ratio, 2, 'x', more),
    atMost('… the most it had in memory', Math.max(...status.peakMb), 70, 'MB'),
    atMost(`a pass over ${sizes.listed}, nothing due: processor`, idlePass.cpuMs, 20, 'ms'),
    atMost('… ACME requests', requests, 0, ''),
    walks === null
      ? told('… directories read', 'not measured: no strace on PATH')
      : atMost('… directories read in ten passes', walks.listed, 0, '', `${walks.opened} files opened`),
  ];
}

/** What may be the noise of a heap that is collected now and then. */
const noiseMb = 3;

function memoryRows({ memory }: Measured): readonly Row[] {
  const third = Math.floor(memory.rounds.length / 3);
  const last = mean(memory.rounds.slice(-third));
  const middle = mean(memory.rounds.slice(-2 * third, -third));
  const rounds = memory.rounds.map(mb => mb.toFixed(0)).join(' ');
  const renewals = sizes.rounds * sizes.many;
  return [
    atMost(`resident, idle after issuing ${sizes.many}`, memory.afterIssuing, 110, 'MB'),
    atMost('… idle after a restart', memory.afterRestart, 85, 'MB'),
    atMost(`… growth over ${renewals} renewals`, last - middle, noiseMb, 'MB', `each round: ${rounds}`),
  ];
}

function renewalRows({ one }: Measured): readonly Row[] {
  const inDaemon = one.renewals.map(run => run.daemonMs);
  const requests = one.renewals.map(run => countedRequests(run.requests));
  const idle = one.idle.map(run => run.daemonMs);
  return [
    atMost('one renewal, inside the daemon', median(inDaemon), 300, 'ms', spread(inDaemon)),
    atMost('… ACME requests', Math.max(...requests), 7, ''),
    times(
      '… as the control socket sees it',
      one.renewals.map(run => run.callerMs),
    ),
    times('… as a whole `certd renew --force`', one.commandsMs),
    times('a pass that asks for one window', idle),
  ];
}

function times(what: string, ms: readonly number[]): Row {
  return told(what, `${shown(median(ms))} ms (${spread(ms)})`);
}

function spread(values: readonly number[]): string {
  return `${shown(Math.min(...values))} to ${shown(Math.max(...values))} in ${values.length} runs`;
}
