import { writeFileSync } from 'node:fs';
import { deployFiles } from './deploy-files.ts';

for (const [path, text] of deployFiles()) writeFileSync(new URL(`../${path}`, import.meta.url), text);
