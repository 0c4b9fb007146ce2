import MailComposer from 'nodemailer/lib/mail-composer'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Clock } from '#shared/domain/clock.ts'
import type { Mail, Sender } from '../../domain/ports.ts'
import { notMade } from './http-sender.ts'
import { messageIdOf } from './key-digest.ts'
import type { MailFrom } from './mail-from.ts'
import { smtpOutcome } from './smtp-outcome.ts'
import { openSession, SmtpError, type SmtpFailure, type SmtpServer, transmit } from './smtp-session.ts'

export interface SmtpSettings extends SmtpServer {
  from: MailFrom
}

const mostIdle = 4
const idleMs = 15_000

/** Whether the server was done with a session before it heard of the mail. */
const wasEnded = ({ handedOver, failure }: SmtpError): boolean =>
  !handedOver && (failure.responseCode === 421 || ['ECONNECTION', 'ESOCKET'].includes(failure.code ?? ''))

/** Sessions that may serve another mail: at most four, each for 15 seconds. */
const createIdleSessions = () => {
  const idle = new Map<SMTPConnection, NodeJS.Timeout>()
  let isClosed = false
  const drop = (session: SMTPConnection) => {
    clearTimeout(idle.get(session))
    idle.delete(session)
  }
  return {
    take: (): SMTPConnection | undefined => {
      for (const session of idle.keys()) {
        drop(session)
        if (!session.destroyed) return session
      }
      return undefined
    },
    put: (session: SMTPConnection): void => {
      const close = () => {
        drop(session)
        session.close()
      }
      if (isClosed || idle.size >= mostIdle || session.destroyed) close()
      else idle.set(session, setTimeout(close, idleMs).unref())
    },
    close: (): void => {
      isClosed = true
      for (const session of idle.keys()) {
        drop(session)
        session.close()
      }
    },
  }
}

/**
 * Mail by SMTP (RFC 5321): over TLS, a part in HTML beside one in plain text. SMTP has no idempotency key: a mail whose
 * last answer is lost ends `unknown`. The provider's id is the Message-ID, made of the key, by which mailboxes know a mail
 * again. `close` ends the sessions that wait for another mail.
 */
export const createSmtpSender = (settings: SmtpSettings, clock: Clock): Sender<Mail> & { close(): void } => {
  const idle = createIdleSessions()
  const { address, name } = settings.from

  const compose = ({ to, subject, html, text, language, headers }: Mail, messageId: string): Promise<Buffer> =>
    new MailComposer({
      from: { name: name ?? '', address },
      to: { name: '', address: to },
      subject,
      text,
      html,
      headers: { ...headers, 'Content-Language': language },
      messageId,
      date: clock.now(),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build()

  const deliver = async (session: SMTPConnection, to: string, message: Buffer, signal: AbortSignal) => {
    try {
      await transmit(session, { from: address, to }, message, signal)
      idle.put(session)
    } catch (error) {
      session.close()
      throw error
    }
  }

  /** A session that had waited may have been ended by the server: then the mail goes by a new one. */
  const transmitOnce = async (to: string, message: Buffer, signal: AbortSignal): Promise<void> => {
    const waiting = idle.take()
    if (waiting) {
      try {
        return await deliver(waiting, to, message, signal)
      } catch (error) {
        if (!wasEnded(error as SmtpError)) throw error
      }
    }
    return deliver(await openSession(settings, signal), to, message, signal)
  }

  return {
    name: 'smtp',
    send: async (mail, key, signal) => {
      const messageId = messageIdOf(key, address)
      const message = await compose(mail, messageId).catch(notMade)
      if ('kind' in message) return message
      try {
        await transmitOnce(mail.to, message, signal)
        return { kind: 'accepted', providerId: messageId }
      } catch (error) {
        if (error instanceof SmtpError) return smtpOutcome(error.failure, error.handedOver)
        return smtpOutcome(error as SmtpFailure, false)
      }
    },
    close: idle.close,
  }
}
