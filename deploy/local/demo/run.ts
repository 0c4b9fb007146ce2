import { join } from 'node:path'
import { printFindings, readFindings } from './analysis-report.ts'
import { sellTickets } from './box-office.ts'
import { printChain, printRecentEvents } from './causal-chain.ts'
import type { Draft } from './drafts.ts'
import { exportBook, slugOf } from './export-book.ts'
import type { Failures } from './failures.ts'
import { printListView } from './list-view.ts'
import { printMails } from './mails.ts'
import { announce } from './performance.ts'
import type { Screen } from './screen.ts'
import { type Author, type Gateway, newAuthor, signInOperator } from './session.ts'
import { makeInStudio } from './studio.ts'
import { analyse, create, publish, type Work } from './works.ts'

/** CreateStory may be called so often an hour by one author; one call finds the limit of FREE. */
const callsPerAuthor = 10
const storiesPerAuthor = callsPerAuthor - 1

export interface Stage {
  readonly gateway: Gateway
  readonly dataDir: string
  readonly screen: Screen
  readonly failures: Failures
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const bookFile = (folder: string, { title, storyId }: Work, taken: Set<string>): string => {
  const slug = slugOf(title) || storyId
  let name = slug
  for (let next = 2; taken.has(name); next++) name = `${slug}-${next}`
  taken.add(name)
  return join(folder, `${name}.epub`)
}

const signUp = async ({ gateway, screen, failures }: Stage, number: number): Promise<Author | undefined> => {
  const displayName = number === 1 ? 'Demo Author' : `Demo Author ${number}`
  const author = await failures.attempt('RegisterUser and Login', () => newAuthor(gateway, displayName))
  if (author) screen.say(`  ${displayName}: ${author.email}, password ${author.password}; signed in`)
  return author
}

/** Everything one author does; answers the stories created, those that got furthest first. */
const perform = async (stage: Stage, author: Author, drafts: readonly Draft[], taken: Set<string>): Promise<Work[]> => {
  const { dataDir, failures, gateway, screen } = stage
  screen.say('\nStories')
  const works = await create(stage, author, drafts)
  if (works.length === 0) return works

  screen.say('\nAnalysis')
  const analysed = await analyse(stage, author, works)
  for (const work of analysed) {
    const findings = await failures.attempt(`reading the analysis (${work.title})`, () =>
      readFindings(author.stories, work.storyId),
    )
    if (findings) printFindings(screen, work.title, findings)
  }

  screen.say('\nPublishing')
  const published = await publish(stage, author, analysed)

  screen.say("\nList view (the author's name came by the event UserRegistered)")
  await failures.attempt('ListStories', () => printListView(screen, author))

  screen.say('\nBooks')
  for (const work of works) {
    const file = bookFile(join(dataDir, 'demo'), work, taken)
    await failures.attempt(`ExportStory (${work.title})`, async () => {
      const bytes = await exportBook(author.stories, work.storyId, file)
      screen.say(`  ${file}  ${bytes.toLocaleString('en')} bytes`)
    })
  }

  const [first] = published
  let performance: string | undefined
  if (first) {
    screen.say('\nPerformance (its tickets came to inventory by the event EventPublished)')
    performance = await failures.attempt(`a performance (${first.title})`, () => announce(screen, author, first))
  }

  screen.say('\nStudio (two friends are its voices; narrated and filmed as it is published)')
  const made = await failures.attempt('a story in the studio', () => makeInStudio(stage, author))

  screen.say('\nMails')
  await failures.attempt('the local mailbox', () => printMails(screen, gateway, author))

  // Last, since it moves the clock: who is signed in is not any more.
  if (performance) {
    const [eventId, file] = [performance, join(dataDir, 'demo', 'ticket.pdf')]
    screen.say('\nBox office (holds, payment, tickets, entrance)')
    await failures.attempt('selling tickets', () => sellTickets(stage, author, eventId, file))
  }
  return [...(made ? [made] : []), ...published, ...analysed, ...works]
}

const showCauses = async ({ gateway, dataDir, screen, failures }: Stage, author: Author, work: Work): Promise<void> => {
  screen.say(`\nWhat caused what (${work.title}), as the operator sees it`)
  const mesh = await failures.attempt('Login as the operator', () => signInOperator(gateway, dataDir))
  if (!mesh) return
  for (const [rpc, correlationId] of [['RegisterUser', author.correlationId] as const, ...work.correlationIds]) {
    await failures.attempt(`TraceCausation (${rpc})`, () => printChain(screen, mesh, rpc, correlationId))
  }
  screen.say('\nNewest events')
  await failures.attempt('ListRecentEvents', () => printRecentEvents(screen, mesh))
}

/** The whole demonstration; what fails is reported, and the rest goes on. */
export const runDemo = async (stage: Stage, drafts: readonly Draft[]): Promise<void> => {
  const { screen } = stage
  const taken = new Set<string>()
  let shown: { author: Author; work: Work } | undefined
  for (const [index, batch] of chunks(drafts, storiesPerAuthor).entries()) {
    screen.say(index === 0 ? '\nAuthor' : `\nAnother author (one may begin ${callsPerAuthor} stories an hour)`)
    const author = await signUp(stage, index + 1)
    if (!author) continue
    const [work] = await perform(stage, author, batch, taken)
    if (work) shown ??= { author, work }
  }
  if (shown) await showCauses(stage, shown.author, shown.work)
}
