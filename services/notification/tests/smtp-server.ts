import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { localhostTls } from '#shared/tests/tls-fixture.ts'

export const login = { user: 'troupe', pass: 'correct horse' }

/** How the server treats one recipient or message. */
export interface Behaviour {
  /** The reply to MAIL FROM, RCPT TO or the end of DATA, like `550 5.1.1 no such user`. */
  mail?: string
  rcpt?: string
  data?: string
  /** Cuts the connection at MAIL FROM, at the first one only, before or after the message is taken. */
  cut?: 'mail' | 'first-mail' | 'before' | 'after'
  /** Never answers to the message. */
  hang?: boolean
}

const replyOf = (reply: string) => {
  const [code, ...text] = reply.split(' ')
  return Object.assign(new Error(text.join(' ')), { responseCode: Number(code) })
}

/** A real SMTP server that keeps what it took. */
export const startSmtpServer = async (options: { secure?: boolean; offersTls?: boolean } = {}) => {
  const messages: { from: string; to: string; raw: Buffer; session: string }[] = []
  const sessions = new Set<string>()
  let behaviour: Behaviour = {}
  const cut = (id: string) => {
    for (const connection of server.connections) if (connection.id === id) connection._socket.destroy()
  }
  const server = new SMTPServer({
    ...localhostTls,
    secure: options.secure ?? false,
    disabledCommands: options.offersTls === false ? ['STARTTLS'] : [],
    allowInsecureAuth: options.offersTls === false,
    closeTimeout: 100,
    logger: false,
    onAuth: ({ username, password }, _, callback) =>
      username === login.user && password === login.pass
        ? callback(null, { user: username })
        : callback(replyOf('535 5.7.8 who are you?')),
    onMailFrom: (_, { id }, callback) => {
      sessions.add(id)
      if (behaviour.cut === 'mail') return cut(id)
      const { mail } = behaviour
      if (behaviour.cut === 'first-mail') {
        behaviour = {}
        if (!mail) return cut(id)
      }
      callback(mail ? replyOf(mail) : null)
    },
    onRcptTo: ({ address }, _, callback) => callback(behaviour.rcpt ? replyOf(`${behaviour.rcpt} <${address}>`) : null),
    onData: async (stream, { id, envelope: { mailFrom, rcptTo } }, callback) => {
      const raw = Buffer.concat(await stream.toArray())
      if (behaviour.cut === 'before') return cut(id)
      if (behaviour.data) return callback(replyOf(behaviour.data))
      messages.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo[0]?.address ?? '', raw, session: id })
      if (behaviour.hang) return
      if (behaviour.cut === 'after') return cut(id)
      callback(null, `taken for ${rcptTo[0]?.address}`)
    },
  })
  // Clients that give up are part of the tests.
  server.on('error', () => undefined)
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    messages,
    sessions,
    behave: (next: Behaviour) => {
      behaviour = next
    },
    /** How many sessions there are. */
    open: () => server.connections.size,
    /** Ends every session, as servers do with those that wait too long. */
    endSessions: () => {
      for (const { id } of server.connections) cut(id)
    },
    stop: () => new Promise<void>((resolve) => server.close(resolve)),
  }
}
