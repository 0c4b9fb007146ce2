import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { MailboxMessage, MailboxReader } from '../application/mailbox.ts'
import type { Senders } from '../application/ports.ts'
import type { Sender } from '../domain/ports.ts'

interface Mailbox extends MailboxReader {
  senders: Senders
  /** Removes what it holds of a delivery. */
  forget(deliveryId: string): Promise<void>
}

const columns = `position, key, channel, address, subject, html, text, language, headers, at`

type Entry = Omit<MailboxMessage, 'position' | 'key' | 'at'>

/** A mailbox for all that is sent, in the context's own database: what a laptop has in place of a provider. */
export const createMailbox = (database: Database, clock: Clock): Mailbox => {
  // A key is a delivery's id, with that of a device behind a colon.
  const put = async (key: string, entry: Entry) => {
    const { channel, address, subject, html, text, language, headers } = entry
    await database.sql(
      `insert into mailbox (key, delivery_id, channel, address, subject, html, text, language, headers, at)
       values ($1, split_part($1, ':', 1)::uuid, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key) do nothing`,
      key,
      channel,
      address,
      subject,
      html,
      text,
      language,
      JSON.stringify(headers),
      clock.now(),
    )
    return { kind: 'accepted', providerId: key } as const
  }
  const sender = <M>(entryOf: (message: M) => Entry): Sender<M> => ({
    name: 'mailbox',
    knowsRepeats: true,
    send: (message, key) => put(key, entryOf(message)),
  })
  const push: Senders['push']['web'] = sender(({ device, title, body, url, data }) => ({
    channel: 'push',
    address: `${device.kind} ${device.token}`,
    subject: title,
    html: '',
    text: url ? `${body}\n${url}` : body,
    language: '',
    headers: data,
  }))
  return {
    senders: {
      email: sender(({ to, ...mail }) => ({ channel: 'email', address: to, ...mail })),
      sms: sender(({ to, text }) => ({
        channel: 'sms',
        address: to,
        subject: '',
        html: '',
        text,
        language: '',
        headers: {},
      })),
      push: { web: push, fcm: push },
    },
    list: async (address, before = Number.MAX_SAFE_INTEGER, limit) =>
      (await database.sql(
        `select ${columns} from mailbox where position < $1 and ($2 = '' or address = $2)
         order by position desc limit $3::integer`,
        before,
        address,
        limit,
      )) as unknown as MailboxMessage[],
    find: async (position) => {
      const [row] = await database.sql(`select ${columns} from mailbox where position = $1`, position)
      return row as unknown as MailboxMessage | undefined
    },
    forget: async (deliveryId) => {
      await database.sql('delete from mailbox where delivery_id = $1', deliveryId)
    },
  }
}
