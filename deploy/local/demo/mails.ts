import { setTimeout as sleep } from 'node:timers/promises'
import { SetupError } from '../setup-error.ts'
import type { Screen } from './screen.ts'
import type { Author, Gateway } from './session.ts'

const patienceMs = 10_000
const lookEveryMs = 200
/** The welcome and the check of the address. */
const expected = 2

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** The subjects that a page of the mailbox lists, newest first. */
export const subjectsOf = (page: string): string[] =>
  [...page.matchAll(/<a href="\?message=\d+">([^<]*)<\/a>/g)].map(([, subject = '']) =>
    subject.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => entities[name] ?? entity),
  )

/**
 * Prints what the author was mailed, and where to read it.
 *
 * @throws SetupError when there is no local mailbox, or nothing has arrived within 10 s
 */
export const printMails = async (screen: Screen, { url, signal }: Gateway, { email }: Author): Promise<void> => {
  const mailbox = `${url}/dev/mailbox?${new URLSearchParams({ to: email })}`
  const giveUp = performance.now() + patienceMs
  for (;;) {
    const response = await fetch(mailbox, { signal })
    if (response.status === 404) throw new SetupError('this mesh has no local mailbox: it sends by a provider')
    const subjects = subjectsOf(await response.text())
    if (subjects.length >= expected) {
      for (const subject of subjects.toReversed()) screen.say(`  ${subject}`)
      screen.say(`  to be read at ${mailbox}`)
      return
    }
    if (performance.now() > giveUp) throw new SetupError(`${subjects.length} mails after ${patienceMs / 1000} s`)
    await sleep(lookEveryMs)
  }
}
