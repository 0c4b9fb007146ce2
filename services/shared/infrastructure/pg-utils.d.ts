declare module 'pg/lib/utils.js' {
  /** A value as the protocol takes it: text, bytes or null. */
  export const prepareValue: (value: unknown) => Buffer | string | null
}
