import { readDescriptors } from '../../../services/shared/presentation/descriptors.ts'
import type { Databases } from '../stage/databases.ts'

/** What no answer may tell of: how the mesh is made. */
const telling: readonly RegExp[] = [
  /^\s*at .+:\d+:\d+/m, // a stack trace
  /\bnode_modules\b|\bnode:internal\b/,
  /\/(work|home|root|usr|var|opt|tmp)\/\w/,
  /\.(ts|js|mjs):\d+/,
  /\b(select|insert into|update|delete from)\b.+\b(from|values|set|where)\b/i,
  /violates|duplicate key|\bconstraint\b|\brelation "|syntax error at|SQLSTATE|deadlock detected|\bcolumn "/i,
  /postgres|mikro-?orm|kysely|\bpg_\w+|argon2|\bjose\b|jetstream|\bnats\b|connectrpc|bufbuild|protobufjs|\bpino\b/i,
  /\b(TypeError|ReferenceError|RangeError|SyntaxError)\b/,
  /is not a function|cannot read propert|of undefined\b/i,
  /ECONN|ENOENT|EACCES|EPIPE/,
  /127\.0\.0\.1:\d{4,}/,
]

/** The names of all fields of the contracts, which every answer may say. */
const fieldNames = (): Set<string> =>
  new Set(
    [...readDescriptors()].flatMap((type) => (type.kind === 'message' ? type.fields.map(({ name }) => name) : [])),
  )

/** The names that only the databases know: tables, indexes and constraints. */
export const namesInside = async ({ contexts, sql }: Databases): Promise<RegExp> => {
  const names = await Promise.all(
    contexts.map((context) =>
      sql<{ name: string }>(
        context,
        `select conname as name from pg_constraint where connamespace = 'public'::regnamespace
         union select relname from pg_class where relnamespace = 'public'::regnamespace`,
      ),
    ),
  )
  const sayable = fieldNames()
  // Names without an underscore are words that an answer may well use.
  const isTelling = (name: string) => name.includes('_') && !sayable.has(name)
  const telling = new Set(names.flat().flatMap(({ name }) => (isTelling(name) ? [name] : [])))
  return new RegExp(`\\b(${[...telling].join('|')})\\b`)
}

/** The part of an answer that tells of the inside, if any does; what the request itself said does not count. */
export const leakIn = (text: string, inside: RegExp, said: string): string | undefined => {
  for (const pattern of [...telling, inside]) {
    const found = pattern.exec(text)?.[0]
    if (found && !said.includes(found)) return found.slice(0, 200)
  }
  return undefined
}
