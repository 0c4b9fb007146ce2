import { isFirstName } from '../first-names.ts'
import type { Nicknames } from '../language.ts'

/** Short forms that do not show what they are short for, by full name. */
const IRREGULAR: Readonly<Record<string, string>> = {
  paco: 'francisco',
  pancho: 'francisco',
  curro: 'francisco',
  quico: 'francisco',
  paca: 'francisca',
  pepe: 'josé',
  pepa: 'josefa',
  pepita: 'josefa',
  lola: 'dolores',
  lolita: 'dolores',
  concha: 'concepción',
  conchita: 'concepción',
  charo: 'rosario',
  chelo: 'consuelo',
  nacho: 'ignacio',
  quique: 'enrique',
  perico: 'pedro',
  manolo: 'manuel',
  manolito: 'manuel',
  lupe: 'guadalupe',
  chema: 'josé maría',
  merche: 'mercedes',
  meche: 'mercedes',
  maite: 'maría teresa',
  beto: 'alberto',
  chucho: 'jesús',
  memo: 'guillermo',
  guille: 'guillermo',
  lalo: 'eduardo',
  pili: 'pilar',
  marisa: 'maría luisa',
  santi: 'santiago',
  yago: 'santiago',
  cata: 'catalina',
  toño: 'antonio',
  toña: 'antonia',
  toni: 'antonio',
  isa: 'isabel',
  chabela: 'isabel',
  sofi: 'sofía',
  sole: 'soledad',
  trini: 'trinidad',
  moncho: 'ramón',
  lucha: 'luisa',
  nando: 'fernando',
  teo: 'mateo',
}

const plain = (name: string): string => name.normalize('NFD').replaceAll(/\p{M}/gu, '')

const SMALL = /(?:c|z)?(?:it|ill|uc|ic)[oa]$/u

/** "Puri" for Purificación, "Juanito" for Juan. */
const shortens = (short: string, full: string): boolean => {
  const [a, b] = [plain(short), plain(full)]
  if (a === b) return false
  const stem = a.replace(SMALL, '').replace(/qu$/u, 'c').replace(/gu$/u, 'g')
  if (stem !== a && stem.length >= 3 && b.replace(/[aeo]$/u, '') === stem) return true
  // "Ana" is not short for Anabel: a full name is one of its own.
  return a.length >= 3 && a.length < b.length && b.startsWith(a) && !(isFirstName(short) && !/[io]$/u.test(a))
}

export const NICKNAMES: Nicknames = { full: (short) => IRREGULAR[short], shortens }
