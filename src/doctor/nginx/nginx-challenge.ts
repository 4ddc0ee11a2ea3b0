import { posix } from 'node:path';
import {
  type ChallengeOutcome,
  challengeUri,
  placeOf,
  unclear,
  type WebSide,
} from '../sites/challenge-answer.ts';
import { nginxAccess } from './nginx-access.ts';
import type { NginxDirective } from './nginx-directives.ts';
import { modifierOf, nginxLocation, uriOf } from './nginx-locations.ts';
import { filledIn, nginxRewrite } from './nginx-rewrites.ts';
import { nginxServer } from './nginx-servers.ts';

type Block = readonly NginxDirective[];

/** How this nginx answers a CA on port 80. */
export function nginxWeb(configuration: Block): WebSide {
  const http = configuration.filter(({ name }) => name === 'http').flatMap(({ block }) => block ?? []);
  const servers = http.filter(({ name, block }) => name === 'server' && block !== null);
  const [user] = configuration.filter(({ name }) => name === 'user');
  return {
    worker: user?.args[0] ?? null,
    answer: (domain, at) => {
      const found = nginxServer(domain, at, servers);
      if (found === null) return null;
      const { server, named } = found;
      const outcome =
        named === null
          ? outcomeIn(server.block ?? [], http, domain)
          : unclear(`${placeOf(server)} listens on ${named}, and nginx alone knows which address that was`);
      return { place: placeOf(server), outcome };
    },
  };
}

function outcomeIn(server: Block, http: Block, domain: string): ChallengeOutcome {
  const atServer = nginxRewrite(server, domain);
  if (atServer !== null) return atServer;
  const location = nginxLocation(server);
  if (location.kind === 'unclear') {
    return unclear(`${placeOf(location.pattern)} has a pattern that doctor does not know`);
  }
  const { path } = location;
  const own = path.at(-1)?.block ?? server;
  // From the innermost block outwards.
  const around = [...path.map(({ block }) => block ?? []).reverse(), server, http];
  return (
    (path.length === 0 ? null : nginxRewrite(own, domain)) ??
    notForAll(around) ??
    handledElsewhere(own) ??
    nginxAccess(around) ??
    fileOf(path.at(-1) ?? null, around, domain)
  );
}

/** A location inside of one that is internal is, too. */
function notForAll(around: readonly Block[]): ChallengeOutcome | null {
  const [internal] = around.flatMap(block => named('internal', block));
  return internal === undefined
    ? null
    : { kind: 'refused', words: `${placeOf(internal)} answers nobody outside` };
}

/** Handlers belong to their own block, and none of them looks for a file. */
function handledElsewhere(block: Block): ChallengeOutcome | null {
  const handler = block.find(({ name }) =>
    /^(?:\w+_pass|content_by_lua\w*|js_content|perl|stub_status)$/.test(name),
  );
  if (handler !== undefined) {
    return unclear(`${placeOf(handler)} gives it to ${handler.args[0] ?? 'a program'} (${handler.name})`);
  }
  const [files] = named('try_files', block);
  const [first] = files?.args ?? [];
  if (files === undefined || first === '$uri' || first === '$request_uri') return null;
  return unclear(`${placeOf(files)} looks for ${first} first`);
}

function fileOf(location: NginxDirective | null, around: readonly Block[], domain: string): ChallengeOutcome {
  const places = around.map(block => block.filter(({ name }) => name === 'root' || name === 'alias'));
  const [directive] = places.find(each => each.length > 0) ?? [];
  if (directive === undefined)
    return unclear('it has no root, and which one nginx then takes is compiled in');
  const where = filledIn(directive.args[0] ?? '', domain);
  if (where.includes('$')) return unclear(`${placeOf(directive)} is ${where}, known only while nginx runs`);
  if (!where.startsWith('/'))
    return unclear(`${placeOf(directive)} is ${where}, below a directory that is compiled in`);
  if (directive.name === 'root') return { kind: 'file', path: posix.join(where, challengeUri) };
  if (location === null || modifierOf(location).startsWith('~')) {
    return unclear(`${placeOf(directive)} is an alias in a regular expression`);
  }
  return { kind: 'file', path: posix.normalize(`${where}${challengeUri.slice(uriOf(location).length)}`) };
}

function named(name: string, block: Block): Block {
  return block.filter(directive => directive.name === name);
}
