import { authorityErrors } from './catalogue/authority.ts';
import { configurationErrors } from './catalogue/configuration.ts';
import { deployErrors } from './catalogue/deploy.ts';
import { endpointErrors } from './catalogue/endpoint.ts';
import { healthProblems } from './catalogue/health.ts';
import { issueErrors } from './catalogue/issue.ts';
import { programErrors } from './catalogue/program.ts';
import { stateErrors } from './catalogue/state.ts';

/** Every code that a log line, `status`, a command or the health socket can show. */
export const catalogue = {
  ...configurationErrors,
  ...stateErrors,
  ...authorityErrors,
  ...issueErrors,
  ...deployErrors,
  ...endpointErrors,
  ...healthProblems,
  ...programErrors,
};

export type ErrorCode = keyof typeof catalogue;

/** Whether this version knows the code: one that was read from disk may come from another. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

/** The same by area, in the order of `docs/errors.md`, which is made from it. */
export const catalogueAreas = [
  { title: 'Command line and configuration', entries: configurationErrors },
  { title: 'State on disk', entries: stateErrors },
  { title: 'The authority', entries: authorityErrors },
  { title: 'Challenge and certificate', entries: issueErrors },
  { title: 'Deploy', entries: deployErrors },
  { title: 'What servers present', entries: endpointErrors },
  { title: 'Problems that status and the health socket show', entries: healthProblems },
  { title: 'The program itself', entries: programErrors },
] as const;
