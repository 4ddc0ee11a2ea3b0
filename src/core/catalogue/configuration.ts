import { type Entry, entry } from './entry.ts';

export const configurationErrors = {
  usage: entry(
    'none',
    'The command line is not one that certd understands.',
    'Read `certd help`; nothing was done.',
  ),
  'not-available-yet': entry(
    'none',
    'The option or command is part of certd’s contract but not built in this version.',
    'Leave it out, or wait for the version whose CHANGELOG names it; nothing was done.',
  ),
  'config-unreadable': entry(
    'none',
    'A configuration file could not be read.',
    'Check that the file exists and that the user who runs certd may read it.',
  ),
  'config-syntax': entry(
    'none',
    'A configuration file is not valid YAML.',
    'Go to the line and column in the message; `certd check-config` shows every problem at once.',
  ),
  'config-unknown-key': entry(
    'none',
    'The configuration has a key that certd does not know.',
    'Correct the spelling (the message suggests the nearest key) or remove it.',
  ),
  'config-invalid': entry(
    'none',
    'A value in the configuration cannot be used.',
    'The message says what is expected there.',
  ),
  'config-name-taken': entry(
    'none',
    'The same certificate name is used twice, or this set of domains is on disk under another name.',
    'Give each certificate a `name:` of its own; the message prints the line to add.',
  ),
  'config-doubtful': entry(
    'none',
    'The configuration is valid, but something in it is probably not what is meant.',
    'Read the message; nothing is refused.',
  ),
  'config-refused': entry(
    'none',
    'The configuration cannot be used. A daemon that was told to reload it keeps the old one in force; without a daemon `status` shows what is live, and cannot know what is managed.',
    'Run `certd check-config`, correct the file, and send SIGHUP again, or start the daemon.',
  ),
  'config-exists': entry(
    'none',
    'There is a configuration already, and it says something else than what `certd init` would write. Nothing was changed.',
    'Edit that file, or move it away and call `certd init` again. `certd init --print` shows what it would write.',
  ),
  'metadata-unreachable': entry(
    'none',
    'A value was to come from the metadata service of the cloud that this host is an instance of, and no such service gave a token. Nothing was written.',
    'On Amazon EC2 the service must be on (`HttpEndpoint=enabled`), and from a container behind a bridge `HttpPutResponseHopLimit` must be 2 or more; on Alibaba Cloud `HttpEndpoint=enabled`. Elsewhere write the value itself.',
  ),
  'metadata-refused': entry(
    'none',
    'What the metadata service of the cloud answers cannot be used. It is taken for what anybody could have written. Nothing was written.',
    'The message quotes it: correct the tag or what else it comes from, or write the value itself. Tags are only there with `InstanceMetadataTags=enabled` on the instance.',
  ),
} satisfies Record<string, Entry>;
