import { z } from 'zod';
import { readText } from '../source-tree.ts';
import { readYaml } from './read-yaml.ts';

/**
 * A Command document of schema 2.2 with one shell step: what "Data elements and parameters" and "Command document plugin
 * reference" in the user guide of AWS Systems Manager allow, and no key more. AWS itself takes a key that it does not know for an error.
 * By hand, for its API takes the document as a text, and the one schema that AWS publishes is of Automation documents.
 */
const parameter = z.strictObject({
  type: z.literal('String'),
  description: z.string(),
  default: z.string().optional(),
  allowedPattern: z.string().optional(),
  allowedValues: z.array(z.string()).optional(),
  minChars: z.int().optional(),
  maxChars: z.int().optional(),
  displayType: z.enum(['textfield', 'textarea']).optional(),
  interpolationType: z.enum(['ENV_VAR', 'NONE']).optional(),
});

const step = z.strictObject({
  action: z.literal('aws:runShellScript'),
  // "Can't contain spaces"; letters and digits are what every example has.
  name: z.string().regex(/^[A-Za-z0-9]{3,128}$/),
  precondition: z.strictObject({ StringEquals: z.tuple([z.literal('platformType'), z.literal('Linux')]) }),
  inputs: z.strictObject({
    runCommand: z.array(z.string()).min(1),
    timeoutSeconds: z.string().regex(/^\d+$/),
    workingDirectory: z.string().optional(),
  }),
});

const document = z.strictObject({
  schemaVersion: z.literal('2.2'),
  description: z.string(),
  parameters: z.record(z.string().regex(/^[A-Za-z0-9]+$/), parameter),
  mainSteps: z.array(step).length(1),
});

export type SsmDocument = z.infer<typeof document>;
export const ssmDocumentPath = 'deploy/ssm/certd-install.yaml';

/** Throws where Systems Manager would refuse the text. */
export function ssmDocumentOf(text: string): SsmDocument {
  if (Buffer.byteLength(text) > 64 * 1024) throw new Error('a document has 64 KB at most');
  return document.parse(readYaml(text));
}

export function shippedSsmDocument(): SsmDocument {
  return ssmDocumentOf(readText(ssmDocumentPath));
}

/** The commands of the one step, as the agent writes them into a file. */
export function ssmScript({ mainSteps }: SsmDocument): string {
  return mainSteps.flatMap(({ inputs }) => inputs.runCommand).join('\n');
}
