import { type Entry, entry } from './entry.ts';

export const issueErrors = {
  'webroot-unusable': entry(
    'back-off',
    'The webroot cannot hold a challenge file.',
    'Create the directory, and let the user that certd runs as write to `.well-known/acme-challenge` in it.',
  ),
  'self-check-failed': entry(
    'none',
    'certd could not read its own challenge file over HTTP. The order went on: some hosts cannot reach themselves.',
    'If validation fails too, check the web server’s location for `/.well-known/acme-challenge/`.',
  ),
  'certificate-unreadable': entry(
    'back-off',
    'A certificate or private key cannot be parsed.',
    'The message says where; if it lies on disk, look for a failing disk or a stray edit.',
  ),
  'gate-refused': entry(
    'daily',
    'A certificate from the CA does not fit: its key, names, dates or chain are wrong. It does not go live.',
    'The message says which; the old certificate stays.',
  ),
} satisfies Record<string, Entry>;
