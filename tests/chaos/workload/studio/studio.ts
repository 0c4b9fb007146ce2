import { contextNames } from '../../../../services/contexts.ts'
import { replicas } from '../../chaos-mesh.ts'
import { checkNames } from '../../checks/accounts.ts'
import { checkCalls } from '../../checks/calls.ts'
import { checkConsumers } from '../../checks/consumers.ts'
import { checkDeadLetters } from '../../checks/dead-letters.ts'
import { finder } from '../../checks/finding.ts'
import { checkStreams } from '../../checks/streams.ts'
import { checkCost } from '../../checks/studio/cost.ts'
import { checkFiles } from '../../checks/studio/files.ts'
import { checkPublications } from '../../checks/studio/publications.ts'
import { rowsOf, type World } from '../../world.ts'
import { newCallJournal } from '../journal.ts'
import { against, startWorkers, type WorkloadKind } from '../workload.ts'
import { Publisher } from './publisher.ts'
import type { StudioJournal } from './studio-journal.ts'

const workers = 2
const studios = ['collaboration', 'narration', 'story', 'videogen']

const checks = [
  checkCalls,
  checkPublications,
  checkCost,
  checkFiles,
  checkNames,
  checkStreams,
  checkConsumers,
  checkDeadLetters,
]

const awaited = async (world: World): Promise<string[]> => {
  const counts = [
    ['story', `select count(*) as n from story_analyses where status = 'running'`, 'analyses'],
    ['story', `select count(*) as n from publishings where status not in ('published', 'failed')`, 'publications'],
    ['narration', 'select count(*) as n from work', 'narrations'],
    ['videogen', 'select count(*) as n from work', 'films'],
  ] as const
  const found = await Promise.all(
    counts.map(async ([context, sql, what]) => [(await rowsOf<{ n: string }>(world, context, sql))[0]?.n, what]),
  )
  return found.flatMap(([n, what]) => (Number(n) > 0 ? [`${n} ${what}`] : []))
}

const outcomeOf = async (world: World): Promise<Record<string, number>> => {
  const [row = {}] = await rowsOf<Record<string, string>>(
    world,
    'story',
    `select count(*) filter (where status = 'published') as published, count(*) filter (where status = 'failed') as undone
     from publishings`,
  )
  const [films = {}] = await rowsOf<Record<string, string>>(
    world,
    'videogen',
    `select count(*) as films from event_store where event_type = 'troupe.videogen.v1.VideoGenerated'`,
  )
  return Object.fromEntries(Object.entries({ ...row, ...films }).map(([what, n]) => [what, Number(n)]))
}

/** Authors who publish stories with sound and film, spoken by friends. */
export const inStudio: WorkloadKind = {
  name: 'studio',
  replicas: replicas(1),
  together: contextNames.filter((name) => !studios.includes(name)),
  faults: ['kill', 'freeze', 'failpoint'],
  start: (url, { giveTier }, random) => {
    const journal: StudioJournal = { ...newCallJournal(), publications: [], completed: [] }
    const working = startWorkers(workers, random, async ({ random: own, stopping, abandoning, hasBegun }) => {
      const publisher = new Publisher({ url, giveTier, journal, random: own, signal: abandoning, stopping })
      if (!(await publisher.begin())) return
      while (!stopping.aborted) await publisher.publish(hasBegun)
    })
    return {
      journal,
      ...working,
      awaited,
      checks: against(journal, checks),
      checkAnswers: async () => {
        const { add, findings } = finder('answers')
        for (const what of journal.contradictions) add('wrong', what)
        return findings
      },
      outcome: outcomeOf,
    }
  },
}
