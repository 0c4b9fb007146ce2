/** Makes ids; within a unit of work they follow from its idempotency key, so that a re-run makes the same ones. */
export interface Ids {
  /** A UUID v7. */
  next(): string
}
