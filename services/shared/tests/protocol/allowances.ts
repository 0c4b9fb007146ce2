import type { Path } from './both-paths.ts'
import type { Outcome, Part } from './outcome.ts'

interface Allowance {
  why: string
  apply(outcome: Outcome, path: Path): Outcome
}

const without = (outcome: Outcome, ...names: string[]): Outcome => {
  const headers = { ...outcome.headers }
  for (const name of names) delete headers[name]
  return { ...outcome, headers }
}

const marker = /^parse(%20| )binary(%3A|:)/

const blamed = (fields: Part['fields'] & object): Part['fields'] & object =>
  fields['grpc-status'] === '13' && marker.test(String(fields['grpc-message']))
    ? { ...fields, 'grpc-status': '3' }
    : fields

const blame = (outcome: Outcome): Outcome => {
  const [part] = outcome.parts
  if (part?.error?.code === 'internal' && marker.test(part.error.message ?? ''))
    return { ...outcome, status: 400, parts: [{ error: { ...part.error, code: 'invalid_argument' } }] }
  const parts = outcome.parts.map((each) => (each.fields ? { ...each, fields: blamed(each.fields) } : each))
  return { ...outcome, parts, trailers: blamed(outcome.trailers) }
}

/**
 * All that is evened out before two outcomes are compared; whatever else differs is a failure. The order of fields is
 * not compared, since Connect sorts them: records have none.
 */
const allowances: readonly Allowance[] = [
  { why: 'the time of day goes on between two answers', apply: (outcome) => without(outcome, 'date') },
  {
    why: 'it follows from the body, whose length differs where a code does; that it is right has been checked',
    apply: (outcome) => without(outcome, 'content-length'),
  },
  {
    why: 'bytes that are no message are the fault of who sent them, where Connect says internal',
    apply: (outcome, path) => (path === 'reference' ? blame(outcome) : outcome),
  },
]

/** What is compared of an outcome. */
export const comparable = (outcome: Outcome, path: Path): Outcome =>
  allowances.reduce((evened, { apply }) => apply(evened, path), outcome)

/** Cases in which the two paths differ on purpose, and why ours does not do as Connect does. */
const deliberate = {
  undefinedThrown: 'Connect tells gRPC clients OK without a message when a handler throws undefined',
  otherHeaders: 'Connect forgets to remove every second header that an interceptor has left out',
  brokenBase64: 'the message of a GET that is not the base64 it says to be is the fault of who sent it',
  halfCharacters: 'Connect answers internal, or not at all, where a message quotes half a character',
  leftEarly: 'Connect may run a handler on what has come of a body whose client has left; who cut it meant no call',
  unreadRest: 'Connect leaves the rest of a body unread that it has answered early, which holds up the connection',
  noAuthority: 'Connect cannot answer a request whose host makes no URL, though nobody asks for the URL',
  signalReason: 'Connect gives an AbortError as the reason when a call is over, ours a ConnectError with its code',
} as const satisfies Record<string, string>

export type Deliberate = keyof typeof deliberate
