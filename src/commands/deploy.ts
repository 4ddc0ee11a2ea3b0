import type { DeployAsk } from '../core/deploy/deploy-hold.ts';
import { CertdError } from '../core/errors.ts';
import type { DeployAnswer, DeployRequest, DeployResult } from '../daemon/run-deploy.ts';
import { askDeployingDaemon } from './ask-deploying-daemon.ts';
import type { Deployer, DeployerPlaces } from './deploy-here.ts';
import { deployLines } from './deploy-lines.ts';
import { progress } from './progress.ts';
import { screenOf } from './screen.ts';
import { realPace, slowToFail } from './slow-to-fail.ts';

export type DeployOptions = DeployerPlaces & { readonly owed?: true; readonly force?: true };

/** `certd deploy`: by the daemon where it runs and deploys, else in this process under the deployer's lock. */
export async function deployCommand(
  names: readonly string[],
  options: DeployOptions,
  pace = realPace,
): Promise<number> {
  if (options.owed && options.force) throw new CertdError('usage', '--owed and --force exclude each other');
  const request = { names: names.length === 0 ? null : names, ask: askOf(names, options) };
  const done = progress('waiting for the deploy to end');
  const job = () => deploy(request, options);
  const { results } = await (options.owed ? slowToFail(job, pace) : job()).finally(done);
  const { width } = screenOf(process.stdout, process.env['NO_COLOR']);
  // What is no terminal is read line by line.
  const shown = options.owed ? results.filter(hasNews) : results;
  const lines = deployLines(shown, Date.now(), width ?? Number.POSITIVE_INFINITY);
  process.stdout.write(lines.map(line => `${line}\n`).join(''));
  return results.some(({ error }) => error !== null && !(options.owed && isState(error))) ? 1 : 0;
}

/** For its unit a deploy that failed is state like any other: it is on record, and tried again. So is one that it ended itself. */
function isState({ code, recorded }: { readonly code: string; readonly recorded: boolean }): boolean {
  return recorded || code === 'stopped';
}

/** Its unit looks every few minutes: a line each time for each certificate with nothing to do would hide the others. */
function hasNews({ deployed, error }: DeployResult): boolean {
  return deployed !== null || error !== null;
}

function askOf(names: readonly string[], { owed, force }: DeployOptions): DeployAsk {
  if (owed) return 'nobody';
  if (force) return 'forced';
  return names.length === 0 ? 'pass' : 'named';
}

async function deploy(request: DeployRequest, options: DeployOptions): Promise<DeployAnswer> {
  const question = { path: '/deploy', body: request, isAnswer: isDeployAnswer };
  const answer = await askDeployingDaemon(question, options);
  if (answer !== null) return answer;
  if (options.owed) {
    const { deployOwedHere } = await import('./deploy-owed-here.ts');
    return deployOwedHere(request, options);
  }
  const { deployHere, personsPatienceMs: patienceMs } = await import('./deploy-here.ts');
  const { runDeploy } = await import('../daemon/run-deploy.ts');
  const job = ({ config, parts }: Deployer) => runDeploy(config, parts, request);
  return deployHere(options, { patienceMs, job });
}

function isDeployAnswer(body: unknown): body is DeployAnswer {
  return typeof body === 'object' && body !== null && 'results' in body && Array.isArray(body.results);
}
