/** Where lines go: one `write` a line, newline included. `flushSync` is called by `Logger.flush` if there is one. */
export interface LogDestination {
  write(line: string): unknown
  flushSync?(): void
}
