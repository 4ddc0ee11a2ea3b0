import type { ApacheDirective } from './apache-directives.ts';

/**
 * Directives of Apache httpd that keep nobody from a file that is there: processes, logs, limits of time, size and number, headers,
 * types, TLS, and what only counts where a request is passed on, a password is asked for, or no file is there (httpd manual,
 * "Directive Quick Reference", and modules that distributions ship). In lower case.
 */
const harmless = [
  /^(?:define|undefine|loadmodule|loadfile|listen|listenbacklog|mutex|pidfile|user|group)$/,
  /^(?:server(?:admin|alias|limit|name|path|root|signature|tokens)|namevirtualhost|documentroot)$/,
  /^(?:defaultruntimedir|coredumpdirectory|scoreboardfile|usecanonical\w+|hostnamelookups|chrootdir)$/,
  /^(?:timeout|requestreadtimeout|keepalive\w*|gracefulshutdowntimeout|extendedstatus|seerequesttail)$/,
  /^(?:startservers|min\w+|max\w+|thread\w+|asyncrequestworkerfactor|listencoresbucketsratio)$/,
  /^(?:limit(?:request|internal|xml)\w+|(?:send|receive)buffersize|flushmaxthreshold|enable(?:mmap|sendfile))$/,
  /^(?:errorlog\w*|loglevel|logformat|customlog|globallog|transferlog|logio\w+|buffered?logs|cookielog)$/,
  /^(?:forensiclog|scriptlog\w*|scriptsock|cgid\w+|cgivar|cgipassauth|suexec\w*|acceptfilter|protocol\w*)$/,
  /^(?:h2\w+|traceenable|fileetag|options|allowoverride\w*|errordocument|httpprotocoloptions)$/,
  /^(?:mergeslashes|mergetrailers|allowencodedslashes|regexdefaultoptions|stricthostcheck|warning)$/,
  /^(?:directory(?:index|slash|indexredirect|checkhandler)|fallbackresource|index\w+|readmename|headername)$/,
  /^(?:adddescription|addicon\w*|addalt\w*|defaulticon|addtype|addcharset|addencoding|addlanguage)$/,
  /^(?:removetype|removecharset|removeencoding|removelanguage|removehandler|addhandler|addinputfilter)$/,
  /^(?:adddefaultcharset|defaulttype|defaultlanguage|forcetype|typesconfig|mimemagicfile|modmimeusepathinfo)$/,
  /^(?:languagepriority|forcelanguagepriority|multiviewsmatch|cachenegotiateddocs|checkspelling|checkcaseonly)$/,
  /^(?:header|requestheader|setenv\w*|unsetenv|passenv|browsermatch\w*|expires\w+|deflate\w+|brotli\w+)$/,
  /^(?:remoteip\w+|userdir|dav\w*|ssi\w+|xbithack|php_\w+|phpinidir|cachedisable|cachedefault\w+)$/,
  /^ssl(?!require|requiressl$|engine$)\w+$/,
  /^proxy(?!pass$|passmatch$)\w+$|^balancer\w+$/,
  // Without Require and AuthType they ask nobody.
  /^auth(?:name|type|userfile|groupfile|basic\w+|digest\w+|form\w+|ldap\w+|dbm\w+|dbd\w+|ncache\w+)$|^oidc\w+$/,
  /^wsgi(?:daemonprocess|processgroup|applicationgroup|python\w*|socket\w+|passauthorization|restrict\w+)$/,
  /^jk(?!mount|unmount|automount)\w+$/,
  /^qos?_loglevel$|^dos\w+$/,
];

/** What doctor follows of a server: rewrites, aliases, and blocks. */
const ofServer =
  /^(?:rewrite\w+|redirect\w*|alias|aliasmatch|scriptalias\w*|wsgiscriptalias\w*|jkmount|proxypass|proxypassmatch)$/;

/** What doctor follows wherever it stands. Sections that do not hold for the request have no say. */
const followed =
  /^(?:require\w*|order|allow|deny|satisfy|sethandler|rewrite\w+|virtualhost|directory\w*|files\w*|location\w*|macro)$|^(?:if|elseif|else|limit|limitexcept|proxy|proxymatch|auth[nz]provideralias)$/;

/** Filters that change how a file is packed, or find nothing in a token. */
const filters = /^(?:deflate|inflate|brotli_compress|includes|rate_limit)$/i;

/** What it has to say for it to be harmless. */
const harmlessValues: Readonly<Record<string, RegExp>> = {
  accessfilename: /^\.htaccess$/i,
  authmerging: /^off$/i,
  cacheenable: /^never$/,
  secruleengine: /^(?:off|detectiononly)$/i,
  sslengine: /^off$/i,
};

/** The first directive of which doctor does not know that it lets a request for a file through; null without one. */
export function apacheStrange(
  directives: readonly ApacheDirective[],
  where: 'server' | 'section',
): ApacheDirective | null {
  const isKnown = (each: ApacheDirective) =>
    followed.test(each.name) || (where === 'server' && ofServer.test(each.name)) || isHarmlessApache(each);
  return directives.find(each => !isKnown(each)) ?? null;
}

/** Whether it is without consequence for a request for a file, wherever it stands. */
export function isHarmlessApache({ name, args }: ApacheDirective): boolean {
  if (name === 'allowmethods') return args.some(method => /^(?:GET|reset)$/i.test(method));
  if (name === 'setoutputfilter' || name === 'addoutputfilter' || name === 'addoutputfilterbytype') {
    return (args[0] ?? '').split(';').every(filter => filters.test(filter));
  }
  return harmlessValues[name]?.test(args[0] ?? '') ?? harmless.some(pattern => pattern.test(name));
}
