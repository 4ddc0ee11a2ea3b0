import { request } from 'node:http';
import { challengeUri } from '../../src/doctor/sites/challenge-answer.ts';

/** What a server on this port of 127.0.0.1 answers for the token that doctor thinks of, asked for under this name. */
export function challengeStatus(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: challengeUri, headers: { host } });
    asked.once('response', answer => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}
