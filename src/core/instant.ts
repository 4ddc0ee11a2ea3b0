/** Milliseconds since the epoch, wall clock: what is written to disk and compared after a restart. */
export type Instant = number;

/** A length of time in milliseconds. */
export type Millis = number;
