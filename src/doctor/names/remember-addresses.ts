import type { NameTools } from './name-tools.ts';
import type { DnsAnswer } from './seen-names.ts';

/** The same tools, but each name is asked for its addresses once. */
export function rememberAddresses(tools: NameTools): NameTools {
  return { ...tools, ipv4: remembered(tools.ipv4), ipv6: remembered(tools.ipv6) };
}

type Question = (name: string) => Promise<DnsAnswer<string>>;

function remembered(ask: Question): Question {
  const asked = new Map<string, Promise<DnsAnswer<string>>>();
  return name => {
    const answer = asked.get(name) ?? ask(name);
    asked.set(name, answer);
    return answer;
  };
}
