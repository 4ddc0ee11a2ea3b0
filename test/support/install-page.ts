import { readText } from './source-tree.ts';

export type PageBlock = {
  readonly heading: string;
  /** The text of a fenced block of `sh`. */
  readonly script: string;
  /** Where it is run: by a person who commands a cloud, or as root on the host that gets certd. */
  readonly at: 'desk' | 'host';
};

/** What docs/install.md has a reader run, in its order. */
export function installPage(): readonly PageBlock[] {
  const sections = readText('docs/install.md').split(/^##+ /m);
  return sections.flatMap(section => {
    const [heading = ''] = section.split('\n');
    return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => {
      const isDesk = /^(?:aws|aliyun|docker|scripts\/package) /m.test(script);
      return { heading, script, at: isDesk ? ('desk' as const) : ('host' as const) };
    });
  });
}
