import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BootedHost } from '../booted/booted-host.ts';
import { type SsmDocument, ssmScript } from './ssm-document.ts';
import { type SsmValues, ssmValues } from './ssm-parameters.ts';

/**
 * The agent of AWS Systems Manager at work on a document (amazon-ssm-agent: docparser/parameters, plugins/runscript and
 * executers). `older`: before 3.3.2746.0, which does not know `interpolationType` and puts values into the text.
 */
export type SsmAgent = 'current' | 'older';

const scriptFile = '/var/lib/amazon/ssm/i-0/document/orchestration/c-0/installCertd/_script.sh';

/** Runs it as root on the host. Throws for parameters that Systems Manager does not take. */
export function runDocument(
  host: BootedHost,
  document: SsmDocument,
  given: Readonly<Record<string, string>>,
  agent: SsmAgent = 'current',
): ReturnType<BootedHost['run']> {
  const values = ssmValues(document, given);
  const file = host.at(scriptFile);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${resolved(ssmScript(document), document, values, agent)}\n`, { mode: 0o700 });
  const standing = ['AWS_SSM_INSTANCE_ID=i-0', 'AWS_SSM_REGION_NAME=eu-central-1', 'SSM_COMMAND_ID=c-0'];
  const own = agent === 'current' ? values.map(([name, value]) => `SSM_${name}=${value}`) : [];
  // Without an interpreter in front: the shell that cannot execute the file reads it.
  return host.run(['env', ...standing, ...own, 'sh', '-c', scriptFile]);
}

/** `{{ Name }}` in a text, for every parameter that is not to be a variable; an older agent has none of these. */
function resolved(text: string, { parameters }: SsmDocument, values: SsmValues, agent: SsmAgent): string {
  const known = values.filter(
    ([name]) => agent === 'older' || parameters[name]?.interpolationType !== 'ENV_VAR',
  );
  const byName = new Map(known);
  return text.replaceAll(/\{\{\s*([A-Za-z0-9]+)\s*\}\}/g, (place, name) => byName.get(name) ?? place);
}
