import type { Journal } from '../workload/journal.ts'
import { rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

/**
 * Every account is there once under its last name, and story knows it by that name, having heard each name once. Of who
 * has left nothing is there, and every context has told.
 */
export const checkAccounts: Check<Journal> = async (world, journal) => {
  const { add, expectCount, findings } = finder('accounts and the authors projection')
  const users = await rowsOf<{ id: string; email: string; display_name: string }>(
    world,
    'identity',
    'select id, email, display_name from users',
  )
  const authors = await rowsOf<{ author_id: string; display_name: string }>(world, 'story', 'select * from authors')
  const names = new Map(authors.map(({ author_id, display_name }) => [author_id, display_name]))
  const effects = await rowsOf<{ author_id: string; n: string }>(
    world,
    'story',
    'select author_id, count(*) as n from chaos_effects group by author_id',
  )
  const written = new Map(effects.map(({ author_id, n }) => [author_id, Number(n)]))
  const erased = await rowsOf<{ user_id: string }>(
    world,
    'identity',
    'select user_id from erasures where completed_at is not null',
  )
  const erasures = new Set(erased.map(({ user_id }) => user_id))
  for (const author of journal.authors) {
    if (author.hasLeft === 'maybe') continue
    const found = users.filter(({ email }) => email === author.email)
    if (author.hasLeft === 'yes') {
      expectCount(found.length, 0, `accounts of ${author.email}, who has left`)
      if (!erasures.has(author.id)) add('lost', `the erasure of ${author.id} is not complete`)
      if (names.has(author.id)) add('wrong', `story still knows ${author.id}, who has left`)
      continue
    }
    expectCount(found.length, 1, `accounts of ${author.email}`)
    const [user] = found
    if (!user) continue
    if (user.id !== author.id) add('wrong', `${author.email} was told ${author.id} and is ${user.id}`)
    if (user.display_name !== author.names.at(-1)) add('lost', `the last name of ${author.id}`)
    expectCount(written.get(author.id) ?? 0, author.names.length, `writes of names of ${author.id} in story`)
  }
  return findings
}

/** Story knows everybody who has an account by their name. */
export const checkNames: Check = async (world) => {
  const { add, findings } = finder('names in the authors projection')
  const users = await rowsOf<{ id: string; display_name: string }>(
    world,
    'identity',
    'select id, display_name from users',
  )
  const authors = await rowsOf<{ author_id: string; display_name: string }>(world, 'story', 'select * from authors')
  const names = new Map(authors.map(({ author_id, display_name }) => [author_id, display_name]))
  for (const { id, display_name } of users) {
    const shown = names.get(id)
    if (shown !== display_name) add('lost', `story knows ${id} as ${shown}, identity as ${display_name}`)
  }
  return findings
}
