/**
 * When the pass tries again after an error. `next-tick`: at the next look. `back-off`: 1 min, 10 min,
 * 100 min, then daily. `daily`: somebody must change something, so once a day. `not-before`: at the
 * moment the error carries. `none`: the operation is not repeated by itself.
 */
export type Retry = 'next-tick' | 'back-off' | 'daily' | 'not-before' | 'none';

export type Entry = {
  readonly retry: Retry;
  readonly summary: string;
  readonly cure: string;
};

export const entry = (retry: Retry, summary: string, cure: string): Entry => ({
  retry,
  summary,
  cure,
});
