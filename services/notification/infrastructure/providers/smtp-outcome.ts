import type { SendOutcome } from '../../domain/ports.ts'
import type { SmtpFailure } from './smtp-session.ts'

// RFC 3463, section 3.2, and RFC 7505, as IANA registers them: no such mailbox; no such domain, or none for mail; no address
// at all; moved and left no other; a domain that says that it takes none. Others of 5.1 speak of the sender, or of nothing
// certain, and a bare 550 may as well be a policy: they end one mail.
const deadAddress = /^5\.1\.(1|2|3|6|10)$/

/** The codes of an answer, without its prose, which likes to name the recipient. */
const codesOf = ({ code, command, response = '', responseCode }: SmtpFailure) => {
  const [, enhanced] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? []
  const where = command === 'CONN' ? undefined : command
  return { enhanced, reason: [where, responseCode || code, enhanced].filter(Boolean).join(' ') }
}

const isUnreachable = ({ command }: SmtpFailure, enhanced = ''): boolean =>
  (command === 'RCPT TO' || command === 'DATA') && deadAddress.test(enhanced)

/**
 * What a failed sending means, by the reply (RFC 5321, section 4.2.1): 4xx passes, 5xx stays. A refused login, greeting or
 * sender is no fault of the mail, which waits until that is mended; too large a mail (552) is. Without a reply it is
 * `unknown` once the server had begun to take the message, for then it may have.
 */
export const smtpOutcome = (failure: SmtpFailure, handedOver: boolean): SendOutcome => {
  const { command, code, responseCode = 0 } = failure
  const { enhanced, reason } = codesOf(failure)
  const busy: SendOutcome = { kind: 'busy', reason, retryAfterMs: undefined }
  if (handedOver && !responseCode) return { kind: 'unknown', reason }
  // nodemailer itself finds the recipient malformed.
  if (code === 'EENVELOPE' && command === 'API') return { kind: 'unreachable', reason }
  // Or the message larger than the server announced to take.
  if (code === 'EMESSAGE' && command === 'MAIL FROM') return { kind: 'refused', reason }
  if (responseCode < 500) return busy
  if (isUnreachable(failure, enhanced)) return { kind: 'unreachable', reason }
  const isOfMessage = command === 'RCPT TO' || command === 'DATA' || (command === 'MAIL FROM' && responseCode === 552)
  return isOfMessage ? { kind: 'refused', reason } : { ...busy, needsMending: true }
}
