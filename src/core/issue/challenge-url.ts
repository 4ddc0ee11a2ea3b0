/** Where a CA asks for a challenge (RFC 8555 §8.3). Throws where a domain fits into no URL. */
export function challengeUrl(domain: string, port: number, token: string): URL {
  const host = domain.includes(':') ? `[${domain}]` : domain;
  const authority = port === 80 ? host : `${host}:${port}`;
  return new URL(`http://${authority}/.well-known/acme-challenge/${token}`);
}
