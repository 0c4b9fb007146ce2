import type { Definiteness } from '../mention.ts'
import { type Token, words } from '../tokens.ts'

const FINDING =
  words(`encontró encontraron halló hallaron vio vieron divisó descubrió compró vendió trajo buscó buscaba cogió atrapó cazó pescó mató
recibió conoció contrató tomó robó crio crió necesitaba pidió oyó escuchó eligió escogió parió sacó soltó ató llevaba traía`)

const CLITICS = words('lo la los las le les me te nos os')

/** "Encontró un cisne", unlike "lo encontró un leñador": found, not finding. */
export const isObject = (tokens: Token[], at: number, definiteness: Definiteness): boolean => {
  if (definiteness !== 'indefinite') return false
  const clause = tokens.slice(Math.max(0, at - 5), at)
  const verb = clause.findLastIndex((token) => token.pos === 'verb' || !token.word)
  return FINDING.has(clause[verb]?.lower ?? '') && !CLITICS.has(tokens[at - clause.length + verb - 1]?.lower ?? '')
}
