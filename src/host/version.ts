/** Set by `scripts/build.ts`; absent when certd runs from its sources. */
declare const __CERTD_VERSION__: string | undefined;

/** The version in package.json at the time of the build, or `source`. */
export const version = typeof __CERTD_VERSION__ === 'string' ? __CERTD_VERSION__ : 'source';
