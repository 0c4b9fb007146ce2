import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'

export interface SmtpServer {
  host: string
  port: number
  /** TLS from the first byte; else STARTTLS. */
  implicitTls: boolean
  /** Without it, a server that offers no STARTTLS gets no mail. */
  allowCleartext: boolean
  login: { user: string; pass: string } | undefined
  /** PEM of a certificate authority of one's own. */
  ca: string | undefined
  /** How long the server may be silent, in milliseconds. */
  timeoutMs: number
}

/** What a server answered, or what stopped it from answering. */
export interface SmtpFailure extends Error {
  code?: string | undefined
  command?: string | undefined
  response?: string | undefined
  responseCode?: number | undefined
}

/** A sending that failed; `handedOver` when the server had begun to take the message. */
export class SmtpError extends Error {
  readonly failure: SmtpFailure
  readonly handedOver: boolean

  constructor(failure: SmtpFailure, handedOver: boolean) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.handedOver = handedOver
  }
}

type Done = (error?: SmtpFailure | null) => void

/** Runs one step of a session to its callback, its connection's failure, or the abort, whichever is first. */
const step = (connection: SMTPConnection, signal: AbortSignal, start: (done: Done) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: SmtpFailure | null) => {
      connection.off('error', settle)
      signal.removeEventListener('abort', onAbort)
      if (error) reject(error)
      else resolve()
    }
    const onAbort = () => {
      settle(Object.assign(new Error('stopped'), { code: 'ABORTED' }))
      connection.close()
    }
    connection.on('error', settle)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else start(settle)
  })

/** Connects, secures and logs in. Throws what nodemailer reports. */
export const openSession = async (server: SmtpServer, signal: AbortSignal): Promise<SMTPConnection> => {
  const { host, port, implicitTls, allowCleartext, login, ca, timeoutMs } = server
  const connection = new SMTPConnection({
    host,
    port,
    secure: implicitTls,
    requireTLS: !implicitTls && !allowCleartext,
    ...(ca !== undefined && { tls: { ca } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: timeoutMs,
  })
  // Between two steps nobody waits for it; what is wrong shows at the next.
  connection.on('error', () => undefined)
  try {
    await step(connection, signal, (done) => connection.connect(done))
    if (login) await step(connection, signal, (done) => connection.login({ ...login }, done))
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Hands one message over. Throws an SmtpError. */
export const transmit = async (
  connection: SMTPConnection,
  envelope: { from: string; to: string },
  message: Buffer,
  signal: AbortSignal,
): Promise<void> => {
  let handedOver = false
  // Read once the server has said that it takes the message.
  const source = Readable.from(
    (function* () {
      handedOver = true
      yield message
    })(),
    { objectMode: false },
  )
  try {
    await step(connection, signal, (done) => connection.send({ ...envelope, size: message.length }, source, done))
  } catch (error) {
    throw new SmtpError(error as SmtpFailure, handedOver)
  }
}
