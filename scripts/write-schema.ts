import { writeFileSync } from 'node:fs';
import { jsonSchemaText } from '../src/config/schema-json.ts';

writeFileSync(new URL('../config.schema.json', import.meta.url), jsonSchemaText());
