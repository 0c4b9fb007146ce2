import type { SendOutcome } from '../../domain/ports.ts'
import type { SmtpFailure } from './smtp-session.ts'

// RFC 3463: 5.1.x, the address; 5.2.1, a mailbox that takes nothing. 5.1.7 and 5.1.8 speak of the sender's address.
const deadAddress = /^5\.(1\.(?![78]\b)\d+|2\.1)$/
const noSuchMailbox = [501, 550, 551, 553]

/** The codes of an answer, without its prose, which likes to name the recipient. */
const codesOf = ({ code, command, response = '', responseCode }: SmtpFailure) => {
  const [, enhanced] = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response) ?? []
  const where = command === 'CONN' ? undefined : command
  return { enhanced, reason: [where, responseCode || code, enhanced].filter(Boolean).join(' ') }
}

const isUnreachable = ({ command, responseCode = 0 }: SmtpFailure, enhanced: string | undefined): boolean => {
  if (command !== 'RCPT TO' && command !== 'DATA') return false
  if (enhanced) return deadAddress.test(enhanced)
  return command === 'RCPT TO' && noSuchMailbox.includes(responseCode)
}

/**
 * What a failed sending means, by the reply (RFC 5321, section 4.2.1): 4xx passes, 5xx stays. A refused login, greeting or
 * sender is no fault of the mail, which waits; too large a mail (552) is. Without a reply it is `unknown` once the server
 * had begun to take the message, for then it may have.
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
  return isOfMessage ? { kind: 'refused', reason } : busy
}
