import type { Nicknames } from './language.ts'
import type { Mention } from './mention.ts'
import type { Gender } from './tokens.ts'

const TITLE =
  /^(?:mrs?|ms|miss|mister|sir|madam|dr|doctor|professor|herr|frau|fräulein|don|doña|señora?|señorita|sra?|doktor)\.?$/u

interface Known {
  key: string
  parts: string[]
  titled: boolean
  gender: Gender | undefined
}

/** Tells which spellings of a name are one person: "Lena", "Lena Okafor" and "Ms. Okafor"; "Puri" and "Purificación". */
export const indexNames = (
  mentions: readonly Mention[],
  nicknames?: Nicknames | undefined,
): ((text: string) => string) => {
  const known = new Map<string, Known>()
  for (const mention of mentions) {
    const text = (mention.kind === 'name' ? mention.text : (mention.name ?? '')).toLowerCase()
    if (text === '' || known.has(text)) continue
    const parts = text.split(/\s+/u)
    const titled = parts.length > 1 && TITLE.test(parts[0] ?? '')
    known.set(text, { key: text, parts: titled ? parts.slice(1) : parts, titled, gender: mention.gender })
  }
  const whole = [...known.values()].filter(({ parts }) => parts.length > 1)
  const titles = Map.groupBy(
    [...known.values()].filter(({ titled }) => titled),
    ({ parts }) => parts.join(' '),
  )
  for (const one of known.values()) {
    if (one.parts.length > 1 && !one.titled) continue
    const part = one.parts.join(' ')
    const owners = whole.filter(
      (name) => name !== one && !name.titled && contains(name.parts, one) && compatible(name, one),
    )
    const [owner] = owners
    if (owner && new Set(owners.map(({ key }) => key)).size === 1) one.key = owner.key
    // "Herr Fuchs" and "Fuchs" alike, unless there is a "Frau Fuchs" too.
    else if (!one.titled) {
      const titled = titles.get(part)
      if (titled?.length === 1 && titled[0]) one.key = titled[0].key
    }
  }
  if (nicknames) shorten([...known.values()], nicknames)
  return (text) => known.get(text.toLowerCase())?.key ?? text.toLowerCase()
}

const contains = (parts: string[], one: Known): boolean =>
  one.titled ? parts.at(-1) === one.parts.at(-1) : parts[0] === one.parts[0] || parts.at(-1) === one.parts[0]

const compatible = (a: Known, b: Known): boolean =>
  a.gender === undefined || b.gender === undefined || a.gender === b.gender

/** The start that a short form shares with its full name, so that few have to be compared. */
const startOf = (name: string): string => name.normalize('NFD').replaceAll(/\p{M}/gu, '').slice(0, 2)

/** Gives a short form the key of the only full name it may stand for. */
const shorten = (known: readonly Known[], { full, shortens }: Nicknames): void => {
  const byStart = Map.groupBy(known, ({ parts }) => startOf(parts[0] ?? ''))
  const byFirst = Map.groupBy(known, ({ parts }) => parts[0] ?? '')
  for (const one of known) {
    const [part = '', more] = one.parts
    if (more !== undefined || one.key !== part) continue
    const like = (byStart.get(startOf(part)) ?? []).filter(({ parts }) => shortens(part, parts[0] ?? ''))
    const fitting = [...like, ...(byFirst.get(full(part) ?? '') ?? [])].filter(
      (name) => compatible(name, one) && name.key !== one.key,
    )
    const [key, another] = new Set(fitting.map((name) => name.key))
    if (key !== undefined && another === undefined) one.key = key
  }
}
