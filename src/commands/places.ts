/** Where every command finds its files (contract section 1). */
export type Places = {
  readonly config: string;
  readonly stateDir: string;
  readonly runtimeDir: string;
  readonly logLevel?: string;
};
