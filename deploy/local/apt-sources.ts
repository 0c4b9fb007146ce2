import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where a machine gets Debian's packages from. */
export interface Archive {
  uris: string
  /** As apt takes it: key files, fingerprints or a key block; absent where apt's common keys serve. */
  signedBy?: string
}

/** An entry of apt's sources. */
export interface Source extends Archive {
  types: string
  suites: string
  components: string
}

const has = (list: string, ...wanted: string[]) => list.split(/\s+/).some((word) => wanted.includes(word))

/** One stanza of the deb822 format: `Name: value`, with further lines of a value indented. */
const parseStanza = (stanza: string): Source | undefined => {
  const text = stanza.replaceAll(/^#.*\n?/gm, '')
  const fields = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(/^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
    fields.set(name.toLowerCase(), value.trimEnd())
  }
  const uris = fields.get('uris')
  if (!uris || /^no$/i.test(fields.get('enabled') ?? '')) return undefined
  const signedBy = fields.get('signed-by')
  const [types = '', suites = '', components = ''] = ['types', 'suites', 'components'].map((name) => fields.get(name))
  return { types, uris, suites, components, ...(signedBy && { signedBy }) }
}

/** One line of the older format: `deb [options] uri suite component…`. */
const parseLine = (line: string): Source | undefined => {
  const [, types, options = '', uris, suites, components = ''] =
    line.match(/^\s*(deb)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/) ?? []
  if (!types || !uris || !suites) return undefined
  const signedBy = options.match(/signed-by=(\S+)/i)?.[1]?.replaceAll(',', ' ')
  return { types, uris, suites, components, ...(signedBy && { signedBy }) }
}

const parse = (file: string): (Source | undefined)[] => {
  const text = readFileSync(file, 'utf8')
  return file.endsWith('.sources') ? text.split(/\n\s*\n/).map(parseStanza) : text.split('\n').map(parseLine)
}

/** Debian's own files before those of other parties, whose archives may use Debian's suite names too. */
const sourceFiles = (etcApt: string): string[] => {
  const parts = join(etcApt, 'sources.list.d')
  const names = existsSync(parts) ? readdirSync(parts).filter((name) => /\.(list|sources)$/.test(name)) : []
  const debianFirst = names.toSorted((a, b) => Number(b.startsWith('debian')) - Number(a.startsWith('debian')))
  return [join(etcApt, 'sources.list'), ...debianFirst.map((name) => join(parts, name))].filter((file) =>
    existsSync(file),
  )
}

const sourcesOf = (etcApt: string, ofSuite: (suites: string) => boolean): Source[] =>
  sourceFiles(etcApt)
    .flatMap(parse)
    .filter((source) => source !== undefined)
    .filter(({ types, suites, components }) => has(types, 'deb') && has(components, 'main') && ofSuite(suites))

/**
 * The archives that this machine takes Debian's packages from, likeliest first.
 *
 * @param codename of the machine's Debian release, such as `bookworm`
 */
export const findArchives = (codename: string, etcApt = '/etc/apt'): Archive[] =>
  sourcesOf(etcApt, (suites) => has(suites, codename, 'stable', 'testing', 'unstable', 'sid')).map(
    ({ uris, signedBy }) => ({ uris, ...(signedBy && { signedBy }) }),
  )

/** What this machine takes its own release's packages from, and what mends them: what is installed fits to these alone. */
export const findOwnSources = (codename: string, etcApt = '/etc/apt'): Source[] => {
  const names = [codename, 'stable'].flatMap((name) => [name, `${name}-updates`, `${name}-security`])
  return sourcesOf(etcApt, (suites) => has(suites, ...names))
}
