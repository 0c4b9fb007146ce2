import { isFirstName } from '../first-names.ts'

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

/** "Puri" for Purificación, "Nando" for Fernando, "Juanito" for Juan: may the one be short or tender for the other? */
export const isNickname = (short: string, full: string): boolean => {
  if (short === full) return false
  if (IRREGULAR[short] === full) return true
  const [a, b] = [plain(short), plain(full)]
  const stem = a.replace(SMALL, '').replace(/qu$/u, 'c').replace(/gu$/u, 'g')
  if (stem !== a && stem.length >= 3 && b.replace(/[aeo]$/u, '') === stem) return true
  // "Ana" is no short Mariana: a full name is one of its own.
  if (a.length < 3 || a.length >= b.length || (isFirstName(short) && !/[io]$/u.test(a))) return false
  return b.startsWith(a) || (b.endsWith(a) && a.length >= 4)
}
