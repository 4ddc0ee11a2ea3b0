import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type SsmDocument, ssmDocumentOf } from '../ready-made/ssm-document.ts';
import { ssmValues } from '../ready-made/ssm-parameters.ts';
import { type AwsInput, type AwsService, refusal } from './aws-service.ts';

/** The identity of the first command and of the first association, as docs/install.md has them. */
const firstId = '12345678-90ab-cdef-1234-567890abcdef';

type Parameters = Readonly<Record<string, readonly string[]>>;
type Ordered = { readonly Parameters?: Parameters; readonly Targets?: readonly unknown[] };
/** What a document takes. Throws for parameters that it does not. */
type Taker = (parameters: Parameters) => void;

/** Systems Manager, with the SecureStrings of `store`. It remembers documents, commands and associations, and runs nothing. */
export function fakeSsm(store: ReadonlyMap<string, string>): AwsService {
  const documents = new Map<string, Taker>([['AWS-RunShellScript', takeCommands]]);
  const commands = new Set<string>();
  const associations = new Set<string>();
  return {
    CreateDocument: input => createDocument(documents, input),
    SendCommand: input => {
      const { DocumentName, ...rest } = input as Ordered & { DocumentName: string };
      checkOrder(documents, DocumentName, rest);
      const CommandId = newId(commands);
      return { Command: { CommandId, DocumentName, Status: 'Pending' } };
    },
    ListCommandInvocations: ({ CommandId }) => {
      if (CommandId !== undefined && !commands.has(String(CommandId))) throw refusal('InvalidCommandId', '');
      return { CommandInvocations: [] };
    },
    CreateAssociation: input => {
      checkAssociation(documents, input);
      return { AssociationDescription: { AssociationId: newId(associations), Name: input['Name'] } };
    },
    UpdateAssociation: input => {
      needAssociation(associations, input);
      checkAssociation(documents, input);
      return { AssociationDescription: { AssociationId: input['AssociationId'] } };
    },
    DeleteAssociation: input => {
      associations.delete(needAssociation(associations, input));
      return {};
    },
    GetParameter: ({ Name, WithDecryption }) => {
      const plain = store.get(String(Name));
      if (plain === undefined) throw refusal('ParameterNotFound', '');
      const Value = WithDecryption === true ? plain : Buffer.from('encrypted').toString('base64');
      return { Parameter: { Name, Type: 'SecureString', Value } };
    },
  };
}

function createDocument(documents: Map<string, Taker>, input: AwsInput): unknown {
  const {
    Name,
    Content,
    DocumentFormat = 'JSON',
  } = input as Record<'Name' | 'Content', string> & {
    DocumentFormat?: string;
  };
  if (/^(?:aws|amazon|amzn)/i.test(Name))
    throw refusal('ValidationException', `${Name} has a reserved prefix`);
  if (documents.has(Name)) throw refusal('DocumentAlreadyExists', `${Name} exists`);
  const document = orRefuse('InvalidDocumentContent', () => {
    if (DocumentFormat === 'JSON') JSON.parse(Content);
    return ssmDocumentOf(Content);
  });
  documents.set(Name, parameters => takeValues(document, parameters));
  return { DocumentDescription: { Name, DocumentFormat, Status: 'Creating' } };
}

function checkAssociation(documents: ReadonlyMap<string, Taker>, input: AwsInput): void {
  const { Name, ScheduleExpression, ...rest } = input as Ordered & {
    Name: string;
    ScheduleExpression?: string;
  };
  checkOrder(documents, Name, rest);
  if (ScheduleExpression !== undefined) checkSchedule(ScheduleExpression);
}

function checkOrder(
  documents: ReadonlyMap<string, Taker>,
  name: string,
  { Parameters, Targets }: Ordered,
): void {
  const take = documents.get(name);
  if (take === undefined) throw refusal('InvalidDocument', `there is no document ${name}`);
  if ((Targets ?? []).length === 0) throw refusal('InvalidTarget', 'no target is named');
  orRefuse('InvalidParameters', () => take(Parameters ?? {}));
}

/** Each is a String in a list of its own. */
function takeValues(document: SsmDocument, parameters: Parameters): void {
  const given = Object.entries(parameters).map(([name, values]) => {
    const [value, ...more] = values;
    if (value === undefined || more.length > 0) throw new Error(`${name} is one String`);
    return [name, value] as const;
  });
  ssmValues(document, Object.fromEntries(given));
}

/** The one document of AWS's own that is used here. */
function takeCommands(parameters: Parameters): void {
  const list = z.array(z.string()).min(1);
  const one = z.tuple([z.string()]).optional();
  z.strictObject({ commands: list, workingDirectory: one, executionTimeout: one }).parse(parameters);
}

/** `rate(…)` of half an hour at least; `cron(…)` is used nowhere. */
function checkSchedule(expression: string): void {
  const [, count = '', unit = '', plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const minutes = Number(count) * ({ minute: 1, hour: 60, day: 1440 }[unit] ?? 0);
  if (minutes < 30 || (count === '1') !== (plural === ''))
    throw refusal('InvalidSchedule', `${expression} is no schedule`);
}

function needAssociation(associations: ReadonlySet<string>, { AssociationId }: AwsInput): string {
  if (!associations.has(String(AssociationId))) throw refusal('AssociationDoesNotExist', '');
  return String(AssociationId);
}

function newId(ids: Set<string>): string {
  const id = ids.size === 0 ? firstId : randomUUID();
  ids.add(id);
  return id;
}

function orRefuse<Result>(code: string, make: () => Result): Result {
  try {
    return make();
  } catch (thrown) {
    throw refusal(code, String(thrown));
  }
}
