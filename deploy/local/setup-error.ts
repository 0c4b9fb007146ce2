/** An error whose message is written for the person at the keyboard, and is shown to them without a stack. */
export class SetupError extends Error {
  override name = 'SetupError'
}

/** Where progress lines for people go. */
export type Log = (line: string) => void
