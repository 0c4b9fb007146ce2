import { setTimeout as sleep } from 'node:timers/promises'
import { replicas } from '../chaos-mesh.ts'
import { checkAccounts, checkNames } from '../checks/accounts.ts'
import { checkCalls } from '../checks/calls.ts'
import { checkConsumers } from '../checks/consumers.ts'
import { checkDeadLetters } from '../checks/dead-letters.ts'
import { type Finding, finder } from '../checks/finding.ts'
import { checkPayments } from '../checks/payments.ts'
import { checkProcesses } from '../checks/processes.ts'
import { checkStories } from '../checks/stories.ts'
import { checkStreams } from '../checks/streams.ts'
import { rowsOf } from '../world.ts'
import { Author } from './author.ts'
import { type Journal, newCallJournal } from './journal.ts'
import { against, startWorkers, type WorkloadKind } from './workload.ts'

const workers = 6
const thinkMs = 20
const sample = 20

const checks = [
  checkCalls,
  checkStories,
  checkAccounts,
  checkNames,
  checkStreams,
  checkConsumers,
  checkDeadLetters,
  checkProcesses,
  checkPayments,
]

/** Answers never contradicted each other, repeats get the answer of the first time, and lists show the last names. */
const checkAnswers = async (authors: readonly Author[], journal: Journal): Promise<Finding[]> => {
  const { add, findings } = finder('answers')
  for (const what of journal.contradictions) add('wrong', what)
  const known = authors.filter(({ record }) => record.stories.length > 0 && record.hasLeft === 'no')
  for (const author of known.slice(-sample)) {
    const [story] = author.record.stories
    const problem = story && (await author.repeat(story))
    if (problem) add('doubled', problem)
    const listed = await author.listedName()
    if (listed !== undefined && listed !== author.record.names.at(-1)) {
      add('lost', `lists show ${author.record.id} as ${listed}, not ${author.record.names.at(-1)}`)
    }
  }
  return findings
}

/** Authors at work, each at one thing after another. */
export const authorsAtWork: WorkloadKind = {
  name: 'authors',
  replicas: replicas(1, { notification: 2, story: 2 }),
  together: [],
  faults: undefined,
  start: (url, { giveTier }, random) => {
    const journal: Journal = { ...newCallJournal(), authors: [] }
    const authors: Author[] = []
    const working = startWorkers(workers, random, async ({ random: own, stopping, abandoning, hasBegun }) => {
      // One author does not stay for long, so that accounts are opened all the time.
      while (!stopping.aborted) {
        const author = new Author({ url, giveTier, journal, random: own, signal: abandoning })
        authors.push(author)
        if (!(await author.begin())) return
        await author.act()
        hasBegun()
        for (let left = own.int(20, 60); left > 0 && !stopping.aborted; left -= 1) {
          await author.act()
          await sleep(own.int(0, 2 * thinkMs))
        }
        if (own.chance(0.5)) await author.leave()
      }
    })
    return {
      journal,
      ...working,
      awaited: async (world) => {
        const running = `select count(*) as n from story_analyses where status = 'running'`
        const [row] = await rowsOf<{ n: string }>(world, 'story', running)
        return Number(row?.n ?? 0) > 0 ? [`${row?.n} analyses`] : []
      },
      checks: against(journal, checks),
      checkAnswers: () => checkAnswers(authors, journal),
      outcome: async () => ({}),
    }
  },
}
