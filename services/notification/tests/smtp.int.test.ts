import PostalMime from 'postal-mime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { FixedClock } from '#shared/domain/clock.ts'
import { localhostTls } from '#shared/tests/tls-fixture.ts'
import type { Mail } from '../domain/ports.ts'
import { createSmtpSender, type SmtpSettings } from '../infrastructure/providers/smtp.ts'
import { login, startSmtpServer } from './smtp-server.ts'

const mail: Mail = {
  to: 'olga@example.org',
  subject: 'Привет, Ольга — ✓ your story “Zürich” is out',
  html: `<p>Grüße, <b>مرحبا</b>! ${'A long line of words. '.repeat(100)}</p>`,
  text: 'Grüße, مرحبا!\n.\nA line with a lone dot stands above.',
  language: 'de-AT',
  headers: {
    'List-Unsubscribe': '<https://example.com/unsubscribe?token=abc>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
}
const clock = new FixedClock('2026-11-26T09:00:00Z')
const never = new AbortController().signal

let starttls: Awaited<ReturnType<typeof startSmtpServer>>
let implicit: typeof starttls
let cleartext: typeof starttls
beforeAll(async () => {
  starttls = await startSmtpServer()
  implicit = await startSmtpServer({ secure: true })
  cleartext = await startSmtpServer({ offersTls: false })
})
afterAll(async () => {
  for (const sender of senders) sender.close()
  for (const server of [starttls, implicit, cleartext]) await server.stop()
})
beforeEach(async () => {
  for (const sender of senders.splice(0)) sender.close()
  await expect.poll(() => starttls.open()).toBe(0)
  for (const server of [starttls, implicit, cleartext]) {
    server.behave({})
    server.messages.length = 0
    server.sessions.clear()
  }
})

const senders: ReturnType<typeof createSmtpSender>[] = []
const senderTo = (port: number, settings: Partial<SmtpSettings> = {}) => {
  const sender = createSmtpSender(
    {
      host: '127.0.0.1',
      port,
      implicitTls: false,
      allowCleartext: false,
      login,
      ca: localhostTls.cert,
      timeoutMs: 5000,
      from: { address: 'hello@troupe.example', name: 'Troupe, the platform' },
      ...settings,
    },
    clock,
  )
  senders.push(sender)
  return sender
}

describe('a mail by SMTP', () => {
  it('arrives as it was written, by STARTTLS and with a login', async () => {
    const outcome = await senderTo(starttls.port).send(mail, 'key-1', never)
    expect(outcome).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/^<[\w-]{32}@troupe\.example>$/) })
    const [taken] = starttls.messages
    expect(taken).toMatchObject({ from: 'hello@troupe.example', to: mail.to })
    const read = await PostalMime.parse(taken?.raw ?? '')
    expect(read).toMatchObject({
      subject: mail.subject,
      from: { address: 'hello@troupe.example', name: 'Troupe, the platform' },
      to: [{ address: mail.to }],
      date: '2026-11-26T09:00:00.000Z',
      messageId: outcome.kind === 'accepted' && outcome.providerId,
    })
    expect(read.html?.trim()).toBe(mail.html)
    expect(read.text?.trim()).toBe(mail.text)
    const headers = Object.fromEntries(read.headers.map(({ key, value }) => [key, value]))
    expect(headers).toMatchObject({
      'list-unsubscribe': mail.headers['List-Unsubscribe'],
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'content-language': 'de-AT',
    })
    expect(headers['content-type']).toMatch(/^multipart\/alternative;/)
    for (const line of taken?.raw.toString('latin1').split('\r\n') ?? []) expect(line.length).toBeLessThan(999)
  })

  it('arrives by TLS from the first byte, and without a login where none is asked for', async () => {
    expect(await senderTo(implicit.port, { implicitTls: true }).send(mail, 'key-1', never)).toMatchObject({
      kind: 'accepted',
    })
    expect(implicit.messages).toHaveLength(1)
  })

  it('has one Message-ID a key', async () => {
    const sender = senderTo(starttls.port)
    const ids = []
    for (const key of ['a', 'b', 'a']) ids.push(await sender.send(mail, key, never))
    expect(ids[0]).toEqual(ids[2])
    expect(ids[0]).not.toEqual(ids[1])
  })

  it('cannot be made to say more than it should', async () => {
    const subject = 'Hello\r\nBcc: eve@example.org'
    const headers = { 'List-Unsubscribe': '<https://x.example>\r\nBcc: eve@example.org' }
    await senderTo(starttls.port).send({ ...mail, subject, headers }, 'key-1', never)
    const read = await PostalMime.parse(starttls.messages[0]?.raw ?? '')
    expect(read.headers.map(({ key }) => key)).not.toContain('bcc')
    expect(read.bcc).toBeUndefined()
  })

  it('shares a session with the next, and has a new one when the server ended it', async () => {
    const sender = senderTo(starttls.port)
    for (const key of ['a', 'b', 'c']) await sender.send(mail, key, never)
    expect(starttls.sessions.size).toBe(1)
    starttls.endSessions()
    expect(await sender.send(mail, 'd', never)).toMatchObject({ kind: 'accepted' })
    expect(starttls.sessions.size).toBe(2)
    starttls.behave({ cut: 'first-mail' })
    expect(await sender.send(mail, 'while it ends', never)).toMatchObject({ kind: 'accepted' })
    starttls.behave({ cut: 'first-mail', mail: '421 4.4.2 idle for too long' })
    expect(await sender.send(mail, 'while it says so', never)).toMatchObject({ kind: 'accepted' })
    expect(starttls.sessions.size).toBe(4)
    starttls.behave({ rcpt: '550 5.1.1 no' })
    expect(await sender.send(mail, 'e', never)).toMatchObject({ kind: 'unreachable' })
    starttls.behave({})
    expect(await sender.send(mail, 'f', never)).toMatchObject({ kind: 'accepted' })
    expect(starttls.messages).toHaveLength(7)
  })
})

describe('a sender that is closed', () => {
  it('keeps no session', async () => {
    const sender = senderTo(starttls.port)
    await sender.send(mail, 'a', never)
    sender.close()
    await expect.poll(() => starttls.open()).toBe(0)
    expect(await sender.send(mail, 'b', never)).toMatchObject({ kind: 'accepted' })
    await expect.poll(() => starttls.open()).toBe(0)
  })
})

describe('what a server answers', () => {
  it.each([
    [{ rcpt: '550 5.1.1 no such user' }, 'unreachable', 'RCPT TO 550 5.1.1'],
    [{ rcpt: '550 5.1.2 no such domain' }, 'unreachable', 'RCPT TO 550 5.1.2'],
    [{ rcpt: '501 5.1.3 no address' }, 'unreachable', 'RCPT TO 501 5.1.3'],
    [{ rcpt: '551 5.1.6 has moved' }, 'unreachable', 'RCPT TO 551 5.1.6'],
    [{ rcpt: '556 5.1.10 takes no mail' }, 'unreachable', 'RCPT TO 556 5.1.10'],
    [{ rcpt: '550 5.1.0 address rejected' }, 'refused', 'RCPT TO 550 5.1.0'],
    [{ rcpt: '550 5.1.8 bad sender' }, 'refused', 'RCPT TO 550 5.1.8'],
    [{ rcpt: '550 5.2.1 mailbox disabled' }, 'refused', 'RCPT TO 550 5.2.1'],
    [{ rcpt: '550 not today' }, 'refused', 'RCPT TO 550'],
    [{ rcpt: '501 syntax' }, 'refused', 'RCPT TO 501'],
    [{ rcpt: '551 not local' }, 'refused', 'RCPT TO 551'],
    [{ rcpt: '553 no such mailbox' }, 'refused', 'RCPT TO 553'],
    [{ data: '550 5.1.1 no such user' }, 'unreachable', 'DATA 550 5.1.1'],
    [{ rcpt: '550 5.7.1 you are on a list' }, 'refused', 'RCPT TO 550 5.7.1'],
    [{ rcpt: '552 5.2.2 mailbox full' }, 'refused', 'RCPT TO 552 5.2.2'],
    [{ data: '554 5.6.0 this is spam' }, 'refused', 'DATA 554 5.6.0'],
    [{ mail: '552 5.3.4 too large' }, 'refused', 'MAIL FROM 552 5.3.4'],
    [{ mail: '550 5.7.1 not your address' }, 'busy', 'MAIL FROM 550 5.7.1'],
    [{ rcpt: '450 4.2.0 greylisted' }, 'busy', 'RCPT TO 450 4.2.0'],
    [{ data: '451 4.3.0 come back' }, 'busy', 'DATA 451 4.3.0'],
    [{ mail: '421 4.7.0 too many' }, 'busy', 'MAIL FROM 421 4.7.0'],
  ])('%o is %s', async (behaviour, kind, reason) => {
    starttls.behave(behaviour)
    const outcome = await senderTo(starttls.port).send(mail, 'key-1', never)
    expect(outcome).toMatchObject({ kind, reason })
    expect(JSON.stringify(outcome)).not.toContain('olga')
    expect(starttls.messages).toEqual([])
  })

  it.each([
    ['not an address', 'refused'],
    ['a@b>\r\nRCPT TO:<eve@example.org', 'unreachable'],
    ['', 'unreachable'],
  ])('no mail goes to "%s", which is %s', async (to, kind) => {
    expect(await senderTo(starttls.port).send({ ...mail, to }, 'key-1', never)).toMatchObject({ kind })
    expect(starttls.messages).toEqual([])
  })
})

describe('what may have arrived', () => {
  const outcome = async (settings: Partial<SmtpSettings> = {}) =>
    senderTo(starttls.port, settings).send(mail, 'key-1', never)

  it('is unknown when the connection ends once the message was begun', async () => {
    starttls.behave({ cut: 'before' })
    expect(await outcome()).toMatchObject({ kind: 'unknown' })
    expect(starttls.messages).toHaveLength(0)
    starttls.behave({ cut: 'after' })
    expect(await outcome()).toMatchObject({ kind: 'unknown' })
    expect(starttls.messages).toHaveLength(1)
  })

  it('is unknown when the last answer does not come, or is not waited for', async () => {
    starttls.behave({ hang: true })
    expect(await outcome({ timeoutMs: 300 })).toMatchObject({ kind: 'unknown' })
    const controller = new AbortController()
    const sending = senderTo(starttls.port).send(mail, 'key-2', controller.signal)
    await expect.poll(() => starttls.messages.length).toBe(2)
    controller.abort()
    expect(await sending).toMatchObject({ kind: 'unknown' })
  })

  it('is busy when it surely has not', async () => {
    starttls.behave({ cut: 'mail' })
    expect(await outcome()).toMatchObject({ kind: 'busy' })
    expect(await senderTo(1).send(mail, 'key-1', never)).toMatchObject({ kind: 'busy' })
    expect(await senderTo(starttls.port).send(mail, 'key-1', AbortSignal.abort())).toMatchObject({ kind: 'busy' })
    expect(await outcome({ login: { user: 'troupe', pass: 'wrong' } })).toMatchObject({
      kind: 'busy',
      reason: expect.stringContaining('535'),
    })
    expect(starttls.messages).toEqual([])
  })

  it('waits for somebody to mend a login or a sender that is refused', async () => {
    const busy = { kind: 'busy', needsMending: true }
    expect(await outcome({ login: { user: 'troupe', pass: 'wrong' } })).toMatchObject(busy)
    starttls.behave({ mail: '550 5.7.1 not your address' })
    expect(await outcome()).toMatchObject(busy)
    starttls.behave({ mail: '421 4.7.0 too many' })
    expect(await outcome()).not.toHaveProperty('needsMending')
  })

  it('is busy when it could not even be put together', async () => {
    const html = { path: '/etc/passwd' } as unknown as string
    const made = await senderTo(starttls.port).send({ ...mail, html }, 'key-1', never)
    expect(made).toEqual({ kind: 'busy', reason: 'not put together: Error', retryAfterMs: undefined })
    expect(starttls.sessions.size).toBe(0)
  })

  it('is never sent where anyone could read along, unless that is allowed', async () => {
    expect(await senderTo(starttls.port, { ca: undefined }).send(mail, 'key-1', never)).toMatchObject({ kind: 'busy' })
    expect(await senderTo(cleartext.port).send(mail, 'key-1', never)).toMatchObject({ kind: 'busy' })
    expect(cleartext.messages).toEqual([])
    const allowed = senderTo(cleartext.port, { allowCleartext: true })
    expect(await allowed.send(mail, 'key-1', never)).toMatchObject({ kind: 'accepted' })
    expect(cleartext.messages).toHaveLength(1)
  })
})
