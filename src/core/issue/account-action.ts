/** What a person can do with the accounts: `certd account ACTION`. */
export const accountActions = ['show', 'rollover', 'deactivate', 'keep', 'replace'] as const;

export type AccountAction = (typeof accountActions)[number];
