import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsInput, refusal } from './aws-service.ts';

type Shape = {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
};

export type ServiceModel = {
  readonly metadata: { readonly targetPrefix: string };
  readonly operations: Readonly<Record<string, { readonly input: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
};

/** AWS's own description of a service, which the AWS CLI brings along below `modules`. */
export function readModel(modules: string, service: string): ServiceModel {
  const dir = join(modules, 'awscli/botocore/data', service);
  const newest = readdirSync(dir).sort().at(-1) ?? '';
  return JSON.parse(readFileSync(join(dir, newest, 'service-2.json'), 'utf8'));
}

/**
 * Throws where the model rules the input out. The CLI looks for members, types and least lengths itself, and leaves patterns, lists
 * of values and greatest lengths to the service.
 */
export function checkInput({ operations, shapes }: ServiceModel, operation: string, input: AwsInput): void {
  const fail = (at: string, constraint: string): never => {
    throw refusal(
      'ValidationException',
      `1 validation error detected: Value at '${at}' failed to satisfy constraint: ${constraint}`,
    );
  };
  const check = (name: string, value: unknown, at: string): void => {
    const shape = shapes[name];
    if (shape === undefined) throw new Error(`the model has no shape ${name}`);
    if (Array.isArray(value) !== (shape.type === 'list')) fail(at, `Member must be a ${shape.type}`);
    checkSize(shape, value, constraint => fail(at, constraint));
    if (typeof value === 'string') checkText(shape, value, constraint => fail(at, constraint));
    if (Array.isArray(value)) {
      for (const [index, each] of value.entries()) check(shape.member?.shape ?? '', each, `${at}.${index}`);
    } else if (typeof value === 'object' && value !== null) checkMembers(shape, value, at);
  };
  const checkMembers = (
    { type, members = {}, required = [], key, value: each }: Shape,
    of: object,
    at: string,
  ) => {
    for (const name of required)
      if (!Object.hasOwn(of, name)) fail(`${at}.${name}`, 'Member must not be null');
    for (const [name, value] of Object.entries(of)) {
      if (type === 'map') check(key?.shape ?? '', name, `${at}.${name}`);
      const shape = type === 'map' ? each : members[name];
      check(shape?.shape ?? fail(`${at}.${name}`, 'Member must be known'), value, `${at}.${name}`);
    }
  };
  check(operations[operation]?.input.shape ?? '', input, operation);
}

type Fail = (constraint: string) => never;

function checkSize({ min, max }: Shape, value: unknown, fail: Fail): void {
  const isSized = typeof value === 'string' || Array.isArray(value);
  const size = isSized ? value.length : typeof value === 'number' ? value : null;
  if (size !== null && size < (min ?? size)) fail(`Member must have at least ${min}`);
  if (size !== null && size > (max ?? size)) fail(`Member must have at most ${max}`);
}

function checkText({ enum: values, pattern }: Shape, value: string, fail: Fail): void {
  if (values !== undefined && !values.includes(value))
    fail(`Member must satisfy enum value set: [${values.join(', ')}]`);
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, unicode(pattern)).test(value))
    fail(`Member must satisfy regular expression pattern: ${pattern}`);
}

/** Some escape what only a RegExp without the flag lets them escape. */
function unicode(pattern: string): string {
  return pattern.includes('\\p{') ? 'u' : '';
}
