import { writeFileSync } from 'node:fs';
import { doctorPage } from './doctor-page.ts';

writeFileSync(new URL('../docs/doctor.md', import.meta.url), doctorPage());
