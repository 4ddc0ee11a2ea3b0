import * as z from 'zod';
import { mainSchema } from './schema.ts';

/**
 * The JSON Schema of the main file, for editors, as the text of `config.schema.json`. Keys that this version
 * refuses allow no value there, so that an editor marks them while their description says why.
 */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(mainSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override({ zodSchema, jsonSchema }) {
      if (z.globalRegistry.get(zodSchema)?.['notYet'] !== true) return;
      const { description } = jsonSchema;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      Object.assign(jsonSchema, { description, not: {} });
    },
  });
  return `${JSON.stringify({ title: 'certd configuration', ...schema }, null, 2)}\n`;
}
