import type { GenericNoun } from '../noun.ts'
import { words } from '../tokens.ts'

export const MALE =
  words(`könig prinz herzog graf baron ritter kaiser sultan zar herr knecht bauer müller bäcker schneider
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

export const FEMALE =
  words(`königin prinzessin herzogin gräfin baronin kaiserin magd hexe zauberin fee nonne witwe jungfrau
jungfer braut nixe meerjungfrau göttin krankenschwester hebamme amme gouvernante wäscherin spinnerin köchin wirtin
bäuerin müllerin schneiderin lehrerin schülerin ärztin nachbarin freundin fremde kellnerin dienerin hirtin riesin
zwergin elfe heldin sängerin tänzerin kommissarin polizistin verkäuferin chefin direktorin bibliothekarin
kammerzofe zofe edelfrau marktfrau hausfrau hausherrin herrin patin waise greisin wahrsagerin kaiserin
katze maus ratte kuh stute sau ziege geiß henne gans ente taube eule krähe elster dohle schwalbe lerche nachtigall
amsel drossel meise möwe schildkröte schlange eidechse kröte unke schnecke spinne ameise biene wespe fliege mücke
hummel libelle grille heuschrecke raupe füchsin wölfin bärin löwin hündin häsin eselin giraffe hyäne robbe forelle
auster qualle krake fledermaus`)

export const NEUTER =
  words(`pferd schwein ferkel schaf lamm huhn küken kalb rind reh eichhörnchen wiesel kaninchen krokodil
kamel zebra nilpferd nashorn känguru kätzchen gespenst ungeheuer monster einhorn murmeltier rotkehlchen fohlen zicklein
meerschweinchen stachelschwein rehkitz glühwürmchen küchlein heinzelmännchen männchen weiblein wichtelmännchen
waisenkind königskind geißlein entlein mäuschen gänschen hündchen`)

export const KIN_MALE: Readonly<Record<string, string>> = {
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

export const KIN_FEMALE: Readonly<Record<string, string>> = {
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

export const GENERIC: Readonly<Record<string, GenericNoun>> = {
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

export const PLURALS: Readonly<Record<string, string>> = {
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

export const FAUNA = new Set([
  ...ANIMALS,
  ...[...NEUTER].filter((word) => !/gespenst|ungeheuer|monster|männ|weiblein|kind/u.test(word)),
])

/** One being by two names. */
export const SAME: Readonly<Record<string, string>> = {
  männlein: 'männchen',
  königssohn: 'prinz',
  königstochter: 'prinzessin',
  kaisertochter: 'prinzessin',
}
