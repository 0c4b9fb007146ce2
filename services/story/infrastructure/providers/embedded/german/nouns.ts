import type { Noun } from '../language.ts'
import { words } from '../tokens.ts'

const MALE = words(`könig prinz herzog graf baron ritter kaiser sultan zar herr knecht bauer müller bäcker schneider
schuster weber händler bettler dieb räuber arzt doktor lehrer schüler student nachbar freund fremder fremde wanderer
gast koch gärtner hirte hirt schäfer musikant spielmann geiger pfeifer trommler richter anwalt bürgermeister schreiber
fahrer kutscher offizier wächter oberst hauptmann general minister ratgeber berater bote riese zwerg elf kobold troll
geist engel teufel dämon drache zauberer hexenmeister mönch pfarrer priester bischof papst witwer junggeselle kellner
schauspieler fischer jäger förster holzfäller holzhacker köhler handwerker schmied polizist kommissar postbote briefträger
feuerwehrmann wirt gastwirt geselle lehrling meister diener knappe soldat matrose kapitän seemann kaufmann krämer
schiffer fährmann einsiedler gelehrter dichter maler sänger tänzer zimmermann tischler schreiner töpfer goldschmied
uhrmacher chef direktor leiter verkäufer hausmeister ingenieur professor besitzer reiter reisender müllerbursche
metzger fleischer henker kerkermeister gefangener zuhörer passagier schaffner bademeister bibliothekar trainer rentner
gott heiliger wassermann nix klabautermann vampir riese menschenfresser schneemann roboter spielzeugmacher türmer
kollege mitschüler bräutigam erbe häuptling anführer held narr hofnarr page edelmann graf schulze schultheiß
wolf fuchs bär löwe tiger leopard elefant affe hase igel dachs hirsch hund kater hahn ochse stier bulle esel hengst
widder bock ziegenbock geißbock rabe falke adler habicht storch reiher schwan pfau papagei spatz sperling specht
kuckuck zaunkönig fink kauz uhu frosch fisch hecht lachs karpfen wal hai krebs wurm käfer schmetterling
maikäfer floh biber otter marder maulwurf panther schakal puma salamander molch delfin pinguin seehund truthahn
erpel gänserich welpe dackel pudel gaul rappe schimmel hamster luchs iltis kranich star buchfink gimpel`)
const FEMALE = words(`königin prinzessin herzogin gräfin baronin kaiserin magd hexe zauberin fee nonne witwe jungfrau
jungfer braut nixe meerjungfrau göttin krankenschwester hebamme amme gouvernante wäscherin spinnerin köchin wirtin
bäuerin müllerin schneiderin lehrerin schülerin ärztin nachbarin freundin fremde kellnerin dienerin hirtin riesin
zwergin elfe heldin sängerin tänzerin kommissarin polizistin verkäuferin chefin direktorin bibliothekarin
kammerzofe zofe edelfrau marktfrau hausfrau hausherrin herrin patin waise greisin wahrsagerin kaiserin
katze maus ratte kuh stute sau ziege geiß henne gans ente taube eule krähe elster dohle schwalbe lerche nachtigall
amsel drossel meise möwe schildkröte schlange eidechse kröte unke schnecke spinne ameise biene wespe fliege mücke
hummel libelle grille heuschrecke raupe füchsin wölfin bärin löwin hündin häsin eselin giraffe hyäne robbe forelle
auster qualle krake fledermaus`)
const NEUTER = words(`pferd schwein ferkel schaf lamm huhn küken kalb rind reh eichhörnchen wiesel kaninchen krokodil
kamel zebra nilpferd nashorn känguru kätzchen gespenst ungeheuer monster einhorn murmeltier rotkehlchen fohlen zicklein
meerschweinchen stachelschwein rehkitz glühwürmchen küchlein heinzelmännchen männchen weiblein wichtelmännchen
waisenkind königskind geißlein entlein mäuschen gänschen hündchen`)
const KIN_MALE: Readonly<Record<string, string>> = {
  vater: 'vater',
  papa: 'vater',
  vati: 'vater',
  großvater: 'großvater',
  opa: 'großvater',
  ehemann: 'ehemann',
  gatte: 'ehemann',
  sohn: 'sohn',
  bruder: 'bruder',
  onkel: 'onkel',
  oheim: 'onkel',
  neffe: 'neffe',
  enkel: 'enkel',
  stiefvater: 'stiefvater',
  schwiegervater: 'schwiegervater',
  schwiegersohn: 'schwiegersohn',
  schwager: 'schwager',
  cousin: 'cousin',
  vetter: 'cousin',
  pate: 'pate',
  gevatter: 'gevatter',
  zwilling: 'zwilling',
  brüderchen: 'bruder',
  brüderlein: 'bruder',
  väterchen: 'vater',
}
const KIN_FEMALE: Readonly<Record<string, string>> = {
  mutter: 'mutter',
  mama: 'mutter',
  mutti: 'mutter',
  großmutter: 'großmutter',
  oma: 'großmutter',
  omi: 'großmutter',
  ehefrau: 'ehefrau',
  gattin: 'ehefrau',
  gemahlin: 'ehefrau',
  tochter: 'tochter',
  schwester: 'schwester',
  tante: 'tante',
  muhme: 'tante',
  nichte: 'nichte',
  enkelin: 'enkelin',
  stiefmutter: 'stiefmutter',
  schwiegermutter: 'schwiegermutter',
  schwiegertochter: 'schwiegertochter',
  stieftochter: 'stieftochter',
  stiefschwester: 'stiefschwester',
  cousine: 'cousine',
  base: 'cousine',
  schwägerin: 'schwägerin',
  patin: 'patin',
  schwesterchen: 'schwester',
  schwesterlein: 'schwester',
  mütterchen: 'mütterchen',
  töchterchen: 'tochter',
  töchterlein: 'tochter',
}
const GENERIC: Readonly<
  Record<string, readonly ['m' | 'f' | undefined, 'young' | 'old' | undefined, 'person' | 'animal']>
> = {
  dame: ['f', undefined, 'person'],
  mann: ['m', undefined, 'person'],
  frau: ['f', undefined, 'person'],
  junge: ['m', 'young', 'person'],
  bub: ['m', 'young', 'person'],
  bube: ['m', 'young', 'person'],
  knabe: ['m', 'young', 'person'],
  bursche: ['m', 'young', 'person'],
  kerl: ['m', undefined, 'person'],
  jüngling: ['m', 'young', 'person'],
  mädchen: ['f', 'young', 'person'],
  mädel: ['f', 'young', 'person'],
  mägdlein: ['f', 'young', 'person'],
  kind: [undefined, 'young', 'person'],
  kleine: [undefined, undefined, 'person'],
  kleiner: ['m', undefined, 'person'],
  alte: [undefined, 'old', 'person'],
  alter: ['m', 'old', 'person'],
  alten: [undefined, 'old', 'person'],
  greis: ['m', 'old', 'person'],
  weib: ['f', undefined, 'person'],
  tier: [undefined, undefined, 'animal'],
  vogel: [undefined, undefined, 'animal'],
  mensch: [undefined, undefined, 'person'],
  baby: [undefined, 'young', 'person'],
  säugling: [undefined, 'young', 'person'],
  fremde: [undefined, undefined, 'person'],
}
const PLURALS: Readonly<Record<string, string>> = {
  männer: 'mann',
  leute: 'mensch',
  kinder: 'kind',
  brüder: 'bruder',
  schwestern: 'schwester',
  söhne: 'sohn',
  töchter: 'tochter',
  väter: 'vater',
  mütter: 'mutter',
  vögel: 'vogel',
  wölfe: 'wolf',
  füchse: 'fuchs',
  hähne: 'hahn',
  gänse: 'gans',
  kühe: 'kuh',
  mäuse: 'maus',
  säue: 'sau',
  jungs: 'junge',
  frösche: 'frosch',
  störche: 'storch',
  schwäne: 'schwan',
  köche: 'koch',
  bauern: 'bauer',
  ärzte: 'arzt',
  hühner: 'huhn',
  lämmer: 'lamm',
  kälber: 'kalb',
  rinder: 'rind',
  geschwister: 'bruder',
  eltern: 'vater',
  gäste: 'gast',
  götter: 'gott',
  mägde: 'magd',
  bräute: 'braut',
  könige: 'könig',
  räuber: 'räuber',
  mädchen: 'mädchen',
  zwillinge: 'zwilling',
}
const ANIMALS = [...MALE].slice([...MALE].indexOf('wolf')).concat([...FEMALE].slice([...FEMALE].indexOf('katze')))
const FAUNA = new Set([
  ...ANIMALS,
  ...[...NEUTER].filter((word) => !/gespenst|ungeheuer|monster|männ|weiblein|kind/u.test(word)),
])
const NOT_COMPOUND = words(`meister fahrer wal hai star elf geist gast chef koch base bock freund weber wirt bote page
leiter herr kind kalb reh gans sau wal troll fee page kranich esel fink rabe maus ente raupe`)

/** One being by two names. */
const SAME: Readonly<Record<string, string>> = {
  männlein: 'männchen',
  königssohn: 'prinz',
  königstochter: 'prinzessin',
  kaisertochter: 'prinzessin',
}

const direct = (written: string): Noun | undefined => {
  const lower = SAME[written] ?? written
  const generic = GENERIC[lower]
  if (generic)
    return { lemma: lower, gender: generic[0], age: generic[1], plural: false, kind: generic[2], generic: true }
  const male = KIN_MALE[lower]
  if (male) return { lemma: male, gender: 'm', plural: false, kind: 'kin', generic: false }
  const female = KIN_FEMALE[lower]
  if (female) return { lemma: female, gender: 'f', plural: false, kind: 'kin', generic: false }
  const gender = MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined
  if (gender === undefined && !NEUTER.has(lower)) return undefined
  return { lemma: lower, gender, plural: false, kind: FAUNA.has(lower) ? 'animal' : 'person', generic: false }
}

/** "Müllerstochter", "Bauersfrau": the last part of a compound says what it is. */
const compound = (lower: string): Noun | undefined => {
  for (let cut = 3; cut <= lower.length - 3; cut += 1) {
    const tail = lower.slice(cut)
    if (NOT_COMPOUND.has(tail) && tail.length < 6) continue
    const noun = direct(tail)
    if (noun && !/^alte/u.test(tail)) return { ...noun, lemma: lower, generic: false }
  }
  if (/.{3}(?:erin|ärin|ästin|istin)$/u.test(lower))
    return { lemma: lower, gender: 'f', plural: false, kind: 'person', generic: false }
  return undefined
}

const UMLAUT: Readonly<Record<string, string>> = { ä: 'a', ö: 'o', ü: 'u' }

/** "Bärchen", "Mäuslein": a small one of its kind. */
const diminutive = (lower: string): Noun | undefined => {
  const stem = /^(?<stem>.{3,})(?:chen|lein)$/u.exec(lower)?.groups?.stem
  if (stem === undefined) return undefined
  const plain = stem.replace(/[äöü](?=[^äöü]*$)/u, (letter) => UMLAUT[letter] ?? letter)
  const noun = [stem, `${stem}e`, plain, `${plain}e`, `${plain}er`].map(direct).find(Boolean)
  return noun && { ...noun, generic: false }
}

const endings = (lower: string): string[] => {
  const stems = [lower]
  if (/(?:[^s]s|es)$/u.test(lower)) stems.push(lower.slice(0, -1), lower.replace(/es$/u, ''))
  if (lower.endsWith('n')) stems.push(lower.slice(0, -1), lower.replace(/en$/u, ''))
  if (lower.endsWith('e')) stems.push(lower.slice(0, -1))
  if (lower.endsWith('innen')) stems.push(lower.slice(0, -3))
  return stems
}

/** The being a German noun names, in any case and number. */
export const germanNoun = (lower: string): Noun | undefined => {
  const found = direct(lower) ?? diminutive(lower)
  if (found) return found
  const many = PLURALS[lower] ?? PLURALS[lower.replace(/n$/u, '')]
  if (many !== undefined) {
    const one = direct(many)
    if (one) return { ...one, plural: lower !== 'mädchen' }
  }
  for (const stem of endings(lower)) {
    const noun = direct(stem)
    // "Königs", "Löwen" may be one in another case, "Hexen", "Katzen" are several.
    if (noun)
      return { ...noun, plural: stem !== lower && !lower.endsWith('s') && (noun.gender === 'f' || /e$/u.test(lower)) }
  }
  const joined = compound(lower)
  if (joined) return joined
  for (const stem of endings(lower).slice(1)) {
    const noun = compound(stem)
    if (noun) return { ...noun, plural: !lower.endsWith('s') && noun.gender === 'f' }
  }
  return undefined
}
