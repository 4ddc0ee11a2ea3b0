/** What `-t -D DUMP_INCLUDES -D DUMP_RUN_CFG -D DUMP_MODULES` prints of a configuration. */
export type ApacheDump = {
  readonly serverRoot: string;
  /** The main file. */
  readonly main: IncludedFile;
  readonly defines: ReadonlyMap<string, string>;
  /** `ssl_module` and so on. */
  readonly modules: ReadonlySet<string>;
  /** Whom its children run as. */
  readonly user: string | null;
};

/** A file, and those that it includes, each by the line of the directive. */
export type IncludedFile = {
  readonly path: string;
  readonly line: number;
  readonly included: readonly IncludedFile[];
};

/** Null where it names no file. */
export function apacheDump(text: string): ApacheDump | null {
  const lines = text.split('\n');
  const [main] = filesOf(lines);
  if (main === undefined) return null;
  const defines = lines.flatMap(line => {
    const [, name, value = ''] = /^Define: ([^=]+)(?:=(.*))?$/.exec(line) ?? [];
    return name === undefined || name.startsWith('DUMP_') ? [] : [[name, value] as const];
  });
  return {
    main,
    user: /^User: name="([^"]+)"/m.exec(text)?.[1] ?? null,
    serverRoot: /^ServerRoot: "(.*)"$/m.exec(text)?.[1] ?? '/',
    defines: new Map(defines),
    modules: new Set(lines.flatMap(line => /^ (\w+_module) \(/.exec(line)?.[1] ?? [])),
  };
}

/** Two more spaces for each level. */
function filesOf(lines: readonly string[]): readonly IncludedFile[] {
  type Open = { path: string; line: number; included: Open[] };
  const root: Open[] = [];
  const open: Open[][] = [root];
  for (const text of lines) {
    const [, indent = '', line, path] = /^( +)\((\*|\d+)\) (.+)$/.exec(text) ?? [];
    if (path === undefined) continue;
    const file: Open = { path, line: line === '*' ? 0 : Number(line), included: [] };
    const depth = indent.length / 2;
    open[depth - 1]?.push(file);
    open[depth] = file.included;
    open.length = depth + 1;
  }
  return root;
}

/** Every file of a configuration, each once. */
export function filesBelow({ path, included }: IncludedFile): readonly string[] {
  return [...new Set([path, ...included.flatMap(filesBelow)])];
}
